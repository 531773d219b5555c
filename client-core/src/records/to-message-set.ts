import { crc32 } from '../bytes/crc32.js'
import { type Codec, codecIds } from '../compression/codec.js'
import { xxh32 } from '../compression/xxh32.js'
import { ClientError } from '../error.js'
import { RecordBatchV2 } from './batch.js'
import type { FetchedRecord } from './fetched-record.js'
import { lengthOverhead, messageAt, messageKeyAt, putInt32, putInt64 } from './layout.js'

/**
 * A batch that `BatchBuilder` sealed, uncompressed, as the message set that brokers before 0.11 take: magic 1 for Produce v2 (0.10), magic 0 for
 * v0 and v1, where timestamps are lost. With a codec it becomes one compressed message; without, or where that saves nothing, plain ones.
 * @throws ClientError `UNSUPPORTED_FEATURE` for headers, which these formats cannot carry; `INVALID_REQUEST` for a batch that is compressed already.
 */
export function toMessageSet(batch: Uint8Array, magic: 0 | 1, codec?: Codec, level?: number): Uint8Array | Promise<Uint8Array> {
  const records = new RecordBatchV2(batch)
  if (!records.isOpen) throw new ClientError('INVALID_REQUEST', 'toMessageSet: the batch is compressed; give it as it was built')
  const plain = writePlain(records, magic)
  if (!codec) return plain
  const compressed = codec.compress(plain, level === undefined ? undefined : { level })
  const wrap = (value: Uint8Array) => wrapped(plain, value, codec, magic, records)
  return compressed instanceof Uint8Array ? wrap(compressed) : compressed.then(wrap)
}

/** Bytes of a message beside its key and value. */
const overhead = [26, 34] as const

/** Offsets count from 0: the broker gives the true ones (magic 0) or says by the last what they are off by (magic 1). */
function writePlain(records: RecordBatchV2, magic: 0 | 1): Uint8Array {
  let size = 0
  for (const { key, value } of records) size += overhead[magic] + (key?.length ?? 0) + (value?.length ?? 0)
  const out = new Uint8Array(size)
  let p = 0
  for (const record of records) {
    if (record.headers.length > 0) throw noHeaders(record)
    p = putMessage(out, p, magic, 0, record.offsetDelta, record.timestamp, record.key, record.value)
  }
  return out
}

function noHeaders({ offsetDelta, headers }: FetchedRecord): ClientError {
  return new ClientError(
    'UNSUPPORTED_FEATURE',
    `record ${offsetDelta} of the batch has ${headers.length} headers (the first is ${JSON.stringify(headers[0].key)}), which a broker before 0.11 cannot store: leave them out`,
  )
}

/** The broker looks at the outer offset to place the inner ones, and at the outer timestamp for its time index: the last and the largest. */
function wrapped(plain: Uint8Array, value: Uint8Array, codec: Codec, magic: 0 | 1, records: RecordBatchV2): Uint8Array {
  if (overhead[magic] + value.length >= plain.length) return plain
  if (magic === 0 && codec.name === 'lz4') breakChecksum(value)
  const out = new Uint8Array(overhead[magic] + value.length)
  putMessage(out, 0, magic, codecIds[codec.name], records.lastOffsetDelta, records.maxTimestamp, null, value)
  return out
}

/** KIP-57: with magic 0 the header checksum of an LZ4 frame covers the frame's magic number, too. The frame has neither size nor dictionary. */
function breakChecksum(frame: Uint8Array): void {
  frame[6] = xxh32(frame, 0, 6) >>> 8
}

function putMessage(
  b: Uint8Array,
  p: number,
  magic: 0 | 1,
  attributes: number,
  offset: number,
  timestamp: bigint,
  key: Uint8Array | null,
  value: Uint8Array | null,
): number {
  putInt64(b, p + messageAt.offset, BigInt(offset))
  b[p + messageAt.magic] = magic
  b[p + messageAt.attributes] = attributes
  if (magic === 1) putInt64(b, p + messageAt.timestamp, timestamp)
  const end = putSized(b, putSized(b, p + messageKeyAt[magic], key), value)
  putInt32(b, p + messageAt.size, end - p - lengthOverhead)
  putInt32(b, p + messageAt.crc, crc32(b, p + messageAt.magic, end) | 0)
  return end
}

function putSized(b: Uint8Array, p: number, bytes: Uint8Array | null): number {
  putInt32(b, p, bytes === null ? -1 : bytes.length)
  if (bytes === null) return p + 4
  b.set(bytes, p + 4)
  return p + 4 + bytes.length
}
