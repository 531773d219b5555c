import { crc32c } from '../../bytes/crc32c.js'
import { codecIds } from '../../compression/codec.js'
import { type RecordBatch, RecordBatchV2 } from '../../records/batch.js'
import { at, attributeBits, lengthOverhead, putInt32, putInt64 } from '../../records/layout.js'
import type { KafkaRecord } from '../../records/record.js'
import type { Codecs } from './codecs.js'
import type { StoredBatch } from './log.js'
import type { Partition } from './partition.js'

export interface CompactOptions {
  /** The offsets that stay, or a test for records. Default: the last record of each key, none of aborted transactions, none without a key. */
  keep?: Iterable<bigint> | ((record: KafkaRecord) => boolean)
  /** Which batches stay without a record: the last one of each producer, as in Kafka, or all. Default `producers`. */
  empty?: 'producers' | 'all'
}

/**
 * What the log cleaner does, at once and over the whole log up to the last stable offset: offsets stay as they are, so that holes remain inside
 * batches and between them. Markers of transactions stay. Batches that cannot be opened for want of a codec are left alone.
 */
export async function compact(partition: Partition, codecs: Codecs, { keep, empty = 'producers' }: CompactOptions): Promise<void> {
  const before = [...partition.log.batches].filter(({ lastOffset }) => lastOffset < partition.lastStableOffset)
  const opened: { stored: StoredBatch; batch: RecordBatch }[] = []
  for (const stored of before) {
    const batch = new RecordBatchV2(stored.bytes)
    await codecs.open(batch)
    if (batch.isOpen && !batch.attrs.isControl) opened.push({ stored, batch })
  }
  const stays = typeof keep === 'function' ? keep : keep ? among(new Set(keep)) : lastOfKeys(partition, opened)
  const lastOf = new Map<bigint, StoredBatch>()
  for (const stored of partition.log.batches) lastOf.set(new RecordBatchV2(stored.bytes).producerId, stored)
  const after = new Map<StoredBatch, Uint8Array | undefined>()
  for (const { stored, batch } of opened) {
    const kept = filtered(batch, stays)
    if (kept.count === batch.numRecords) continue
    const keepsEmpty = empty === 'all' || (batch.producerId >= 0n && lastOf.get(batch.producerId) === stored)
    after.set(stored, kept.count > 0 || keepsEmpty ? await rebuilt(batch, kept, codecs) : undefined)
  }
  // A codec takes its time: what was appended meanwhile stays, what was deleted stays so.
  partition.log.replace(after)
  partition.changed()
}

const among = (offsets: ReadonlySet<bigint>) => (record: KafkaRecord) => offsets.has(record.offset)

function lastOfKeys(partition: Partition, opened: readonly { batch: RecordBatch }[]): (record: KafkaRecord) => boolean {
  const last = new Map<string, bigint>()
  const aborted = partition.transactions.abortedIn(partition.log.startOffset, partition.log.endOffset)
  const counts = ({ offset, producerId, attrs }: KafkaRecord) =>
    !attrs.isTransactional || !aborted.some(t => t.producerId === producerId && t.firstOffset <= offset && offset <= t.lastOffset)
  for (const { batch } of opened) {
    for (const record of batch) if (record.key !== null && counts(record)) last.set(String(record.key), record.offset)
  }
  return record => record.key !== null && last.get(String(record.key)) === record.offset
}

interface Kept {
  readonly payload: Uint8Array
  readonly count: number
  readonly maxTimestamp: bigint
}

/** Records carry their distance from the batch's base: those that stay need no change. */
function filtered(batch: RecordBatch, stays: (record: KafkaRecord) => boolean): Kept {
  const { payload } = batch
  const kept = new Uint8Array(payload.length)
  let length = 0
  let count = 0
  let position = 0
  let maxTimestamp = -1n
  for (const record of batch) {
    if (stays(record)) {
      kept.set(payload.subarray(position, record.end), length)
      length += record.end - position
      count++
      if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp
    }
    position = record.end
  }
  return {
    payload: kept.subarray(0, length),
    count,
    maxTimestamp: batch.attrs.timestampType === 'LogAppendTime' ? batch.maxTimestamp : maxTimestamp,
  }
}

async function rebuilt(batch: RecordBatch, { payload, count, maxTimestamp }: Kept, codecs: Codecs): Promise<Uint8Array> {
  const codec = batch.codec && count > 0 ? codecs.loaded(batch.codec) : undefined
  const records = codec ? await codec.compress(payload) : payload
  const bytes = new Uint8Array(at.records + records.length)
  bytes.set(batch.bytes.subarray(0, at.records))
  bytes.set(records, at.records)
  if (!codec) bytes[at.attributes + 1] = (bytes[at.attributes + 1] & ~attributeBits.codec) | codecIds.none
  putInt32(bytes, at.length, bytes.length - lengthOverhead)
  putInt64(bytes, at.maxTimestamp, maxTimestamp)
  putInt32(bytes, at.recordCount, count)
  putInt32(bytes, at.crc, crc32c(bytes, at.attributes) | 0)
  return bytes
}
