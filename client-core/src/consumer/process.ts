import { codec, loadedCodec } from '../compression/index.js'
import { ClientError } from '../error.js'
import type { FetchResponse } from '../protocol/api/fetch.js'
import { inRealTime } from '../real-time.js'
import type { RecordBatch } from '../records/batch.js'
import { cutBatches, holdsMessageSets, type ReadMessageSet } from '../records/cut.js'
import type { Lease } from '../records/lease.js'
import type { RecordRun } from '../records/run.js'
import type { ResolvedConsumerOptions } from './options.js'
import { keepPace, makeRoom } from './pace.js'

export type AnsweredPartition = FetchResponse['responses'][number]['partitions'][number]

/** The records of one partition's answer, and where to go on. */
export interface Processed {
  runs: RecordRun[]
  nextOffset: bigint
  lastEpoch: number
  /** The batch that could not be read, behind everything in `runs`. */
  error?: BatchError
}

/** A batch that cannot be read. `setOffsets` to `nextOffset` skips it. */
export class BatchError extends ClientError {
  constructor(
    cause: ClientError,
    readonly topic: string,
    readonly partition: number,
    /** Where the consumer stands. */
    readonly offset: bigint,
    /** The first offset behind the batch; -1n when even that cannot be read. */
    readonly nextOffset: bigint,
    /** The epoch of the leader that wrote it; -1 when that cannot be read. */
    readonly epoch: number,
  ) {
    const skip = nextOffset > offset ? `; setOffsets to ${nextOffset} skips it` : ''
    super(cause.code, `${topic} partition ${partition} at offset ${offset}: ${cause.message}${skip}`, { cause })
  }
}

interface From {
  topic: string
  partition: number
  offset: bigint
  lastEpoch: number
}

/**
 * Cuts the answer into batches, checks, decompresses and filters them. Everything is sync unless a codec must be loaded or works asynchronously.
 * A batch that cannot be read ends the run; what came before it counts.
 */
export async function processPartition(
  answer: AnsweredPartition,
  from: From,
  options: ResolvedConsumerOptions,
  onBatch: ((batch: RecordBatch) => void) | undefined,
  lease?: Lease,
): Promise<Processed> {
  const out: Processed = { runs: [], nextOffset: from.offset, lastEpoch: from.lastEpoch }
  const records = answer.records
  if (!records || records.length === 0) return out
  // Brokers list what was aborted when they are asked for committed records; a list that was not asked for counts for nothing.
  const list = options.isolation === 'read_committed' && answer.abortedTransactions
  const aborted = list && list.length > 0 ? new (await inRealTime(import('./isolation.js'))).AbortedFilter(list) : undefined
  const readMessageSet = holdsMessageSets(records) ? (await inRealTime(import('../records/message-set.js'))).readMessageSet : noMessageSets
  let current: RecordBatch | undefined
  try {
    for (const batch of cutBatches(records, readMessageSet)) {
      batch.topic = from.topic
      batch.partition = from.partition
      batch.lease = lease
      // Where a compressed message set ends is certain only after it was opened.
      if (batch.magic === 2 && batch.lastOffset < out.nextOffset) continue
      current = batch
      const opening = open(batch, options.maxDecompressedBytes)
      if (opening) await opening
      current = undefined
      const memory = memoryOf(batch)
      makeRoom(memory, batch.numRecords)
      if (!lease) keepPace(memory, batch.numRecords)
      if (batch.lastOffset < out.nextOffset) continue
      onBatch?.(batch)
      if (batch.attrs.isControl) aborted?.seeMarker(batch)
      const hidden = batch.attrs.isControl ? !options.keepControlRecords : aborted?.isAborted(batch)
      if (!hidden && batch.numRecords > 0) {
        const run = batch.run.from(out.nextOffset)
        if (run.length > 0) {
          batch.lease?.hold()
          out.runs.push(run)
        }
      }
      // A compacted batch may have lost its last records, or all of them: its header still says where it ends.
      out.nextOffset = batch.lastOffset + 1n
      out.lastEpoch = batch.partitionLeaderEpoch
    }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const [next, epoch] = current ? [current.lastOffset + 1n, current.partitionLeaderEpoch] : [-1n, -1]
    out.error = new BatchError(error, from.topic, from.partition, out.nextOffset, next, epoch)
  }
  return out
}

/** Bytes of memory that an open batch keeps alive. */
function memoryOf({ bytes, codec, uncompressedBytes }: RecordBatch): number {
  const isKept = codec !== undefined && !loadedCodec(codec)?.peek
  return bytes.length + (isKept ? uncompressedBytes : 0)
}

const noMessageSets: ReadMessageSet = () => {
  throw new ClientError('CORRUPT_BATCH', 'messages of magic 0 or 1 where none were seen')
}

function open(batch: RecordBatch, maxBytes: number): undefined | Promise<void> {
  if (batch.isOpen) return undefined
  const name = batch.codec
  if (!name) return undefined
  const loaded = loadedCodec(name)
  return loaded ? batch.open(loaded, maxBytes) : codec(name).then(c => batch.open(c, maxBytes))
}
