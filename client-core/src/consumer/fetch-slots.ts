import type { Source } from './source.js'

/** How many fetches may be under way or wait to be polled, over all brokers. */
export class FetchSlots {
  #taken = 0
  /** Sources that were refused, the first one first. */
  #waiting: Source[] = []

  /** `limit`: 0 for none. */
  constructor(private readonly limit: number) {}

  acquire(source: Source): boolean {
    if (this.#isFull) {
      if (!this.#waiting.includes(source)) this.#waiting.push(source)
      return false
    }
    this.#taken++
    return true
  }
  /** Who was refused first comes first: the source that lets go would otherwise take the place again. One that has nothing to fetch passes it on. */
  release(): void {
    this.#taken--
    for (const source of this.#waiting.splice(0)) {
      if (this.#isFull) this.#waiting.push(source)
      else source.kick()
    }
  }

  get #isFull(): boolean {
    return this.limit > 0 && this.#taken >= this.limit
  }
}
