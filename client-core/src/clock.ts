import { realTime } from './real-time.js'

/** Time as a value: the client, the sandbox and the page's worker take it, so that tests drive it. */
export interface Clock {
  /** Milliseconds since the epoch, possibly with a fraction. For durations: it does not jump when the machine's date is set. */
  now(): number
  /** The date, in whole milliseconds since the epoch. For timestamps: it is right after the machine has slept, too. */
  wallNow(): number
  setTimeout(fn: () => void, ms: number): TimerHandle
  clearTimeout(handle: TimerHandle | undefined): void
}
export type TimerHandle = number | object

declare const performance: { now(): number; timeOrigin: number } | undefined

/** The machine's clock. Monotonic where `performance` is: a wall clock that is set back must not stretch a timeout. */
export const systemClock: Clock = {
  now: typeof performance === 'object' ? () => performance.timeOrigin + performance.now() : () => Date.now(),
  wallNow: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: handle => clearTimeout(handle as number | undefined),
}

/** A clock that stands still until it is told to move. Timers run in order of their time, then of their making. */
export interface VirtualClock extends Clock {
  /** Moves time forward, running what falls due; work that is waiting on promises gets its turn between timers. */
  advance(ms: number): Promise<void>
  /** Lets everything run that waits on promises alone, or for what takes real time (a module that loads), without moving time. */
  settle(): Promise<void>
  /** Timers that are waiting. */
  readonly pending: number
}

export function virtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let now = startMs
  let order = 0
  const timers = new Map<object, { at: number; order: number; fn: () => void }>()
  // A macrotask drains every microtask that is ready, however long the promise chain; a page takes some for each module that is imported, even if it is loaded.
  const settle = async () => {
    do await drain()
    while (await realTime())
  }
  const drain = async () => {
    const { port1, port2 } = new MessageChannel()
    for (let i = 0; i < 3; i++) {
      await new Promise<void>(resolve => setTimeout(resolve, 0))
      for (let n = 0; n < 8; n++) {
        await new Promise<void>(resolve => {
          port1.onmessage = () => resolve()
          port2.postMessage(null)
        })
      }
    }
    port1.close()
  }
  return {
    now: () => now,
    wallNow: () => Math.floor(now),
    setTimeout(fn, ms) {
      const handle = {}
      timers.set(handle, { at: now + Math.max(0, ms), order: order++, fn })
      return handle
    },
    clearTimeout(handle) {
      if (typeof handle === 'object') timers.delete(handle)
    },
    settle,
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        let next: [object, { at: number; order: number; fn: () => void }] | undefined
        for (const entry of timers) {
          if (entry[1].at > until) continue
          if (!next || entry[1].at < next[1].at || (entry[1].at === next[1].at && entry[1].order < next[1].order)) next = entry
        }
        if (!next) break
        timers.delete(next[0])
        now = Math.max(now, next[1].at)
        next[1].fn()
        await settle()
      }
      now = until
    },
  }
}
