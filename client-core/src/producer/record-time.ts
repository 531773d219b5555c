import type { Clock, TimerHandle } from '../clock.js'

/** Records that share a reading of the clock, at most. */
const longestRun = 64

/**
 * The time of records that name none. A reading costs as much as the rest of a small record's way into its batch, so that records which come fast
 * share one: a run of them, twice as long as the last while that took no millisecond, one record when it took more. A timer ends the run, so that
 * no reading is used for longer than a millisecond; only work without a pause between two records of a run can outlast it.
 */
export class RecordTime {
  #ms = Number.NEGATIVE_INFINITY
  #run = 1
  #left = 0
  #timer: TimerHandle | undefined

  constructor(private readonly clock: Clock) {}

  now(): number {
    if (this.#left === 0) return this.#read()
    this.#left--
    return this.#ms
  }

  #read(): number {
    const ms = this.clock.wallNow()
    this.#run = ms - this.#ms > 1 ? 1 : Math.min(longestRun, this.#run * 2)
    this.#ms = ms
    this.#left = this.#run - 1
    if (this.#left > 0) this.#timer ??= this.clock.setTimeout(this.#ended, 1)
    return ms
  }

  readonly #ended = (): void => {
    this.#timer = undefined
    this.#left = 0
  }

  stop(): void {
    this.clock.clearTimeout(this.#timer)
  }
}
