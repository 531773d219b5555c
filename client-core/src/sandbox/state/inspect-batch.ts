import { crc32c } from '../../bytes/crc32c.js'
import { codecIds } from '../../compression/codec.js'
import { type RecordBatch, RecordBatchV2 } from '../../records/batch.js'
import { at, attributeBits, lengthOverhead, readInt32 } from '../../records/layout.js'
import { Refusal } from '../refusal.js'
import type { Codecs } from './codecs.js'
import type { TopicSettings } from './settings.js'

/** First look, before any log is asked: one whole batch of magic 2, nothing before or after it, in a codec that the version may use. */
export function inspectBatch(bytes: Uint8Array | null, produceVersion: number): void {
  const requests = `Produce requests with version ${produceVersion}`
  if (bytes === null || bytes.length <= at.magic) throw new Refusal('INVALID_RECORD', `${requests} must have a record batch`)
  if (bytes[at.magic] !== 2)
    throw new Refusal('INVALID_RECORD', `${requests} are only allowed to contain record batches with magic version 2`)
  const length = readInt32(bytes, at.length) + lengthOverhead
  if (length < at.records) {
    throw new Refusal('CORRUPT_MESSAGE', `Found record size ${length - lengthOverhead} smaller than minimum record overhead`, {
      told: true,
    })
  }
  if (length !== bytes.length) throw new Refusal('INVALID_RECORD', `${requests} must contain exactly one record batch`)
  if (produceVersion < 7 && (bytes[at.attributes + 1] & attributeBits.codec) === codecIds.zstd) {
    throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', `${requests} may not use ZStandard`)
  }
}

/** Second look, by the log: the CRC, then what the header claims. */
export function checkBatch(bytes: Uint8Array): RecordBatch {
  if (crc32c(bytes, at.attributes) >>> 0 !== readInt32(bytes, at.crc) >>> 0)
    throw new Refusal('CORRUPT_MESSAGE', 'Record is corrupt: its CRC does not match')
  const count = readInt32(bytes, at.recordCount)
  const range = readInt32(bytes, at.lastOffsetDelta) + 1
  if (range <= 0) throw new Refusal('INVALID_RECORD', `Batch has an invalid offset range: ${range}`)
  if (count <= 0) throw new Refusal('INVALID_RECORD', `Invalid reported count for record batch: ${count}`)
  if (range !== count) throw new Refusal('INVALID_RECORD', `Inconsistent batch offset range: ${range} offsets for ${count} records`)
  const batch = viewOf(bytes)
  if (batch.attrs.compressionType === 'unknown') throw new Refusal('UNKNOWN_SERVER_ERROR', 'Unknown compression type id')
  if (batch.attrs.isControl) throw new Refusal('INVALID_RECORD', 'Clients are not allowed to write control records')
  if (batch.producerId >= 0n && batch.baseSequence < 0) {
    throw new Refusal('INVALID_RECORD', `Invalid sequence number ${batch.baseSequence} in record batch`)
  }
  return batch
}

function viewOf(bytes: Uint8Array): RecordBatch {
  try {
    return new RecordBatchV2(bytes)
  } catch (error) {
    throw new Refusal('INVALID_RECORD', String(error))
  }
}

/** Decompresses the records where a codec is at hand, and checks their lengths; they must be open for `checkRecords`. */
export async function openBatch(batch: RecordBatch, codecs: Codecs): Promise<void> {
  try {
    await codecs.open(batch)
  } catch (error) {
    throw new Refusal('CORRUPT_MESSAGE', String(error))
  }
}

/** The rules for single records (KIP-467 names the records that broke them). */
export function checkRecords(batch: RecordBatch, settings: TopicSettings, nowMs: number): void {
  if (!batch.isOpen) return
  const errors: { batchIndex: number; batchIndexErrorMessage: string }[] = []
  let code: 'INVALID_RECORD' | 'INVALID_TIMESTAMP' = 'INVALID_RECORD'
  const earliest = BigInt(Math.floor(Math.max(nowMs - settings.timestampBeforeMaxMs, -2)))
  const latest = BigInt(Math.floor(nowMs + settings.timestampAfterMaxMs))
  let index = 0
  for (const record of batch) {
    if (settings.compacts && record.key === null) {
      errors.push({ batchIndex: index, batchIndexErrorMessage: 'Compacted topic cannot accept message without key in topic partition' })
    } else if (!settings.logAppendTime && record.timestamp !== -1n && (record.timestamp < earliest || record.timestamp > latest)) {
      code = 'INVALID_TIMESTAMP'
      const message = `Timestamp ${record.timestamp} of message with offset ${index} is out of range. The timestamp should be within [${earliest}, ${latest}]`
      errors.push({ batchIndex: index, batchIndexErrorMessage: message })
    }
    index++
  }
  if (errors.length === 0) return
  const shown = errors.slice(0, 3).map(e => e.batchIndexErrorMessage)
  throw new Refusal(code, `One or more records have been rejected due to ${errors.length} record errors in total: ${shown.join('; ')}`, {
    recordErrors: errors,
  })
}
