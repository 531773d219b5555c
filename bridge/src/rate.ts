/** Lets `perSecond` things happen a second, and `burst` at once after a rest. */
export class RateLimit {
  #left: number
  #at: number

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#left = burst
    this.#at = now()
  }

  take(): boolean {
    const now = this.now()
    this.#left = Math.min(this.burst, this.#left + ((now - this.#at) / 1000) * this.perSecond)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
