/** Which way a relay has stopped. */
export type Direction = 'up' | 'down'

/** Watches what waits in paused directions, and calls when none of it has moved for a whole period. Progress, however slow, is no stall. */
export class StallTimer {
  readonly #watched = new Map<Direction, { waiting: () => number; last: number; timer: NodeJS.Timeout }>()

  constructor(
    private readonly ms: number,
    private readonly stalled: () => void,
  ) {}

  /** `waiting` gives the bytes that wait. */
  watch(direction: Direction, waiting: () => number): void {
    this.release(direction)
    const timer = setInterval(() => this.#look(direction), this.ms)
    this.#watched.set(direction, { waiting, last: waiting(), timer })
  }

  release(direction: Direction): void {
    clearInterval(this.#watched.get(direction)?.timer)
    this.#watched.delete(direction)
  }

  stop(): void {
    this.release('up')
    this.release('down')
  }

  #look(direction: Direction): void {
    const watched = this.#watched.get(direction)
    if (!watched) return
    const now = watched.waiting()
    if (now < watched.last) watched.last = now
    else this.stalled()
  }
}
