import { crc32c } from '../../bytes/crc32c.js'
import type { RecordBatch } from '../../records/batch.js'
import { at, attributeBits, putInt32, putInt64 } from '../../records/layout.js'
import { Refusal } from '../refusal.js'
import type { Partition } from './partition.js'

export interface Appended {
  baseOffset: bigint
  /** -1 unless the topic's records carry the broker's time. */
  logAppendTimeMs: bigint
  logStartOffset: bigint
}

/**
 * Appends one checked batch to the leader's log: sizes, then the producer's epoch and sequence (KIP-98), then the log. A batch that was written
 * before is answered with where it stands and not written again. `bytes` are copied.
 */
export function appendBatch(partition: Partition, batch: RecordBatch, nowMs: number): Appended {
  const { settings } = partition.topic
  if (batch.bytes.length > settings.maxMessageBytes) {
    throw new Refusal(
      'MESSAGE_TOO_LARGE',
      `The record batch size in the append to ${partition.topic.name}-${partition.index} is ${batch.bytes.length} bytes which exceeds the maximum configured value of ${settings.maxMessageBytes}`,
    )
  }
  if (batch.bytes.length > settings.segmentBytes) {
    throw new Refusal(
      'RECORD_LIST_TOO_LARGE',
      `Message batch size is ${batch.bytes.length} bytes in append which exceeds the segment size of ${settings.segmentBytes}`,
    )
  }
  const written = alreadyWritten(partition, batch)
  if (written) return written
  return storeBatch(partition, batch, nowMs)
}

function alreadyWritten(partition: Partition, batch: RecordBatch): Appended | undefined {
  if (batch.producerId < 0n) return undefined
  const verdict = partition.producers.check(sequenced(batch))
  if (verdict.is === 'refused') {
    throw new Refusal(verdict.error, `${partition.topic.name}-${partition.index}: producer ${batch.producerId}: ${verdict.why}`)
  }
  if (verdict.is === 'next') return undefined
  return {
    baseOffset: verdict.baseOffset,
    // The time of the batch, whoever gave it: Kafka answers a duplicate so.
    logAppendTimeMs: verdict.timestamp,
    logStartOffset: partition.log.startOffset,
  }
}

/** The append itself, past the rules: a copy of the batch becomes part of the log, and its producer is remembered. */
export function storeBatch(partition: Partition, batch: RecordBatch, nowMs: number): Appended {
  const bytes = batch.bytes.slice()
  const { logAppendTime } = partition.topic.settings
  if (logAppendTime) stampTime(bytes, BigInt(Math.floor(nowMs)))
  const stored = partition.log.append(bytes, partition.leaderEpoch)
  if (batch.producerId >= 0n) partition.producers.written(sequenced(batch), stored.baseOffset, stored.maxTimestamp)
  if (batch.attrs.isTransactional) partition.transactions.wrote(batch.producerId, stored.baseOffset)
  return {
    baseOffset: stored.baseOffset,
    logAppendTimeMs: logAppendTime ? stored.maxTimestamp : -1n,
    logStartOffset: partition.log.startOffset,
  }
}

/** LogAppendTime replaces what the producer said; attributes and times are under the CRC. */
function stampTime(bytes: Uint8Array, timeMs: bigint): void {
  bytes[at.attributes + 1] |= attributeBits.logAppendTime
  putInt64(bytes, at.maxTimestamp, timeMs)
  putInt32(bytes, at.crc, crc32c(bytes, at.attributes) | 0)
}

function sequenced(batch: RecordBatch) {
  return {
    producerId: batch.producerId,
    epoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    lastOffsetDelta: batch.lastOffsetDelta,
  }
}
