import { ClientError } from '../error.js'
import type { HeaderInput, RecordBytes } from '../records/batch-builder.js'
import { KafkaRecord, RecordAttrs, type RecordHeader } from '../records/record.js'

/**
 * A record to produce. Text is UTF-8. Its bytes are copied when it is buffered; the object itself must not be changed before `onDelivery` gives it
 * back.
 */
export interface ProducerRecord {
  /** Default: `producer.defaultTopic`. */
  topic?: string
  key?: RecordBytes
  /** null is a tombstone in a compacted topic; an empty value is not. */
  value: RecordBytes
  /** In order; a key may come more than once; a value may be null. */
  headers?: readonly HeaderInput[]
  /** Default: the partitioner chooses. */
  partition?: number
  /** Milliseconds since the epoch. Default: now. */
  timestamp?: bigint
  /** Anything of the caller's; it comes back with the record. */
  context?: unknown
}

/** Kafka's own limit. */
const longestTopic = 249
const maxInt64 = 0x7fffffffffffffffn

/** @throws ClientError `INVALID_RECORD` naming the field. */
export function checkRecord(record: ProducerRecord, defaultTopic: string | undefined): string {
  if (typeof record !== 'object' || record === null) throw invalid('a record must be an object', record)
  const topic = record.topic ?? defaultTopic
  if (typeof topic !== 'string' || topic === '')
    throw invalid('topic must be a non-empty string (or set producer.defaultTopic)', record.topic)
  if (topic.length > longestTopic) throw invalid(`topic must have at most ${longestTopic} characters`, topic.length)
  const { key, value, headers, partition, timestamp } = record
  if (key !== undefined && !isBytes(key)) throw invalid('key must be a Uint8Array, a string or null', key)
  if (!isBytes(value)) throw invalid('value must be a Uint8Array, a string or null', value)
  if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0))
    throw invalid('partition must be a whole number from 0', partition)
  if (timestamp !== undefined && !(typeof timestamp === 'bigint' && timestamp >= -1n && timestamp <= maxInt64)) {
    throw invalid('timestamp must be a bigint of milliseconds since the epoch', timestamp)
  }
  if (headers !== undefined) checkHeaders(headers)
  return topic
}

const isBytes = (v: unknown): v is RecordBytes => v === null || typeof v === 'string' || v instanceof Uint8Array

function checkHeaders(headers: unknown): void {
  if (!Array.isArray(headers)) throw invalid('headers must be an array of { key, value }', headers)
  headers.forEach((header: unknown, i) => {
    if (typeof header !== 'object' || header === null) throw invalid(`headers[${i}] must be { key, value }`, header)
    const { key, value } = header as { key: unknown; value: unknown }
    if (typeof key !== 'string') throw invalid(`headers[${i}].key must be a string`, key)
    if (!isBytes(value)) throw invalid(`headers[${i}].value must be a Uint8Array, a string or null`, value)
  })
}

const longestShown = 60

function invalid(what: string, got: unknown): ClientError {
  const shown = got === null ? 'null' : typeof got === 'bigint' ? `${got}n` : typeof got === 'object' ? 'an object' : JSON.stringify(got)
  return new ClientError('INVALID_RECORD', `${what}; got ${(shown ?? String(got)).slice(0, longestShown)}`)
}

/** The record with bytes of its own: what the caller does with its objects changes nothing of it. */
export function ownRecord({ topic, key, value, headers, partition, timestamp, context }: ProducerRecord): ProducerRecord {
  return {
    topic,
    key: key === undefined ? undefined : owned(key),
    value: owned(value),
    headers: headers?.map(h => ({ key: h.key, value: owned(h.value) })),
    partition,
    timestamp,
    context,
  }
}
const owned = (v: RecordBytes): RecordBytes => (v instanceof Uint8Array ? v.slice() : v)

/** What the broker said of the batch that a record went with. */
export interface BatchResult {
  topic: string
  partition: number
  /** -1n when it did not tell. */
  baseOffset: bigint
  /** Set by brokers whose topic has LogAppendTime; -1n otherwise. */
  logAppendTimeMs: bigint
  attrs: RecordAttrs
  producerId: bigint
  producerEpoch: number
}

const encoder = new TextEncoder()
const toBytes = (v: RecordBytes): Uint8Array | null => (typeof v === 'string' ? encoder.encode(v) : v)

/** A record that waits for its answer: its value alone, where it is nothing else; then the object around it dies young. */
export type Kept = ProducerRecord | RecordBytes

export const keep = (record: ProducerRecord): Kept =>
  record.key === undefined && record.headers === undefined && record.context === undefined ? record.value : record
const given = (kept: Kept): ProducerRecord => (isBytes(kept) ? { value: kept } : kept)

/** A produced record, delivered or failed: a view over what the caller gave and what the broker answered. */
export class ProducedRecord extends KafkaRecord {
  constructor(
    private readonly kept: Kept,
    private readonly result: BatchResult,
    private readonly index: number,
    private readonly timestampMs: number | bigint,
  ) {
    super()
  }
  get topic(): string {
    return this.result.topic
  }
  get partition(): number {
    return this.result.partition
  }
  get offset(): bigint {
    return this.result.baseOffset < 0n ? -1n : this.result.baseOffset + BigInt(this.index)
  }
  get timestamp(): bigint {
    return this.result.logAppendTimeMs >= 0n ? this.result.logAppendTimeMs : BigInt(this.timestampMs)
  }
  get key(): Uint8Array | null {
    return toBytes(given(this.kept).key ?? null)
  }
  get value(): Uint8Array | null {
    return toBytes(given(this.kept).value)
  }
  get headers(): readonly RecordHeader[] {
    return (given(this.kept).headers ?? []).map(h => ({ key: h.key, value: toBytes(h.value) }))
  }
  get attrs(): RecordAttrs {
    return this.result.attrs
  }
  get producerId(): bigint {
    return this.result.producerId
  }
  get producerEpoch(): number {
    return this.result.producerEpoch
  }
  get leaderEpoch(): number {
    return -1
  }
  get context(): unknown {
    return given(this.kept).context
  }
}

/** Of a record that was not written, or not in a way that is known. */
export const failedResult = (topic: string, partition: number): BatchResult => ({
  topic,
  partition,
  baseOffset: -1n,
  logAppendTimeMs: -1n,
  attrs: new RecordAttrs(0),
  producerId: -1n,
  producerEpoch: -1,
})

/** What `settle` gets for a record that was refused before it was buffered. */
export function unsent(record: ProducerRecord, defaultTopic: string | undefined): ProducedRecord {
  const topic = typeof record?.topic === 'string' ? record.topic : (defaultTopic ?? '')
  return new ProducedRecord(record, failedResult(topic, -1), 0, record?.timestamp ?? -1n)
}
