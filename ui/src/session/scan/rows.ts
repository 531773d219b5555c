/** Records as rows of the page: cut to what a row shows, with bytes of their own, so that no fetched batch is kept alive by a row. */
import type { KafkaRecord, RecordBatch } from '@milena/client-core/records'
import { type BatchFacts, type CodecName, type RecordRow, SCAN_HEADERS, SCAN_VALUE_BYTES } from '../protocol.js'

const codecs: readonly string[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies CodecName[]

/** One `BatchFacts` per batch: rows of a batch share it, across the port too. */
export class RowMaker {
  private readonly facts = new WeakMap<RecordBatch, BatchFacts>()

  /** The row with views of the batch's bytes, which is enough to filter by. */
  view(record: KafkaRecord, limit = SCAN_VALUE_BYTES): RecordRow {
    const { key, value, headers, attrs } = record
    return {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      timestampType: attrs.timestampType,
      leaderEpoch: record.leaderEpoch,
      key: cut(key, limit),
      keySize: key?.byteLength ?? -1,
      value: cut(value, limit),
      valueSize: value?.byteLength ?? -1,
      headers: headers.slice(0, SCAN_HEADERS).map(header => ({ key: header.key, value: cut(header.value, limit) })),
      headerCount: headers.length,
      batch: this.factsOf(record),
      control: attrs.isControl ? markerOf(key) : null,
    }
  }

  private factsOf(record: KafkaRecord): BatchFacts {
    const batch = batchOf(record)
    const known = batch && this.facts.get(batch)
    if (known) return known
    const facts = batch ? factsOfBatch(batch) : factsOfRecord(record)
    if (batch) this.facts.set(batch, facts)
    return facts
  }
}

/** The same row with bytes of its own. */
export function ownRow(row: RecordRow): RecordRow {
  return {
    ...row,
    key: row.key?.slice() ?? null,
    value: row.value?.slice() ?? null,
    headers: row.headers.map(({ key, value }) => ({ key, value: value?.slice() ?? null })),
  }
}

/** What a row weighs on its way to the page. */
export const rowBytes = (row: RecordRow): number =>
  200 +
  (row.key?.byteLength ?? 0) +
  (row.value?.byteLength ?? 0) +
  row.headers.reduce((sum, h) => sum + h.key.length + (h.value?.byteLength ?? 0), 0)

const cut = (bytes: Uint8Array | null, limit: number) => (bytes && bytes.byteLength > limit ? bytes.subarray(0, limit) : bytes)

const batchOf = (record: KafkaRecord): RecordBatch | null => ('batch' in record ? (record.batch as RecordBatch) : null)

function codecOf(name: string): CodecName {
  return codecs.includes(name) ? (name as CodecName) : 'none'
}

function factsOfBatch(batch: RecordBatch): BatchFacts {
  return {
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    records: batch.numRecords,
    codec: codecOf(batch.attrs.compressionType),
    compressedBytes: batch.compressedBytes,
    uncompressedBytes: batch.uncompressedBytes,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    transactional: batch.attrs.isTransactional,
    magic: 2,
  }
}

/** A record of a message set from before Kafka 0.11 has no batch. */
function factsOfRecord({ offset, attrs, producerId, producerEpoch }: KafkaRecord): BatchFacts {
  return {
    baseOffset: offset,
    lastOffset: offset,
    records: 1,
    codec: codecOf(attrs.compressionType),
    compressedBytes: -1,
    uncompressedBytes: -1,
    producerId,
    producerEpoch,
    baseSequence: -1,
    transactional: attrs.isTransactional,
    magic: 1,
  }
}

/** A marker's key is its version and its type: 0 aborts, 1 commits (KIP-98). */
function markerOf(key: Uint8Array | null): 'commit' | 'abort' | 'unknown' {
  if (!key || key.byteLength < 4) return 'unknown'
  const type = (key[2] << 8) | key[3]
  return type === 0 ? 'abort' : type === 1 ? 'commit' : 'unknown'
}
