import { crc32c } from '../bytes/crc32c.js'
import { ClientError } from '../error.js'
import { type RecordBatch, RecordBatchV2 } from './batch.js'
import { at, lengthOverhead, readInt32, readInt64 } from './layout.js'
import { readMessageSet } from './message-set.js'

const smallestBatch = at.records - lengthOverhead

/**
 * The batches of a Fetch response's records, or of a log segment, each with its CRC checked before it is given out: views of `bytes`, but for
 * messages of magic 0 and 1, which are rewritten (`MessageSet`). A partial
 * batch at the end is what a broker sends when the limit cuts it: it ends the iteration silently, and so does a length that cannot be.
 *
 * @throws ClientError `CORRUPT_BATCH` for a wrong CRC, an unknown magic, or records that do not fit their batch. Batches before it were given out.
 */
export function* decodeBatches(bytes: Uint8Array): Generator<RecordBatch, undefined> {
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
