import { RecordBatchV2 } from '../../records/batch.js'
import { at, readInt64 } from '../../records/layout.js'
import type { Codecs } from './codecs.js'
import type { Log, StoredBatch } from './log.js'

export interface TimedOffset {
  offset: bigint
  timestamp: bigint
}

/** The first record whose timestamp is `timestamp` or later. */
export async function offsetForTime(log: Log, timestamp: bigint, codecs: Codecs): Promise<TimedOffset | undefined> {
  for (const batch of [...log.batches]) {
    if (batch.maxTimestamp < timestamp) continue
    const found = await firstRecord(batch, codecs, record => record.timestamp >= timestamp && record.offset >= log.startOffset)
    if (found) return found
  }
  return undefined
}

/** The first of the records with the largest timestamp (KIP-734). */
export async function offsetOfMaxTime(log: Log, codecs: Codecs): Promise<TimedOffset | undefined> {
  let newest: StoredBatch | undefined
  for (const batch of log.batches) if (!newest || batch.maxTimestamp > newest.maxTimestamp) newest = batch
  return newest && firstRecord(newest, codecs, record => record.timestamp === newest.maxTimestamp)
}

/** A compressed batch that cannot be opened for want of a codec counts as one record, its first. */
async function firstRecord(
  stored: StoredBatch,
  codecs: Codecs,
  wanted: (record: TimedOffset) => boolean,
): Promise<TimedOffset | undefined> {
  const batch = new RecordBatchV2(stored.bytes)
  await codecs.open(batch)
  if (!batch.isOpen) return { offset: stored.baseOffset, timestamp: readInt64(stored.bytes, at.baseTimestamp) }
  for (const record of batch) if (wanted(record)) return { offset: record.offset, timestamp: record.timestamp }
  return undefined
}
