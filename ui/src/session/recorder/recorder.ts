/**
 * The session's ears: the client's hooks, written into rings of fixed size. A request costs two method calls and writes into typed arrays;
 * frames are taken only once somebody has opened Wire.
 */
import type {
  BatchEvent,
  BrokerConnectEvent,
  BrokerDisconnectEvent,
  BrokerReadEvent,
  BrokerThrottleEvent,
  BrokerWriteEvent,
  Hooks,
} from '@milena/client-core'
import { familyIndexOf, hiddenBecause } from './api-family.js'
import { ApiMinutes } from './api-minutes.js'
import { ConnectionRing } from './connection-ring.js'
import { FrameRing, type FrameSide } from './frame-ring.js'
import { Labels } from './labels.js'
import * as ring from './request-ring.js'
import { type Gauge, type Measure, Series } from './series.js'
import { SlowRule } from './slow.js'

export interface RecorderOptions {
  /** Requests kept. Default 20,000 (1.5 MB). */
  rows?: number
  /** Payload bytes kept. Default 16 MB. */
  frameBytes?: number
  /** Larger frames are not kept. Default 4 MB. */
  largestFrame?: number
  /** ms since the epoch. Default `Date.now`. */
  now?: () => number
}

/** Brokers beyond this many are in the totals alone. */
const BROKER_SERIES = 12
const LABELS = 4_096
const IDLE_SHARE = 0.95
const USUAL_WEIGHT = 0.05
const LEAST_PARKED_MS = 20
/** A wait that is longer was measured from no beginning. */
const DAY_MS = 86_400_000

interface Scales {
  /** Seconds of five minutes. */
  fine: Series
  /** Ten seconds each, of an hour. */
  coarse: Series
}
const scales = (): Scales => ({ fine: new Series(1_000, 301), coarse: new Series(10_000, 361) })

export class Recorder implements Hooks {
  readonly requests: ring.RequestRing
  readonly frames: FrameRing
  readonly connections = new ConnectionRing(500)
  readonly labels: Labels
  readonly apis = new ApiMinutes()
  readonly all = scales()
  readonly brokers = new Map<number, Scales>()
  /** Pausing stops new rows; the figures go on. */
  recording = true
  /** Payloads are kept once Wire has been opened. */
  keepFrames = false
  /** Counts every change, so that a pull knows whether there is anything new. */
  version = 0
  inFlight = 0
  /** When the first request was seen; null: none yet. */
  since: number | null = null
  errors = 0
  throttled = 0
  /** What requests that cannot be parked usually wait, as a moving average. */
  private usualWaitMs = 0
  private firstId = 0
  private readonly slow: SlowRule
  private readonly now: () => number
  /** How long requests without a row may be parked: those sent while nothing was recorded. */
  private readonly parkedUnseen = new Map<number, number>()

  constructor(options: RecorderOptions = {}) {
    this.now = options.now ?? Date.now
    this.requests = new ring.RequestRing(options.rows ?? 20_000)
    this.frames = new FrameRing(options.frameBytes ?? 16_000_000, options.largestFrame ?? 4_000_000)
    this.labels = new Labels(LABELS, mark => {
      for (let i = 0; i < this.requests.capacity; i++) if (this.requests.id[i] >= 0) mark[this.requests.initiator[i]] = 1
    })
    this.slow = new SlowRule((now, apiKey) => this.apis.median(now, apiKey))
  }

  /** A client counts its requests from 1: those of the next one go on where the last one's ended. */
  onNewClient(): void {
    this.firstId = this.requests.last + 1
    this.inFlight = 0
    this.parkedUnseen.clear()
  }

  onBrokerWrite(event: BrokerWriteEvent): void {
    const { apiKey, broker } = event
    const at = event.startedAtMs + event.writeWaitMs + event.timeToWriteMs
    const family = familyIndexOf(apiKey)
    this.version++
    this.since ??= event.startedAtMs
    this.sent(this.all, at, family, event.bytesWritten)
    this.sent(this.of(broker.nodeId), at, family, event.bytesWritten)
    if (event.attempt > 1) this.count(at, broker.nodeId, 'retries', 1)
    if (event.error) this.failUnlessCancelled(event.error, at, broker.nodeId, apiKey)
    else if (!event.noResponse) this.inFlight += this.isAnswered(this.firstId + event.requestId) ? 0 : 1
    else this.apis.answered(at, apiKey, event.bytesWritten, event.timeToWriteMs, 0)
    if (this.recording) this.openRow(event)
    else if (event.parkMs > 0 && !event.noResponse) this.parkedUnseen.set(this.firstId + event.requestId, event.parkMs)
  }

