import type { RecordBatch } from './batch.js'
import { cutBatches } from './cut.js'
import { readMessageSet } from './message-set.js'

/**
 * The batches of a Fetch response's records, or of a log segment, each with its CRC checked before it is given out: views of `bytes`, but for
 * messages of magic 0 and 1, which are rewritten (`MessageSet`). A partial batch at the end is what a broker sends when the limit cuts it: it ends
 * the iteration silently, and so does a length that cannot be.
 *
 * @throws ClientError `CORRUPT_BATCH` for a wrong CRC, an unknown magic, or records that do not fit their batch. Batches before it were given out.
 */
export const decodeBatches = (bytes: Uint8Array): Generator<RecordBatch, undefined> => cutBatches(bytes, readMessageSet)
