import { crc32c } from '../bytes/crc32c.js'
import { ClientError } from '../error.js'
import { type RecordBatch, RecordBatchV2 } from './batch.js'
import { at, lengthOverhead, readInt32, readInt64 } from './layout.js'

const smallestBatch = at.records - lengthOverhead

/** Reads what begins at `start`: messages of magic 0 or 1, the first of which ends at `end`. */
export type ReadMessageSet = (bytes: Uint8Array, start: number, end: number) => RecordBatch

/** As `decodeBatches`, with the reader for old messages as a value: most logs have none, and a page need not load it. */
export function* cutBatches(bytes: Uint8Array, readMessageSet: ReadMessageSet): Generator<RecordBatch, undefined> {
  for (let p = 0; bytes.length - p > at.magic; ) {
    const length = readInt32(bytes, p + at.length)
    const end = p + lengthOverhead + length
    if (length < 0 || end > bytes.length) return
    const magic = bytes[p + at.magic]
    if (magic < 2) {
      const set = readMessageSet(bytes, p, end)
      yield set
      p += set.bytes.length
      continue
    }
    if (magic !== 2)
      throw new ClientError('CORRUPT_BATCH', `batch at offset ${readInt64(bytes, p)} has magic ${magic}; known are 0, 1 and 2`)
    if (length < smallestBatch)
      throw new ClientError('CORRUPT_BATCH', `batch at offset ${readInt64(bytes, p)} claims ${length} bytes, less than its header`)
    yield checked(bytes.subarray(p, end))
    p = end
  }
}

/** Whether some of the batches are messages of magic 0 or 1, as brokers before 0.11 wrote them. */
export function holdsMessageSets(bytes: Uint8Array): boolean {
  for (let p = 0; bytes.length - p > at.magic; ) {
    if (bytes[p + at.magic] < 2) return true
    const length = readInt32(bytes, p + at.length)
    if (length < 0) return false
    p += lengthOverhead + length
  }
  return false
}

function checked(bytes: Uint8Array): RecordBatchV2 {
  const expected = readInt32(bytes, at.crc) >>> 0
  const actual = crc32c(bytes, at.attributes, bytes.length) >>> 0
  if (actual !== expected) {
    throw new ClientError(
      'CORRUPT_BATCH',
      `batch at offset ${readInt64(bytes, at.baseOffset)} has CRC-32C ${hex(actual)} but says ${hex(expected)}: it was damaged on its way or on the broker's disk`,
    )
  }
  return new RecordBatchV2(bytes)
}

const hex = (n: number) => `0x${n.toString(16).padStart(8, '0')}`
