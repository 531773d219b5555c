/** An hour of figures, as the Metrics page draws them. */
import type { ApiMetrics, MetricsRange, MetricsSeries, MetricsSnapshot } from '../wire-protocol.js'
import { familyOf } from './api-family.js'
import type { Buffers } from './figures.js'
import { addHistogram, emptyHistogram, LATENCY_BUCKETS, percentile } from './latency.js'
import type { Recorder } from './recorder.js'
import { FAMILIES, type Series } from './series.js'

const ranges: Record<MetricsRange, { scale: 'fine' | 'coarse'; slices: number }> = {
  '5 min': { scale: 'fine', slices: 300 },
  '15 min': { scale: 'coarse', slices: 90 },
  '1 h': { scale: 'coarse', slices: 360 },
}

/** Before this a running slice says too little. */
const LEAST_RUNNING_MS = 2_000

export interface MetricsContext {
  now: number
  range: MetricsRange
  /** null: all of them. */
  broker: number | null
  api(apiKey: number): string
  buffers: Buffers
}

export function metricsOf(recorder: Recorder, context: MetricsContext): MetricsSnapshot {
  const { scale, slices } = ranges[context.range]
  const series = (context.broker === null ? recorder.tally.all : recorder.tally.brokers.get(context.broker))?.[scale]
  const spanMs = slices * recorder.tally.all[scale].sliceMs
  const drawn = draw(series, recorder.tally.all[scale], slices, context)
  return {
    version: recorder.version,
    now: context.now,
    series: drawn.series,
    apis: recorder.tally.apis.figures(context.now, spanMs).map(figures => named(figures, context)),
    brokers: [...recorder.tally.brokers.keys()].sort((a, b) => a - b),
    totals: drawn.totals,
    ratios: drawn.ratios,
    buffers: {
      fetchBytes: context.buffers.fetchBytes,
      fetchLimit: context.buffers.fetchLimit,
      produceRecords: context.buffers.produceRecords,
      produceLimit: context.buffers.produceLimit,
    },
    since: recorder.tally.since,
  }
}

function named(figures: Omit<ApiMetrics, 'api' | 'family'>, context: MetricsContext): ApiMetrics {
  return { ...figures, api: context.api(figures.apiKey), family: familyOf(figures.apiKey) }
}

interface Drawn {
  series: MetricsSeries
  totals: MetricsSnapshot['totals']
  ratios: MetricsSnapshot['ratios']
}

/**
 * A slice that still runs would look like a fall: a long one is drawn by its rate so far, a short one when it is whole. Where nothing happened is
 * zero, or NaN where zero would be a lie.
 */
function draw(series: Series | undefined, whole: Series, slices: number, context: MetricsContext): Drawn {
  const elapsedMs = context.now % whole.sliceMs
  const running = elapsedMs >= LEAST_RUNNING_MS
  const last = Math.floor(context.now / whole.sliceMs) - (running ? 0 : 1)
  const first = last - slices + 1
  const out: MetricsSeries = blank(first * whole.sliceMs, whole.sliceMs, slices)
  const totals = { requests: 0, errors: 0, throttles: 0, throttleMs: 0, retries: 0 }
  const sizes = { fetched: [0, 0], produced: [0, 0] }
  for (let i = 0; i < slices; i++) {
    const common = whole.peek(first + i)
    if (common >= 0) {
      out.fetchBuffer[i] = share(whole.sums.fetchBuffered[common], context.buffers.fetchLimit)
      out.produceBuffer[i] = share(whole.sums.produceBuffered[common], context.buffers.produceLimit)
    }
    const slot = series?.peek(first + i) ?? -1
    if (!series || slot < 0) continue
    const { sums } = series
    const rate = running && i === slices - 1 ? whole.sliceMs / elapsedMs : 1
    for (let family = 0; family < FAMILIES; family++) {
      const count = series.families[slot * FAMILIES + family]
      out.families[family][i] = count * rate
      totals.requests += count
    }
    percentiles(series, slot, out, i)
    out.bytesIn[i] = sums.bytesIn[slot] * rate
    out.bytesOut[i] = sums.bytesOut[slot] * rate
    if (sums.fetchBatches[slot] > 0) out.fetched[i] = sums.fetchRecords[slot] / sums.fetchBatches[slot]
    if (sums.produceBatches[slot] > 0) out.produced[i] = sums.produceRecords[slot] / sums.produceBatches[slot]
    totals.errors += sums.errors[slot]
    totals.throttles += sums.throttles[slot]
    totals.throttleMs += sums.throttleMs[slot]
    totals.retries += sums.retries[slot]
    sizes.fetched[0] += sums.fetchCompressed[slot]
    sizes.fetched[1] += sums.fetchUncompressed[slot]
    sizes.produced[0] += sums.produceCompressed[slot]
    sizes.produced[1] += sums.produceUncompressed[slot]
  }
  return { series: out, totals, ratios: { fetched: ratio(sizes.fetched), produced: ratio(sizes.produced) } }
}

function blank(from: number, sliceMs: number, slices: number): MetricsSeries {
  const zeros = () => new Float64Array(slices)
  const gaps = () => new Float64Array(slices).fill(Number.NaN)
  return {
    from,
    sliceMs,
    slices,
    families: Array.from({ length: FAMILIES }, zeros),
    p50: gaps(),
    p90: gaps(),
    p99: gaps(),
    bytesIn: zeros(),
    bytesOut: zeros(),
    fetched: gaps(),
    produced: gaps(),
    fetchBuffer: zeros(),
    produceBuffer: zeros(),
  }
}

function percentiles(series: Series, slot: number, out: MetricsSeries, i: number): void {
  const latencies = emptyHistogram()
  addHistogram(latencies, series.histograms, slot * LATENCY_BUCKETS)
  out.p50[i] = percentile(latencies, 0.5) ?? Number.NaN
  out.p90[i] = percentile(latencies, 0.9) ?? Number.NaN
  out.p99[i] = percentile(latencies, 0.99) ?? Number.NaN
}

const share = (value: number, limit: number) => (limit > 0 ? Math.min(1, value / limit) : 0)
const ratio = ([compressed, uncompressed]: number[]) => (uncompressed > 0 ? compressed / uncompressed : null)
