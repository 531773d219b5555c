import type { Partition } from '../state/partition.js'
import type { RequestContext } from './handler.js'

/** Waits until one of the partitions has changed so that `done` holds, until `ms` are over, or until nobody waits for the answer. */
export function park(
  { cluster: { clock }, gone }: RequestContext,
  partitions: Iterable<Partition>,
  ms: number,
  done: () => boolean,
): Promise<void> {
  if (gone.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const unwatch: (() => void)[] = []
    let looking = false
    const finish = () => {
      clock.clearTimeout(timer)
      gone.removeEventListener('abort', finish)
      for (const stop of unwatch) stop()
      resolve()
    }
    // One look for all that changes in the same turn.
    const look = () => {
      if (looking) return
      looking = true
      queueMicrotask(() => {
        looking = false
        if (done()) finish()
      })
    }
    const timer = clock.setTimeout(finish, ms)
    gone.addEventListener('abort', finish, { once: true })
    for (const partition of partitions) unwatch.push(partition.watch(look))
  })
}
