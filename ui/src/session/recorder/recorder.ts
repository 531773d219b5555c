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
import { ConnectionRing } from './connection-ring.js'
import { FrameRing, type FrameSide } from './frame-ring.js'
import { Labels } from './labels.js'
import { Parking } from './parking.js'
import * as ring from './request-ring.js'
import { SlowRule } from './slow.js'
import { Tally } from './tally.js'

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

const LABELS = 4_096
const IDLE_SHARE = 0.95
/** A wait that is longer was measured from no beginning. */
const DAY_MS = 86_400_000

export class Recorder implements Hooks {
  readonly requests: ring.RequestRing
  readonly frames: FrameRing
  readonly connections = new ConnectionRing(500)
  readonly labels: Labels
  readonly tally = new Tally()
  /** Off: no new rows; the tally goes on. */
  recording = true
  /** Payloads are kept once Wire has been opened. */
  keepFrames = false
  /** Counts every change, so that a pull knows whether there is anything new. */
  version = 0
  inFlight = 0
  private readonly parking = new Parking()
  private readonly slow: SlowRule
  private readonly now: () => number
  /** The row that a client's request 0 would have. */
  private firstId = 0

  constructor(options: RecorderOptions = {}) {
    this.now = options.now ?? Date.now
    this.requests = new ring.RequestRing(options.rows ?? 20_000)
    this.frames = new FrameRing(options.frameBytes ?? 16_000_000, options.largestFrame ?? 4_000_000)
    this.labels = new Labels(LABELS, mark => {
      for (let i = 0; i < this.requests.capacity; i++) if (this.requests.id[i] >= 0) mark[this.requests.initiator[i]] = 1
    })
    this.slow = new SlowRule((now, apiKey) => this.tally.apis.median(now, apiKey))
  }

  /** A client counts its requests from 1: those of the next one go on where the last one's ended. */
  onNewClient(): void {
    this.firstId = this.requests.last + 1
    this.inFlight = 0
    this.parking.forget()
  }

  onBrokerWrite(event: BrokerWriteEvent): void {
    const { apiKey, broker } = event
    const id = this.firstId + event.requestId
    const at = event.startedAtMs + event.writeWaitMs + event.timeToWriteMs
    this.version++
    this.tally.sent(at, broker.nodeId, familyIndexOf(apiKey), event.bytesWritten)
    if (event.attempt > 1) this.tally.retried(at, broker.nodeId)
    if (event.error) this.fail(event.error, at, broker.nodeId, apiKey)
    else if (event.noResponse) this.answered(at, event, { bytesWritten: event.bytesWritten, latencyMs: event.timeToWriteMs })
    else if (!this.isAnswered(id)) this.inFlight++
    if (this.recording) this.openRow(id, event)
    else this.parking.note(id, event.noResponse ? 0 : event.parkMs)
  }

  onBrokerRead(event: BrokerReadEvent): void {
    const { requests } = this
    const id = this.firstId + event.requestId
    const slot = requests.slot(id)
    this.version++
    if (slot < 0 && this.recording && id > requests.last) return void this.readEarly(id, event)
    if (this.inFlight > 0) this.inFlight--
    if (slot < 0) return void this.readUnseen(id, event)
    const at = this.closeRow(slot, event)
    if (event.error) return void this.fail(event.error, at, event.broker.nodeId, event.apiKey)
    const latencyMs = requests.latencyMs(slot)
    const { bytesRead } = event
    this.answered(at, event, { bytesRead, bytesWritten: requests.sent[slot], latencyMs, parkedMs: requests.parkedMs[slot] })
    if (this.slow.isSlow(at, event.apiKey, latencyMs)) requests.flags[slot] |= ring.SLOW
  }

  onBrokerThrottle(event: BrokerThrottleEvent): void {
    const { requests } = this
    const slot = requests.slot(this.firstId + event.requestId)
    this.version++
    this.tally.throttle(slot >= 0 ? requests.endedAt(slot) : this.now(), event.broker.nodeId, event.throttleMs)
    if (slot < 0) return
    requests.throttleMs[slot] = event.throttleMs
    if (event.throttledAfterResponse) requests.flags[slot] |= ring.THROTTLED_BEFORE
  }

  onBrokerConnect({ broker, connectionId, purpose, startedAtMs, durationMs, dialMs, error }: BrokerConnectEvent): void {
    const words = wordsOf(error)
    this.version++
    if (words) this.tally.errors++
    const address = `${broker.host}:${broker.port}`
    this.connections.add({
      is: 'connect',
      broker: broker.nodeId,
      address,
      connectionId,
      purpose,
      at: startedAtMs,
      durationMs,
      dialMs,
      error: words,
    })
  }

  onBrokerDisconnect({ broker, connectionId, error }: BrokerDisconnectEvent): void {
    this.version++
    const address = `${broker.host}:${broker.port}`
    const times = { at: this.now(), durationMs: 0, dialMs: 0 }
    this.connections.add({ is: 'disconnect', broker: broker.nodeId, address, connectionId, purpose: '', ...times, error: wordsOf(error) })
  }

