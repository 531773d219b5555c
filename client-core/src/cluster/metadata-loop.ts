import type { Clock, TimerHandle } from '../clock.js'

/** The pace while something is known to be stale, and how often in a row it is kept without being asked for. */
const quickMs = 250
const quickTries = 8

interface MetadataLoopOptions {
  clock: Clock
  minAgeMs: number
  maxAgeMs: number
  /** How long to wait after so many failed loads in a row. */
  backoffMs(failures: number, error: unknown): number
  /** Reads metadata once and takes it over. Resolves with whether all that is worked with is settled now. */
  load(): Promise<boolean>
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
  #isAsked = false
  /** Quick loads since all was settled, which nobody asked for. */
  #quickLoads = 0
  /** Loads in a row that were asked for urgently. */
  #urgentLoads = 0
  #failures = 0

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

  /**
   * Resolves after a load that began after this call; rejects when that load failed. Calls of one turn share one load. What it leaves unsettled is
   * read again within a quarter of a second, up to eight times, and then once the minimum age allows.
   */
  now(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    this.#isAsked = true
    return this.#next()
  }

  #next(): Promise<void> {
    if (this.#gathering) return this.#gathering
    if (!this.#running) return this.#run()
    this.#again ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#again = undefined
        return this.#stopped ? undefined : this.#next()
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
    this.#gathering = this.#running = this.#load().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #load(): Promise<void> {
    await undefined
    this.#gathering = undefined
    const isUrgent = this.#isUrgent || this.#isAsked
    this.#isUrgent = this.#isAsked = false
    let isSettled = true
    let failure: { error: unknown } | undefined
    try {
      isSettled = await this.options.load()
    } catch (error) {
      failure = { error }
    }
    this.#finish(failure?.error, isSettled, isUrgent)
    if (failure) throw failure.error
  }

  #finish(error: unknown, isSettled: boolean, isUrgent: boolean): void {
    if (this.#stopped) return
    this.#loadedAt = this.options.clock.now()
    this.#failures = error === undefined ? 0 : this.#failures + 1
    if (this.options.isWanted()) this.#plan(error === undefined ? this.options.maxAgeMs : this.#backoffMs(error))
    if (!isSettled) this.#settle(isUrgent)
    else if (error === undefined) this.#quickLoads = 0
    this.options.onDone(error)
  }

  /** Never none, whatever the option says: this goes on as long as the client. */
  #backoffMs(error: unknown): number {
    return Math.max(this.#quickMs, this.options.backoffMs(this.#failures, error))
  }
  get #quickMs(): number {
    return Math.min(this.options.minAgeMs, quickMs)
  }

  #settle(isUrgent: boolean): void {
    // One quick load calls for the next.
    const isQuick = (isUrgent || this.#quickLoads > 0) && this.#quickLoads < quickTries
    if (!isQuick) return this.soon()
    this.#quickLoads++
    this.#planAfterLast(this.#quickMs)
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
      this.#next().catch(() => {})
    }, ms)
  }

  #cancelPlan(): void {
    this.options.clock.clearTimeout(this.#timer)
    this.#timerAt = Number.POSITIVE_INFINITY
  }
}
