import type { Clock, TimerHandle } from '../clock.js'

/** The pace while something is known to be stale. */
const quickMs = 250

interface MetadataLoopOptions {
  clock: Clock
  minAgeMs: number
  maxAgeMs: number
  /** Reads metadata once and takes it over. */
  load(): Promise<void>
  /** Whether there is anything to keep fresh. */
  isWanted(): boolean
  /** Told after every try. */
  onDone(error?: unknown): void
}

/** The one place that decides when metadata is read: asked for soon (at most every `minAgeMs`), asked for now, or grown old. */
export class MetadataLoop {
  #running: Promise<void> | undefined
  /** The load of this turn, which has not asked yet. */
  #gathering: Promise<void> | undefined
  #again: Promise<void> | undefined
  #timer: TimerHandle | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #loadedAt = Number.NEGATIVE_INFINITY
  #stopped = false
  #isUrgent = false
  /** Loads in a row that were asked for urgently. */
  #urgentLoads = 0

  constructor(private readonly options: MetadataLoopOptions) {}

  /** Loads once the minimum age allows. Costs nothing when that is planned already. */
  soon(): void {
    this.#planAfterLast(this.options.minAgeMs)
  }

  /**
   * Something that is in use is known to be stale: a broker is gone, a partition has no leader. Loads within a quarter of a second of the last
   * load, and less often the longer it does not help.
   */
  urgently(): void {
    this.#isUrgent = true
    this.#planAfterLast(Math.min(this.options.minAgeMs, quickMs * 1.3 ** this.#urgentLoads))
  }

  /** Resolves after a load that began after this call; rejects when that load failed. Calls of one turn share one load. */
  now(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    if (this.#gathering) return this.#gathering
    if (!this.#running) return this.#run()
    this.#again ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#again = undefined
        return this.now()
      })
    return this.#again
  }

  stop(): void {
    this.#stopped = true
    this.#cancelPlan()
  }

  #run(): Promise<void> {
    this.#cancelPlan()
    this.#urgentLoads = this.#isUrgent ? this.#urgentLoads + 1 : 0
    this.#isUrgent = false
    this.#gathering = this.#running = this.#load().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #load(): Promise<void> {
    await undefined
    this.#gathering = undefined
    let failure: { error: unknown } | undefined
    try {
      await this.options.load()
    } catch (error) {
      failure = { error }
    }
    this.#finish(failure?.error)
    if (failure) throw failure.error
  }

  #finish(error: unknown): void {
    if (this.#stopped) return
    this.#loadedAt = this.options.clock.now()
    if (this.options.isWanted()) this.#plan(error === undefined ? this.options.maxAgeMs : this.options.minAgeMs)
    this.options.onDone(error)
  }

  #planAfterLast(ms: number): void {
    this.#plan(Math.max(0, this.#loadedAt + ms - this.options.clock.now()))
  }

  #plan(ms: number): void {
    const at = this.options.clock.now() + ms
    if (this.#stopped || at >= this.#timerAt) return
    this.#cancelPlan()
    this.#timerAt = at
    this.#timer = this.options.clock.setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.now().catch(() => {})
    }, ms)
  }

  #cancelPlan(): void {
    this.options.clock.clearTimeout(this.#timer)
    this.#timerAt = Number.POSITIVE_INFINITY
  }
}