  onBrokerRead(event: BrokerReadEvent): void {
    const { apiKey, broker } = event
    this.version++
    const slot = this.requests.slot(this.firstId + event.requestId)
    if (slot < 0 && this.recording && this.firstId + event.requestId > this.requests.last) {
      this.readEarly(event)
      return
    }
    if (this.inFlight > 0) this.inFlight--
    if (slot < 0) {
      this.readUnseen(event)
      return
    }
    const at = this.closeRow(slot, event)
    if (event.error) {
      this.failUnlessCancelled(event.error, at, broker.nodeId, apiKey)
      return
    }
    const latency = this.requests.latencyMs(slot)
    this.answered(at, event, latency, this.requests.parkedMs[slot], this.requests.sent[slot])
    if (this.slow.isSlow(at, apiKey, latency)) this.requests.flags[slot] |= ring.SLOW
  }

  onBrokerThrottle(event: BrokerThrottleEvent): void {
    this.version++
    this.throttled++
    const slot = this.requests.slot(this.firstId + event.requestId)
    const at = slot >= 0 ? this.requests.wroteAt(slot) + this.requests.durationMs(slot) : this.now()
    this.count(at, event.broker.nodeId, 'throttles', 1)
    this.count(at, event.broker.nodeId, 'throttleMs', event.throttleMs)
    if (slot < 0) return
    this.requests.throttleMs[slot] = event.throttleMs
    if (event.throttledAfterResponse) this.requests.flags[slot] |= ring.THROTTLED_BEFORE
  }

  onBrokerConnect(event: BrokerConnectEvent): void {
    this.version++
    if (event.error && !isCancelled(event.error)) this.errors++
    this.connections.add({
      is: 'connect',
      broker: event.broker.nodeId,
      address: `${event.broker.host}:${event.broker.port}`,
      connectionId: event.connectionId,
      purpose: event.purpose,
      at: event.startedAtMs,
      durationMs: event.durationMs,
      dialMs: event.dialMs,
      error: event.error && !isCancelled(event.error) ? event.error.message : '',
    })
  }

  onBrokerDisconnect(event: BrokerDisconnectEvent): void {
    this.version++
    this.connections.add({
      is: 'disconnect',
      broker: event.broker.nodeId,
      address: `${event.broker.host}:${event.broker.port}`,
      connectionId: event.connectionId,
      purpose: '',
      at: this.now(),
      durationMs: 0,
      dialMs: 0,
      error: event.error && !isCancelled(event.error) ? event.error.message : '',
    })
  }

  onProduceBatchWritten(event: BatchEvent): void {
    this.batch(event, 'produceBatches', 'produceRecords', 'produceCompressed', 'produceUncompressed')
  }

  onFetchBatchRead(event: BatchEvent): void {
    this.batch(event, 'fetchBatches', 'fetchRecords', 'fetchCompressed', 'fetchUncompressed')
  }

  /** An error code found in an answer after the fact, when somebody looked. */
  foundError(slot: number): void {
    const at = this.requests.wroteAt(slot) + this.requests.durationMs(slot)
    this.fail(at, this.requests.broker[slot], this.requests.apiKey[slot])
  }

  gauge(at: number, gauge: Gauge, value: number): void {
    this.all.fine.highest(at, gauge, value)
    this.all.coarse.highest(at, gauge, value)
  }

  clear(): void {
    this.version++
    this.requests.clear()
    this.frames.clear()
    this.connections.clear()
  }

  private isAnswered(requestId: number): boolean {
    const slot = this.requests.slot(requestId)
    return slot >= 0 && this.requests.has(slot, ring.DONE)
  }

  private openRow(event: BrokerWriteEvent): void {
    const rows = this.requests
    const id = this.firstId + event.requestId
    const slot = this.isAnswered(id) ? rows.slot(id) : rows.open(id)
    if (slot < 0) return
    rows.startedAt[slot] = event.startedAtMs
    rows.apiKey[slot] = event.apiKey
    rows.apiVersion[slot] = event.apiVersion
    rows.attempt[slot] = Math.min(255, event.attempt)
    rows.broker[slot] = event.broker.nodeId
    rows.connection[slot] = event.connectionId
    rows.correlation[slot] = event.correlationId
    rows.retryOf[slot] = event.retryOf === undefined ? -1 : this.firstId + event.retryOf
    rows.initiator[slot] = this.labels.number(event.initiator)
    rows.sent[slot] = event.bytesWritten
    rows.queueMs[slot] = event.writeWaitMs
    rows.writeMs[slot] = event.timeToWriteMs
    rows.parkMs[slot] = event.parkMs
    if (event.noResponse) rows.flags[slot] |= ring.SILENT | ring.DONE
    if (event.error) {
      rows.flags[slot] |= ring.DONE
      if (isCancelled(event.error)) rows.flags[slot] |= ring.CANCELLED
      else rows.setError(slot, event.error.message)
    }
    if (this.keepFrames) this.keep(slot, 'request', event.frame)
  }

  /** Returns when the answer was there. */
  private closeRow(slot: number, event: BrokerReadEvent): number {
    const rows = this.requests
    rows.received[slot] = event.bytesRead
    rows.waitMs[slot] = event.readWaitMs > DAY_MS ? 0 : event.readWaitMs
    rows.readMs[slot] = event.timeToReadMs
    rows.flags[slot] |= ring.DONE
    rows.parkedMs[slot] = this.parked(rows.waitMs[slot], rows.parkMs[slot])
    if (event.error && isCancelled(event.error)) rows.flags[slot] |= ring.CANCELLED
    else if (event.error) rows.setError(slot, event.error.message)
    else if (rows.parkMs[slot] > 0 && event.readWaitMs >= rows.parkMs[slot] * IDLE_SHARE) rows.flags[slot] |= ring.IDLE
    if (this.keepFrames && event.frame) this.keep(slot, 'response', event.frame)
    return rows.wroteAt(slot) + rows.durationMs(slot)
  }

