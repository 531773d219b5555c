import type { TimerHandle } from '../clock.js'
import type { HeaderInput, RecordBytes } from '../records/batch-builder.js'
import { Batch } from './batch.js'
import type { MemoryPool } from './memory-pool.js'
import type { ProducerIdentity } from './producer-id.js'
import type { Sink } from './sink.js'

/** Sequence numbers wrap from 2^31 - 1 to 0. */
export const nextSequence = (sequence: number, count: number): number => (sequence + count) % 0x80000000

/** What a batch is expected to take at first, and more than the one before, in bytes. */
const leastBatch = 1024
const slack = 64

/**
 * The records of one partition, in order, as batches. The first `drained` batches are in flight; only the very first may change the queue's state
 * by its answer, since a failure before it has broken the chain already.
 */
export class PartitionQueue {
  readonly batches: Batch[] = []
  drained = 0
  /** The next batch's sequence number, and whose: another id or epoch begins with 0. */
  sequence = 0
  identity: ProducerIdentity | undefined
  sink: Sink | undefined
  /** Requests in flight with a batch of ours, on whichever sink. */
  inflight = 0
  /** The last answer of the present sink was good: only then more than one batch may be in flight. */
  okOnSink = false
  /** Waiting for metadata or for time to pass after a failure. */
  failing = false
  /** Whether what is buffered may wait no longer. */
  due = false
  linger: TimerHandle | undefined
  unknownTopicTries = 0
  /** Answers in a row that were none of success. */
  failures = 0
  lastError: Error | undefined
  lastAckedOffset = -1n
  /** What the next batch is expected to take. */
  #expected = leastBatch

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
    if (last) this.#expect(last)
    const batch = new Batch(this.batchMaxBytes, this.#expected, this.pool)
    if (!batch.builder.append(timestampMs, key, value, headers)) return undefined
    this.batches.push(batch)
    return batch
  }

  /** Whether the head of what waits may go into a request to `sink` now. */
  isReady(sink: Sink): boolean {
    if (this.sink !== sink || this.failing || this.undrained === 0) return false
    if (this.inflight > 0 && !this.okOnSink) return false
    return this.due || this.undrained > 1
  }

  /** Whether the head of what waits may be sent under this identity: a new one begins once nothing of the old one is under way. */
  mayTake(identity: ProducerIdentity): boolean {
    const head = this.batches[this.drained]
    return head.identity !== undefined || this.identity === identity || (this.drained === 0 && this.inflight === 0)
  }

  /** Gives the head of what waits its place in the sequence, unless it has one from an earlier try. */
  drain(identity: ProducerIdentity): Batch {
    const batch = this.batches[this.drained++]
    this.#expect(batch)
    if (batch.identity === undefined) {
      if (this.identity !== identity) this.sequence = 0
      this.identity = batch.identity = identity
      batch.sequence = this.sequence
    }
    this.sequence = nextSequence(batch.sequence, batch.count)
    this.inflight++
    this.due = false
    return batch
  }

  /** What a batch took, the next one will take, or half of what those before did: growing means copying. */
  #expect({ builder }: Batch): void {
    this.#expected = Math.min(this.batchMaxBytes, Math.max(leastBatch, builder.length + slack, this.#expected >> 1))
  }

  /** Everything in flight is to be sent again, from the first batch on, with the sequence numbers it has. */
  rewind(): void {
    if (this.drained > 0) this.sequence = this.batches[0].sequence
    this.drained = 0
    this.okOnSink = false
    this.due = true
  }

  /** As `rewind`, but the broker has lost track: all of it gets new sequence numbers, under the identity of then. */
  renumber(): void {
    this.rewind()
    this.identity = undefined
    for (const batch of this.batches) batch.identity = undefined
  }

  /** Takes the first batch off. */
  shift(): Batch {
    this.drained--
    return this.batches.shift()!
  }

  /** Takes everything off. What is in flight may still be answered, but there is nobody left to tell. */
  takeAll(): Batch[] {
    const batches = this.batches.splice(0)
    if (batches.length > 0 && batches[0].identity !== undefined) this.sequence = batches[0].sequence
    this.drained = 0
    this.okOnSink = false
    this.succeeded()
    return batches
  }

  /** The counts of what failed begin anew. */
  succeeded(): void {
    this.unknownTopicTries = 0
    this.failures = 0
    this.lastError = undefined
  }
}
