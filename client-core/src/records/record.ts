import type { CodecName } from '../compression/codec.js'
import { attributeBits } from './layout.js'

/** Headers keep their order and may repeat a key; the value may be null, which is not empty. */
export interface RecordHeader {
  key: string
  value: Uint8Array | null
}

const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** The attributes of the batch that a record came in (KIP-98). */
export class RecordAttrs {
  constructor(readonly bits: number) {}
  /** `unknown` for a codec number that Kafka has not given out. */
  get compressionType(): 'none' | CodecName | 'unknown' {
    return compressionNames[this.bits & attributeBits.codec] ?? 'unknown'
  }
  /** CreateTime: the producer's clock; LogAppendTime: the broker's. Records of magic 0 have no time: CreateTime of -1n. */
  get timestampType(): 'CreateTime' | 'LogAppendTime' {
    return this.bits & attributeBits.logAppendTime ? 'LogAppendTime' : 'CreateTime'
  }
  get isTransactional(): boolean {
    return (this.bits & attributeBits.transactional) !== 0
  }
  get isControl(): boolean {
    return (this.bits & attributeBits.control) !== 0
  }
}

/**
 * A record as the client gives it out. A fetched record is a view: every property is computed on access, and a kept record keeps its whole batch
 * in memory (up to a megabyte or more); `copy()` lets go of it.
 */
export abstract class KafkaRecord {
  abstract readonly topic: string
  abstract readonly partition: number
  /** -1n when the record was not acknowledged, or the broker did not tell. */
  abstract readonly offset: bigint
  /** Milliseconds since the epoch; -1n where there is none. */
  abstract readonly timestamp: bigint
  abstract readonly key: Uint8Array | null
  abstract readonly value: Uint8Array | null
  abstract readonly headers: readonly RecordHeader[]
  abstract readonly attrs: RecordAttrs
  /** -1n without idempotence. */
  abstract readonly producerId: bigint
  abstract readonly producerEpoch: number
  /** -1 where the broker does not tell (before KIP-320). */
  abstract readonly leaderEpoch: number
  /** The producer's own object; fetched records have none. */
  abstract readonly context: unknown

  /** The same record with bytes of its own. */
  copy(): KafkaRecord {
    return new OwnedRecord({
      topic: this.topic,
      partition: this.partition,
      offset: this.offset,
      timestamp: this.timestamp,
      key: this.key === null ? null : this.key.slice(),
      value: this.value === null ? null : this.value.slice(),
      headers: this.headers.map(h => ({ key: h.key, value: h.value === null ? null : h.value.slice() })),
      attrs: this.attrs,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      leaderEpoch: this.leaderEpoch,
      context: this.context,
    })
  }
}

export interface RecordFields {
  topic: string
  partition: number
  offset: bigint
  timestamp: bigint
  key: Uint8Array | null
  value: Uint8Array | null
  headers: readonly RecordHeader[]
  attrs: RecordAttrs
  producerId: bigint
  producerEpoch: number
  leaderEpoch: number
  context?: unknown
}

/** A record that holds its own bytes: a copy, or one that was produced. */
export class OwnedRecord extends KafkaRecord implements RecordFields {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: bigint
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
  readonly attrs: RecordAttrs
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly leaderEpoch: number
  readonly context: unknown
  constructor(fields: RecordFields) {
    super()
    this.topic = fields.topic
    this.partition = fields.partition
    this.offset = fields.offset
    this.timestamp = fields.timestamp
    this.key = fields.key
    this.value = fields.value
    this.headers = fields.headers
    this.attrs = fields.attrs
    this.producerId = fields.producerId
    this.producerEpoch = fields.producerEpoch
    this.leaderEpoch = fields.leaderEpoch
    this.context = fields.context
  }
}