  /**
   * A long poll that has something to bring is answered at once, and no answer says how long it was parked: so only the wait beyond what other
   * requests usually wait counts, up to what the request allowed, and a little more than usual is not parking at all.
   */
  private parked(waitMs: number, parkMs: number): number {
    if (parkMs <= 0) {
      this.usualWaitMs += (waitMs - this.usualWaitMs) * (this.usualWaitMs === 0 ? 1 : USUAL_WEIGHT)
      return 0
    }
    const beyond = Math.min(waitMs - this.usualWaitMs, parkMs)
    return beyond < LEAST_PARKED_MS ? 0 : beyond
  }

  private keep(slot: number, side: FrameSide, frame: { byteLength: number; take(): Uint8Array }): void {
    const rows = this.requests
    if (hiddenBecause(rows.apiKey[slot])) return
    if (frame.byteLength > this.frames.largestBytes || !this.frames.put(rows.id[slot], side, frame.take()))
      rows.flags[slot] |= ring.TOO_LARGE
    else rows.flags[slot] |= side === 'request' ? ring.REQUEST_KEPT : ring.RESPONSE_KEPT
  }

  private of(broker: number): Scales | undefined {
    let own = this.brokers.get(broker)
    if (!own && broker >= 0 && this.brokers.size < BROKER_SERIES) this.brokers.set(broker, (own = scales()))
    return own
  }

  private sent(to: Scales | undefined, at: number, family: number, bytes: number): void {
    to?.fine.sent(at, family, bytes)
    to?.coarse.sent(at, family, bytes)
  }

  private answered(at: number, event: BrokerReadEvent, latencyMs: number, parkedMs: number, sent: number): void {
    for (const to of [this.all, this.of(event.broker.nodeId)]) {
      to?.fine.answered(at, event.bytesRead, latencyMs)
      to?.coarse.answered(at, event.bytesRead, latencyMs)
    }
    this.apis.answered(at, event.apiKey, event.bytesRead + sent, latencyMs, parkedMs)
  }

  /** An answer can be here before the stream has said that the request was written. */
  private readEarly(event: BrokerReadEvent): void {
    const { requests } = this
    const slot = requests.open(this.firstId + event.requestId)
    requests.apiKey[slot] = event.apiKey
    requests.apiVersion[slot] = event.apiVersion
    requests.broker[slot] = event.broker.nodeId
    requests.startedAt[slot] = this.now()
    requests.queueMs[slot] = requests.writeMs[slot] = requests.parkMs[slot] = 0
    const at = this.closeRow(slot, event)
    if (event.error) this.failUnlessCancelled(event.error, at, event.broker.nodeId, event.apiKey)
    else this.answered(at, event, event.timeToReadMs, 0, 0)
  }

  /** An answer whose row was never opened or is gone: only the figures know of it. */
  private readUnseen(event: BrokerReadEvent): void {
    const id = this.firstId + event.requestId
    const parkMs = this.parkedUnseen.get(id) ?? 0
    this.parkedUnseen.delete(id)
    const at = this.now()
    const parked = this.parked(event.readWaitMs, parkMs)
    if (event.error) this.failUnlessCancelled(event.error, at, event.broker.nodeId, event.apiKey)
    else this.answered(at, event, event.readWaitMs - parked + event.timeToReadMs, parked, 0)
  }

  private count(at: number, broker: number, measure: Measure, amount: number): void {
    for (const to of [this.all, this.of(broker)]) {
      to?.fine.add(at, measure, amount)
      to?.coarse.add(at, measure, amount)
    }
  }

  private failUnlessCancelled(error: Error, at: number, broker: number, apiKey: number): void {
    if (!isCancelled(error)) this.fail(at, broker, apiKey)
  }

  private fail(at: number, broker: number, apiKey: number): void {
    this.errors++
    this.count(at, broker, 'errors', 1)
    this.apis.failed(at, apiKey)
  }

  private batch(event: BatchEvent, batches: Measure, records: Measure, compressed: Measure, uncompressed: Measure): void {
    this.version++
    const at = this.now()
    this.count(at, event.broker.nodeId, batches, 1)
    this.count(at, event.broker.nodeId, records, event.numRecords)
    this.count(at, event.broker.nodeId, compressed, event.compressedBytes)
    this.count(at, event.broker.nodeId, uncompressed, event.uncompressedBytes)
  }
}

/** Given up on our side: a scan that was stopped, a client that was closed. Nothing is wrong. */
const isCancelled = (error: Error): boolean => 'code' in error && (error.code === 'ABORTED' || error.code === 'CLIENT_CLOSED')
