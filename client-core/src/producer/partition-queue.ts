import type { TimerHandle } from '../clock.js'
import type { HeaderInput, RecordBytes } from '../records/batch-builder.js'
import { Batch } from './batch.js'
import type { MemoryPool } from './memory-pool.js'
import type { Sink } from './sink.js'

/** Sequence numbers wrap from 2^31 - 1 to 0. */
export const nextSequence = (sequence: number, count: number): number => (sequence + count) % 0x80000000

/**
 * The records of one partition, in order, as batches. The first `drained` batches are in flight; only the very first may change the queue's state
 * by its answer, since a failure before it has broken the chain already.
 */
export class PartitionQueue {
  readonly batches: Batch[] = []
  drained = 0
  sequence = 0
  /** A new producer epoch begins with sequence 0, once nothing of the old one is in flight. */
  needsSequenceReset = false
  sink: Sink | undefined
  /** Requests in flight with a batch of ours, on whichever sink. */
  inflight = 0
  /** The last answer of the present sink was good: only then more than one batch may be in flight. */
  okOnSink = false
  /** Waiting for metadata after a failure. */
  failing = false
  /** Whether what is buffered may wait no longer. */
  due = false
  linger: TimerHandle | undefined
  unknownTopicTries = 0
  /** Failures in a row that asked for fresh metadata. */
  metadataTries = 0
  lastAckedOffset = -1n
  #sizeHint = 1024

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly batchMaxBytes: number,
    private readonly pool: MemoryPool,
  ) {}

  get undrained(): number {
    return this.batches.length - this.drained
  }
  /** Records that wait for their answer, sent or not: what partitioners weigh. */
  get buffered(): number {
    let n = 0
    for (const batch of this.batches) n += batch.count
    return n
  }

  /** The open batch, if it took the record. */
  appendToOpen(
    timestampMs: number | bigint,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly HeaderInput[] | undefined,
  ): Batch | undefined {
    const last = this.batches[this.batches.length - 1]
    return last && !last.isClosed && last.builder.append(timestampMs, key, value, headers) ? last : undefined
  }

  /** A new batch with the record in it, or undefined when not even an empty one can hold it. */
  appendToNew(
    timestampMs: number | bigint,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly HeaderInput[] | undefined,
  ): Batch | undefined {
    const last = this.batches[this.batches.length - 1]
    if (last) this.#sizeHint = Math.min(this.batchMaxBytes, last.builder.length + 64)
    const batch = new Batch(this.batchMaxBytes, this.pool.take(this.#sizeHint))
    if (!batch.builder.append(timestampMs, key, value, headers)) return undefined
    this.batches.push(batch)
    return batch
  }

  /** Whether the head of what waits may go into a request to `sink` now. */
  isReady(sink: Sink): boolean {
    if (this.sink !== sink || this.failing || this.undrained === 0) return false
    if (this.inflight > 0 && (!this.okOnSink || this.needsSequenceReset)) return false
    return this.due || this.undrained > 1
  }

  /** Gives the head of what waits its place in the sequence. */
  drain(): Batch {
    if (this.needsSequenceReset) {
      this.needsSequenceReset = false
      this.sequence = 0
    }
    const batch = this.batches[this.drained++]
    batch.sequence = this.sequence
    this.sequence = nextSequence(this.sequence, batch.count)
    this.inflight++
    this.due = false
    return batch
  }

  /** Everything in flight is to be sent again, from the first batch on, with the sequence numbers it has. */
  rewind(): void {
    if (this.drained > 0) this.sequence = this.batches[0].sequence
    this.drained = 0
    this.okOnSink = false
    this.due = true
  }

  /** Takes the first batch off. */
  shift(): Batch {
    this.drained--
    return this.batches.shift()!
  }
}
