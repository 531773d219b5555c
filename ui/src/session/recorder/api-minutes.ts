/** Per API and minute: counts, errors, latency and parked time of an hour. An API takes memory (47 kB) once it is used. */
import { addHistogram, emptyHistogram, LATENCY_BUCKETS, latencyBucket, percentile } from './latency.js'

const MINUTES = 61
const MINUTE_MS = 60_000

class ApiHour {
  readonly stamps = new Float64Array(MINUTES).fill(-1)
  readonly counts = new Uint32Array(MINUTES)
  readonly errors = new Uint32Array(MINUTES)
  readonly bytes = new Float64Array(MINUTES)
  readonly totalMs = new Float64Array(MINUTES)
  readonly maxMs = new Float64Array(MINUTES)
  readonly latencies = new Uint16Array(MINUTES * LATENCY_BUCKETS)
  readonly parked = new Uint16Array(MINUTES * LATENCY_BUCKETS)

  slot(at: number): number {
    const minute = Math.floor(at / MINUTE_MS)
    const slot = minute % MINUTES
    if (this.stamps[slot] === minute) return slot
    if (this.stamps[slot] > minute) return -1
    this.stamps[slot] = minute
    for (const column of [this.counts, this.errors, this.bytes, this.totalMs, this.maxMs]) column[slot] = 0
    this.latencies.fill(0, slot * LATENCY_BUCKETS, (slot + 1) * LATENCY_BUCKETS)
    this.parked.fill(0, slot * LATENCY_BUCKETS, (slot + 1) * LATENCY_BUCKETS)
    return slot
  }
}

export interface ApiFigures {
  apiKey: number
  count: number
  errors: number
  bytes: number
  /** All latencies together. */
  totalMs: number
  maxMs: number
  p50Ms: number | null
  p90Ms: number | null
  p99Ms: number | null
  /** null: nothing of it was parked. */
  parkedP50Ms: number | null
}

export class ApiMinutes {
  private readonly apis = new Map<number, ApiHour>()

  answered(at: number, apiKey: number, bytes: number, latencyMs: number, parkedMs: number): void {
    const hour = this.hour(apiKey)
    const slot = hour.slot(at)
    if (slot < 0) return
    hour.counts[slot]++
    hour.bytes[slot] += bytes
    hour.totalMs[slot] += latencyMs
    if (latencyMs > hour.maxMs[slot]) hour.maxMs[slot] = latencyMs
    bump(hour.latencies, slot, latencyMs)
    if (parkedMs > 0) bump(hour.parked, slot, parkedMs)
  }

  failed(at: number, apiKey: number): void {
    const hour = this.hour(apiKey)
    const slot = hour.slot(at)
    if (slot >= 0) hour.errors[slot]++
  }

  /** Sums the minutes that touch the last `spanMs`. */
  figures(now: number, spanMs: number): ApiFigures[] {
    const figures: ApiFigures[] = []
    for (const [apiKey, hour] of this.apis) {
      const one = sum(apiKey, hour, Math.floor((now - spanMs) / MINUTE_MS), Math.floor(now / MINUTE_MS))
      if (one.count > 0 || one.errors > 0) figures.push(one)
    }
    return figures
  }

  /** The usual latency of an API over the hour; null before its first answer. */
  median(now: number, apiKey: number): number | null {
    const hour = this.apis.get(apiKey)
    return hour ? sum(apiKey, hour, Math.floor(now / MINUTE_MS) - MINUTES + 1, Math.floor(now / MINUTE_MS)).p50Ms : null
  }

  private hour(apiKey: number): ApiHour {
    let hour = this.apis.get(apiKey)
    if (!hour) this.apis.set(apiKey, (hour = new ApiHour()))
    return hour
  }
}

function bump(histograms: Uint16Array, slot: number, ms: number): void {
  const bucket = slot * LATENCY_BUCKETS + latencyBucket(ms)
  if (histograms[bucket] < 0xffff) histograms[bucket]++
}

function sum(apiKey: number, hour: ApiHour, fromMinute: number, toMinute: number): ApiFigures {
  const latencies = emptyHistogram()
  const parked = emptyHistogram()
  const figures: ApiFigures = {
    apiKey,
    count: 0,
    errors: 0,
    bytes: 0,
    totalMs: 0,
    maxMs: 0,
    p50Ms: null,
    p90Ms: null,
    p99Ms: null,
    parkedP50Ms: null,
  }
  for (let slot = 0; slot < MINUTES; slot++) {
    if (hour.stamps[slot] < fromMinute || hour.stamps[slot] > toMinute) continue
    figures.count += hour.counts[slot]
    figures.errors += hour.errors[slot]
    figures.bytes += hour.bytes[slot]
    figures.totalMs += hour.totalMs[slot]
    figures.maxMs = Math.max(figures.maxMs, hour.maxMs[slot])
    addHistogram(latencies, hour.latencies, slot * LATENCY_BUCKETS)
    addHistogram(parked, hour.parked, slot * LATENCY_BUCKETS)
  }
  // A bucket's upper part may lie above everything that was measured.
  const most = (share: number) => {
    const ms = percentile(latencies, share)
    return ms === null ? null : Math.min(ms, figures.maxMs)
  }
  figures.p50Ms = most(0.5)
  figures.p90Ms = most(0.9)
  figures.p99Ms = most(0.99)
  figures.parkedP50Ms = percentile(parked, 0.5)
  return figures
}
