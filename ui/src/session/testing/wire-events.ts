/** Hook events for tests of the recorder, in the order in which a client fires them. */
import type { BrokerMetadata, BrokerReadEvent, BrokerWriteEvent, FrameView, Hooks } from '@milena/client-core'

export interface FakeRequest {
  requestId: number
  apiKey?: number
  apiVersion?: number
  broker?: number
  startedAtMs?: number
  initiator?: string
  queueMs?: number
  writeMs?: number
  waitMs?: number
  readMs?: number
  parkMs?: number
  attempt?: number
  retryOf?: number
  sent?: number
  received?: number
  noResponse?: boolean
  writeError?: Error
  readError?: Error
  request?: Uint8Array
  response?: Uint8Array
  throttleMs?: number
}

export const START = 1_700_000_000_000

export const brokerOf = (nodeId: number): BrokerMetadata => ({ nodeId, host: `broker-${nodeId}`, port: 9092 })
const frameOf = (bytes: Uint8Array): FrameView => ({ byteLength: bytes.byteLength, take: () => bytes })

export function writeOf(request: FakeRequest): BrokerWriteEvent {
  const frame = request.request ?? new Uint8Array(request.sent ?? 40)
  return {
    ...identity(request),
    startedAtMs: request.startedAtMs ?? START + request.requestId * 10,
    bytesWritten: request.sent ?? frame.byteLength + 4,
    writeWaitMs: request.queueMs ?? 0,
    timeToWriteMs: request.writeMs ?? 0.5,
    parkMs: request.parkMs ?? 0,
    noResponse: request.noResponse ?? false,
    error: request.writeError,
    frame: frameOf(frame),
  }
}

export function readOf(request: FakeRequest): BrokerReadEvent {
  const frame = request.response ?? new Uint8Array(request.received ?? 100)
  return {
    ...identity(request),
    bytesRead: request.readError ? 0 : (request.received ?? frame.byteLength + 4),
    readWaitMs: request.waitMs ?? 3,
    timeToReadMs: request.readMs ?? 0.5,
    error: request.readError,
    frame: request.readError ? undefined : frameOf(frame),
  }
}

/** A whole exchange: written, answered, throttled. */
export function exchange(hooks: Hooks, request: FakeRequest): void {
  hooks.onBrokerWrite?.(writeOf(request))
  if (request.noResponse || request.writeError) return
  hooks.onBrokerRead?.(readOf(request))
  if (!request.throttleMs) return
  const { broker, connectionId, requestId } = identity(request)
  hooks.onBrokerThrottle?.({ broker, connectionId, requestId, throttleMs: request.throttleMs, throttledAfterResponse: false })
}

function identity(request: FakeRequest) {
  return {
    broker: brokerOf(request.broker ?? 1),
    requestId: request.requestId,
    correlationId: request.requestId,
    connectionId: request.broker ?? 1,
    apiKey: request.apiKey ?? 3,
    apiVersion: request.apiVersion ?? 12,
    attempt: request.attempt ?? 1,
    retryOf: request.retryOf,
    initiator: request.initiator ?? 'topics\t1',
  }
}