  onProduceBatchWritten(event: BatchEvent): void {
    this.version++
    this.tally.produced(this.now(), event)
  }

  onFetchBatchRead(event: BatchEvent): void {
    this.version++
    this.tally.fetched(this.now(), event)
  }

  /** An error code found in an answer after the fact, when somebody looked. */
  foundError(slot: number): void {
    const { requests } = this
    this.tally.failed(requests.endedAt(slot), requests.broker[slot], requests.apiKey[slot])
  }

  clear(): void {
    this.version++
    this.requests.clear()
    this.frames.clear()
    this.connections.clear()
  }

  private isAnswered(id: number): boolean {
    const slot = this.requests.slot(id)
    return slot >= 0 && this.requests.has(slot, ring.DONE)
  }

  private openRow(id: number, event: BrokerWriteEvent): void {
    const rows = this.requests
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
    if (event.error) this.closeWith(slot, event.error)
    if (this.keepFrames) this.keep(slot, 'request', event.frame)
  }

  /** Returns when the answer was there. */
  private closeRow(slot: number, event: BrokerReadEvent): number {
    const rows = this.requests
    rows.received[slot] = event.bytesRead
    rows.waitMs[slot] = event.readWaitMs > DAY_MS ? 0 : event.readWaitMs
    rows.readMs[slot] = event.timeToReadMs
    rows.parkedMs[slot] = this.parking.parked(rows.waitMs[slot], rows.parkMs[slot])
    rows.flags[slot] |= ring.DONE
    if (event.error) this.closeWith(slot, event.error)
    else if (rows.parkMs[slot] > 0 && event.readWaitMs >= rows.parkMs[slot] * IDLE_SHARE) rows.flags[slot] |= ring.IDLE
    if (this.keepFrames && event.frame) this.keep(slot, 'response', event.frame)
    return rows.endedAt(slot)
  }

  private closeWith(slot: number, error: Error): void {
    this.requests.flags[slot] |= ring.DONE
    if (isCancelled(error)) this.requests.flags[slot] |= ring.CANCELLED
    else this.requests.setError(slot, error.message)
  }

  private keep(slot: number, side: FrameSide, frame: { byteLength: number; take(): Uint8Array }): void {
    const rows = this.requests
    if (hiddenBecause(rows.apiKey[slot])) return
    const fits = frame.byteLength <= this.frames.largestBytes && this.frames.put(rows.id[slot], side, frame.take())
    if (!fits) rows.flags[slot] |= ring.TOO_LARGE
    else rows.flags[slot] |= side === 'request' ? ring.REQUEST_KEPT : ring.RESPONSE_KEPT
  }

  /** An answer can be here before the stream has said that the request was written. */
  private readEarly(id: number, event: BrokerReadEvent): void {
    const { requests } = this
    const slot = requests.open(id)
    requests.apiKey[slot] = event.apiKey
    requests.apiVersion[slot] = event.apiVersion
    requests.broker[slot] = event.broker.nodeId
    requests.startedAt[slot] = this.now()
    requests.queueMs[slot] = requests.writeMs[slot] = requests.parkMs[slot] = 0
    const at = this.closeRow(slot, event)
    if (event.error) this.fail(event.error, at, event.broker.nodeId, event.apiKey)
    else this.answered(at, event, { bytesRead: event.bytesRead, latencyMs: event.timeToReadMs })
  }

  /** An answer whose row was never opened or is gone: only the tally knows of it. */
  private readUnseen(id: number, event: BrokerReadEvent): void {
    const at = this.now()
    const parkedMs = this.parking.parked(event.readWaitMs, this.parking.take(id))
    const latencyMs = event.readWaitMs - parkedMs + event.timeToReadMs
    if (event.error) this.fail(event.error, at, event.broker.nodeId, event.apiKey)
    else this.answered(at, event, { bytesRead: event.bytesRead, latencyMs, parkedMs })
  }

  private answered(at: number, event: BrokerReadEvent | BrokerWriteEvent, figures: Figures): void {
    this.tally.answered(at, { apiKey: event.apiKey, broker: event.broker.nodeId, bytesRead: 0, bytesWritten: 0, parkedMs: 0, ...figures })
  }

  private fail(error: Error, at: number, broker: number, apiKey: number): void {
    if (!isCancelled(error)) this.tally.failed(at, broker, apiKey)
  }
}

interface Figures {
  latencyMs: number
  bytesRead?: number
  bytesWritten?: number
  parkedMs?: number
}

/** Given up on our side: a scan that was stopped, a client that was closed. Nothing is wrong. */
const isCancelled = (error: Error): boolean => 'code' in error && (error.code === 'ABORTED' || error.code === 'CLIENT_CLOSED')

const wordsOf = (error: Error | undefined): string => (error && !isCancelled(error) ? error.message : '')
