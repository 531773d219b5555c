import type { Clock } from '../../clock.js'

/** Waits, but no longer than somebody is there. */
export function pause(clock: Clock, ms: number, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const finish = () => {
      clock.clearTimeout(timer)
      gone.removeEventListener('abort', finish)
      resolve()
    }
    const timer = clock.setTimeout(finish, ms)
    gone.addEventListener('abort', finish, { once: true })
  })
}
