/** Figures before the first answer: axes, and nothing on them. */
import { apiFamilies, type MetricsRange, type MetricsSnapshot } from '../session/wire-protocol.js'

const shapes: Record<MetricsRange, { sliceMs: number; slices: number }> = {
  '5 min': { sliceMs: 1_000, slices: 300 },
  '15 min': { sliceMs: 10_000, slices: 90 },
  '1 h': { sliceMs: 10_000, slices: 360 },
}

export function blankSnapshot(range: MetricsRange): MetricsSnapshot {
  const { sliceMs, slices } = shapes[range]
  const now = Date.now()
  const zeros = () => new Float64Array(slices)
  const gaps = () => new Float64Array(slices).fill(Number.NaN)
  return {
    version: -1,
    now,
    series: {
      from: now - sliceMs * slices,
      sliceMs,
      slices,
      families: apiFamilies.map(zeros),
      p50: gaps(),
      p90: gaps(),
      p99: gaps(),
      bytesIn: zeros(),
      bytesOut: zeros(),
      fetched: gaps(),
      produced: gaps(),
      fetchBuffer: zeros(),
      produceBuffer: zeros(),
    },
    apis: [],
    brokers: [],
    totals: { requests: 0, errors: 0, throttles: 0, throttleMs: 0, retries: 0 },
    ratios: { fetched: null, produced: null },
    buffers: { fetchBytes: 0, fetchLimit: 0, produceRecords: 0, produceLimit: 0 },
    since: null,
  }
}
