/**
 * What counts as slow: a second, or four times what is usual for this API once that is 100 ms or more. The usual is its median of the last
 * hour, looked up once a second and API, not per request.
 */
const ALWAYS_MS = 1_000
const NEVER_BELOW_MS = 100
const TIMES_MEDIAN = 4
const REFRESH_MS = 1_000

export class SlowRule {
  private readonly above = new Float64Array(256).fill(ALWAYS_MS)
  private readonly refreshAt = new Float64Array(256)

  constructor(private readonly median: (now: number, apiKey: number) => number | null) {}

  isSlow(now: number, apiKey: number, latencyMs: number): boolean {
    if (latencyMs < NEVER_BELOW_MS) return false
    const key = apiKey & 0xff
    if (now >= this.refreshAt[key]) {
      this.refreshAt[key] = now + REFRESH_MS
      const median = this.median(now, apiKey)
      this.above[key] = median === null ? ALWAYS_MS : Math.min(ALWAYS_MS, Math.max(NEVER_BELOW_MS, median * TIMES_MEDIAN))
    }
    return latencyMs >= this.above[key]
  }
}
