/**
 * Sums per slice of time in rings of fixed size. A slot belongs to a slice while its stamp says so; a slot that is asked for in a new slice is
 * wiped first, so a client that slept leaves no stale figures.
 */
import { apiFamilies } from '../wire-protocol.js'
import { LATENCY_BUCKETS, latencyBucket } from './latency.js'

export const FAMILIES = apiFamilies.length

/** What is summed as a plain number per slice. */
export const measures = [
  'bytesIn',
  'bytesOut',
  'errors',
  'retries',
  'throttles',
  'throttleMs',
  'fetchBatches',
  'fetchRecords',
  'fetchCompressed',
  'fetchUncompressed',
  'produceBatches',
  'produceRecords',
  'produceCompressed',
  'produceUncompressed',
] as const
export type Measure = (typeof measures)[number]

/** What is kept as its highest value per slice. */
export const gauges = ['fetchBuffered', 'produceBuffered'] as const
export type Gauge = (typeof gauges)[number]

type Sums = { readonly [M in Measure | Gauge]: Float64Array }

export class Series {
  readonly stamps: Float64Array
  readonly families: Uint32Array
  readonly histograms: Uint16Array
  readonly sums: Sums

  constructor(
    readonly sliceMs: number,
    readonly slices: number,
  ) {
    this.stamps = new Float64Array(slices).fill(-1)
    this.families = new Uint32Array(slices * FAMILIES)
    this.histograms = new Uint16Array(slices * LATENCY_BUCKETS)
    this.sums = Object.fromEntries([...measures, ...gauges].map(name => [name, new Float64Array(slices)])) as Sums
  }

  /** The slot of the slice that holds `at`, wiped when it is new; −1 when the ring has moved past it. */
  slot(at: number): number {
    const slice = Math.floor(at / this.sliceMs)
    const slot = slice % this.slices
    if (this.stamps[slot] === slice) return slot
    if (this.stamps[slot] > slice) return -1
    this.stamps[slot] = slice
    this.families.fill(0, slot * FAMILIES, (slot + 1) * FAMILIES)
    this.histograms.fill(0, slot * LATENCY_BUCKETS, (slot + 1) * LATENCY_BUCKETS)
    for (const name of measures) this.sums[name][slot] = 0
    for (const name of gauges) this.sums[name][slot] = 0
    return slot
  }

  /** The slot of a slice by its number; −1 when nothing happened in it or it is gone. */
  peek(slice: number): number {
    const slot = slice % this.slices
    return this.stamps[slot] === slice ? slot : -1
  }

  add(at: number, measure: Measure, amount: number): void {
    const slot = this.slot(at)
    if (slot >= 0) this.sums[measure][slot] += amount
  }

  highest(at: number, gauge: Gauge, value: number): void {
    const slot = this.slot(at)
    if (slot >= 0 && value > this.sums[gauge][slot]) this.sums[gauge][slot] = value
  }

  sent(at: number, family: number, bytes: number): void {
    const slot = this.slot(at)
    if (slot < 0) return
    this.families[slot * FAMILIES + family]++
    this.sums.bytesOut[slot] += bytes
  }

  answered(at: number, bytes: number, latencyMs: number): void {
    const slot = this.slot(at)
    if (slot < 0) return
    this.sums.bytesIn[slot] += bytes
    const bucket = slot * LATENCY_BUCKETS + latencyBucket(latencyMs)
    // A counter that is full stays full: 65,535 answers of one latency within one slice.
    if (this.histograms[bucket] < 0xffff) this.histograms[bucket]++
  }
}
