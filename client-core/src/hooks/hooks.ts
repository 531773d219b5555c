import type { RecordHooks } from './record-events.js'

/** A broker as hooks and errors name it. Seeds have negative ids. */
export interface BrokerMetadata {
  nodeId: number
  host: string
  port: number
  rack?: string
}

/** What a wire inspector needs of one request beyond kgo's fields. */
export interface RequestIdentity {
  broker: BrokerMetadata
  /** Counts every request that this client issues, across connections and attempts; unique within the client. */
  requestId: number
  /** The id on the wire, per connection. */
  correlationId: number
  /** Identifies the connection; the same in its connect and disconnect events. */
  connectionId: number
  apiKey: number
  apiVersion: number
  /** 1 for the first try; a retry is a new request with a new `requestId`. */
  attempt: number
  /** The `requestId` of the attempt before this one. */
  retryOf?: number
  /** Who asked: the caller's label, or the loop of the client that asked (`metadata`, `connect`, `login`, `produce`, `consume` ...). */
  initiator: string
}

/** The bytes of a frame without its 4-byte size, valid for good once taken: `take()` copies what is not owned. Nothing is copied unless it is called. */
export interface FrameView {
  readonly byteLength: number
  /**
   * The frame holds something secret. Of a login, a token or a user's new password `take()` gives no bytes; of AlterConfigs and
   * IncrementalAlterConfigs the frame with `***` in the place of every value.
   */
  readonly redacted?: boolean
  /** Must be called inside the hook. */
  take(): Uint8Array
}

export interface BrokerConnectEvent {
  broker: BrokerMetadata
  connectionId: number
  /** When the dial began, ms since the epoch. */
  startedAtMs: number
  /** Dial, ApiVersions and SASL together. */
  durationMs: number
  /** The dial alone. */
  dialMs: number
  purpose: string
  error?: Error
}
export interface BrokerDisconnectEvent {
  broker: BrokerMetadata
  connectionId: number
  /** Why; absent when it was closed in order on our side. */
  error?: Error
}
export interface BrokerWriteEvent extends RequestIdentity {
  /** When the request was issued, ms since the epoch. */
  startedAtMs: number
  bytesWritten: number
  /** Queued before the write began. */
  writeWaitMs: number
  timeToWriteMs: number
  /** The longest the request asks the broker to park it (Fetch's max wait, JoinGroup's rebalance timeout ...). 0 = none. */
  parkMs: number
  /** acks=0: no answer will come. */
  noResponse: boolean
  error?: Error
  frame: FrameView
}
export interface BrokerReadEvent extends RequestIdentity {
  bytesRead: number
  /** From the end of the write to the first byte of the answer. */
  readWaitMs: number
  timeToReadMs: number
  error?: Error
  frame?: FrameView
}
export interface BrokerE2EEvent extends RequestIdentity {
  bytesWritten: number
  bytesRead: number
  writeWaitMs: number
  timeToWriteMs: number
  readWaitMs: number
  timeToReadMs: number
  writeError?: Error
  readError?: Error
  /** timeToWrite + readWait + timeToRead; the queue is not counted. */
  durationE2EMs: number
}
export interface BrokerThrottleEvent {
  broker: BrokerMetadata
  connectionId: number
  requestId: number
  throttleMs: number
  /** True: the broker answered first, and nothing is written to this connection for so long (KIP-219). False: the broker has paused already. */
  throttledAfterResponse: boolean
}
/** A batch that a broker acknowledged (produce), or one that was read and checked (fetch). */
export interface BatchEvent {
  broker: BrokerMetadata
  topic: string
  partition: number
  /** Transaction markers count. */
  numRecords: number
  /** Bytes of the records before compression, without the batch's header. Of message sets (before 0.11) with the headers of their messages. */
  uncompressedBytes: number
  /** The same as they were on the wire; without compression equal. */
  compressedBytes: number
  compressionType: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
}

/**
 * Optional methods, one event object each; kgo's hooks in camelCase. An event object is built only when somebody listens. Hooks run outside
 * state transitions and may call the client again; what they throw is logged and ignored.
 */
export interface Hooks extends RecordHooks {
  onNewClient?(event: { clientId: string }): void
  onClientClosed?(event: { clientId: string }): void
  onBrokerConnect?(event: BrokerConnectEvent): void
  onBrokerDisconnect?(event: BrokerDisconnectEvent): void
  onBrokerWrite?(event: BrokerWriteEvent): void
  onBrokerRead?(event: BrokerReadEvent): void
  onBrokerE2E?(event: BrokerE2EEvent): void
  onBrokerThrottle?(event: BrokerThrottleEvent): void
  onProduceBatchWritten?(event: BatchEvent): void
  onFetchBatchRead?(event: BatchEvent): void
}
