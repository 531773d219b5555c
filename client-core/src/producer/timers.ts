import type { Clock, TimerHandle } from '../clock.js'

/** Timers that end together. */
export class Timers {
  readonly #handles = new Set<TimerHandle>()
  #stopped = false

  constructor(private readonly clock: Clock) {}

  after(ms: number, fn: () => void): void {
    if (this.#stopped) return
    const handle = this.clock.setTimeout(() => {
      this.#handles.delete(handle)
      fn()
    }, ms)
    this.#handles.add(handle)
  }

  stop(): void {
    this.#stopped = true
    for (const handle of this.#handles) this.clock.clearTimeout(handle)
    this.#handles.clear()
  }
}
