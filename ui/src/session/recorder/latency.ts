/**
 * Log-linear histogram of milliseconds: eight buckets to the octave from 1/16 ms to 131 s, so a percentile is at most 6 % off. The index is
 * read out of the float's own bits (exponent and three bits of mantissa), which costs no logarithm.
 */
const FIRST_EXPONENT = -4
const OCTAVES = 21
export const LATENCY_BUCKETS = OCTAVES * 8

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)
const base = (127 + FIRST_EXPONENT) << 3
const smallest = 2 ** FIRST_EXPONENT

export function latencyBucket(ms: number): number {
  if (!(ms > smallest)) return 0
  float[0] = ms
  const index = (bits[0] >>> 20) - base
  return index < LATENCY_BUCKETS ? index : LATENCY_BUCKETS - 1
}

/** The lower edge of a bucket, ms. */
export const latencyEdge = (bucket: number): number => 2 ** (FIRST_EXPONENT + (bucket >> 3)) * (1 + (bucket & 7) / 8)

/** Adds `counts[from ...]`, one histogram, to `into`. */
export function addHistogram(into: Float64Array, counts: Uint16Array, from: number): void {
  for (let i = 0; i < LATENCY_BUCKETS; i++) into[i] += counts[from + i]
}

export const emptyHistogram = (): Float64Array => new Float64Array(LATENCY_BUCKETS)

/** The value below which `share` (0 to 1) of the counts lie, interpolated inside its bucket; null when there are none. */
export function percentile(counts: Float64Array, share: number): number | null {
  let total = 0
  for (let i = 0; i < LATENCY_BUCKETS; i++) total += counts[i]
  if (total === 0) return null
  let left = share * total
  for (let i = 0; i < LATENCY_BUCKETS; i++) {
    const count = counts[i]
    if (count > 0 && left <= count) return latencyEdge(i) + (latencyEdge(i + 1) - latencyEdge(i)) * (left / count)
    left -= count
  }
  return latencyEdge(LATENCY_BUCKETS)
}
