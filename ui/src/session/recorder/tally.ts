/** What the client did, in sums: by time, by broker, by API. It goes on whether or not rows are recorded. */
import type { BatchEvent } from '@milena/client-core'
import { ApiMinutes } from './api-minutes.js'
import { type Gauge, type Measure, Series } from './series.js'

/** Brokers beyond this many are in the totals alone. */
const BROKER_SERIES = 12

export interface Scales {
  /** Seconds of five minutes. */
  fine: Series
  /** Ten seconds each, of an hour. */
  coarse: Series
}
const scales = (): Scales => ({ fine: new Series(1_000, 301), coarse: new Series(10_000, 361) })

export interface Answer {
  apiKey: number
  broker: number
  bytesRead: number
  bytesWritten: number
  latencyMs: number
  parkedMs: number
}

export class Tally {
  readonly apis = new ApiMinutes()
  readonly all = scales()
  readonly brokers = new Map<number, Scales>()
  errors = 0
  throttled = 0
  /** When the first request was seen; null: none yet. */
  since: number | null = null

  sent(at: number, broker: number, family: number, bytes: number): void {
    this.since ??= at
    for (const to of [this.all, this.of(broker)]) {
      to?.fine.sent(at, family, bytes)
      to?.coarse.sent(at, family, bytes)
    }
  }

  answered(at: number, { apiKey, broker, bytesRead, bytesWritten, latencyMs, parkedMs }: Answer): void {
    for (const to of [this.all, this.of(broker)]) {
      to?.fine.answered(at, bytesRead, latencyMs)
      to?.coarse.answered(at, bytesRead, latencyMs)
    }
    this.apis.answered(at, apiKey, bytesRead + bytesWritten, latencyMs, parkedMs)
  }

  failed(at: number, broker: number, apiKey: number): void {
    this.errors++
    this.count(at, broker, 'errors', 1)
    this.apis.failed(at, apiKey)
  }

  retried(at: number, broker: number): void {
    this.count(at, broker, 'retries', 1)
  }

  throttle(at: number, broker: number, ms: number): void {
    this.throttled++
    this.count(at, broker, 'throttles', 1)
    this.count(at, broker, 'throttleMs', ms)
  }

  fetched(at: number, event: BatchEvent): void {
    this.batch(at, event, ['fetchBatches', 'fetchRecords', 'fetchCompressed', 'fetchUncompressed'])
  }

  produced(at: number, event: BatchEvent): void {
    this.batch(at, event, ['produceBatches', 'produceRecords', 'produceCompressed', 'produceUncompressed'])
  }

  gauge(at: number, gauge: Gauge, value: number): void {
    this.all.fine.highest(at, gauge, value)
    this.all.coarse.highest(at, gauge, value)
  }

  private batch(at: number, { broker, numRecords, compressedBytes, uncompressedBytes }: BatchEvent, measures: readonly Measure[]): void {
    const amounts = [1, numRecords, compressedBytes, uncompressedBytes]
    for (const [i, measure] of measures.entries()) this.count(at, broker.nodeId, measure, amounts[i])
  }

  private count(at: number, broker: number, measure: Measure, amount: number): void {
    for (const to of [this.all, this.of(broker)]) {
      to?.fine.add(at, measure, amount)
      to?.coarse.add(at, measure, amount)
    }
  }

  private of(broker: number): Scales | undefined {
    let own = this.brokers.get(broker)
    if (!own && broker >= 0 && this.brokers.size < BROKER_SERIES) this.brokers.set(broker, (own = scales()))
    return own
  }
}
