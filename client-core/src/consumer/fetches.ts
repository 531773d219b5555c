import type { FetchedRecord } from '../records/fetched-record.js'
import type { KafkaRecord } from '../records/record.js'
import { type RecordRun, RunsIterator } from '../records/run.js'

/** Records in order, without being an array: views are made as they are iterated. */
export class RecordList implements Iterable<KafkaRecord> {
  constructor(readonly runs: readonly RecordRun[]) {}
  get length(): number {
    let n = 0
    for (const run of this.runs) n += run.length
    return n
  }
  [Symbol.iterator](): IterableIterator<FetchedRecord, undefined> {
    return new RunsIterator(this.runs)
  }
  forEach(fn: (record: KafkaRecord) => void): void {
    for (const run of this.runs) run.forEach(fn)
  }
  /** The first `count` records, and the rest. */
  split(count: number): [RecordList, RecordList] {
    if (this.length <= count) return [this, noRecords]
    const first: RecordRun[] = []
    const rest: RecordRun[] = []
    let left = count
    for (const run of this.runs) {
      if (left >= run.length) first.push(run)
      else if (left <= 0) rest.push(run)
      else {
        const [head, tail] = run.split(left)
        first.push(head)
        rest.push(tail)
      }
      left -= run.length
    }
    return [new RecordList(first), new RecordList(rest)]
  }
  toArray(): KafkaRecord[] {
    const out: KafkaRecord[] = []
    this.forEach(r => {
      out.push(r)
    })
    return out
  }
}

/** What one fetch brought of one partition. */
export interface FetchPartition {
  topic: string
  partition: number
  error?: Error
  /** The end of what is replicated; -1n when it is not known. */
  highWatermark: bigint
  /** The end of what is decided: open transactions begin here. -1n when it is not known. */
  lastStableOffset: bigint
  logStartOffset: bigint
  /**
   * The offset that is read next: behind the last record, and behind markers, aborted records and gaps that follow it, which bring none. -1n beside
   * an error that belongs to no fetch. Beyond kgo: a reader that scans to an end knows by it that it arrived.
   */
  nextOffset: bigint
  records: RecordList
}
export interface FetchError {
  topic: string
  partition: number
  error: Error
}

/** Who takes the memory of records back. */
export interface Recycling {
  recycle(partitions: readonly FetchPartition[]): void
}

const noRecords = new RecordList([])

/** What a poll brought: records by partition, and errors beside them. */
export class Fetches {
  constructor(
    readonly partitions: readonly FetchPartition[],
    private owner?: Recycling,
  ) {}

  records(): IterableIterator<KafkaRecord, undefined> {
    return new RunsIterator(this.partitions.flatMap(p => p.records.runs))
  }
  recordsArray(): KafkaRecord[] {
    return this.partitions.flatMap(p => p.records.toArray())
  }
  /** The quickest way over all records. */
  eachRecord(fn: (record: KafkaRecord) => void): void {
    for (const p of this.partitions) p.records.forEach(fn)
  }
  eachPartition(fn: (partition: FetchPartition) => void): void {
    for (const p of this.partitions) fn(p)
  }
  eachTopic(fn: (topic: string, partitions: FetchPartition[]) => void): void {
    const topics = new Map<string, FetchPartition[]>()
    for (const p of this.partitions) topics.set(p.topic, [...(topics.get(p.topic) ?? []), p])
    for (const [topic, partitions] of topics) fn(topic, partitions)
  }
  eachError(fn: (topic: string, partition: number, error: Error) => void): void {
    for (const { topic, partition, error } of this.errors()) fn(topic, partition, error)
  }
  errors(): FetchError[] {
    return this.partitions.flatMap(({ topic, partition, error }) => (error ? [{ topic, partition, error }] : []))
  }
  /** The first error, if any. */
  err(): Error | undefined {
    return this.partitions.find(p => p.error)?.error
  }
  /** The error of a poll that could not be made at all: the client was closed, or the signal aborted. */
  err0(): Error | undefined {
    const [only] = this.partitions
    return this.partitions.length === 1 && only.topic === '' ? only.error : undefined
  }
  numRecords(): number {
    let n = 0
    for (const p of this.partitions) n += p.records.length
    return n
  }
  empty(): boolean {
    return this.partitions.length === 0 || this.numRecords() === 0
  }
  isClientClosed(): boolean {
    return (this.err0() as { code?: string } | undefined)?.code === 'CLIENT_CLOSED'
  }

  /**
   * Gives the memory of these records back to the client, which reads later answers into it: up to a third of what consuming costs, most of it with
   * compressed records. Say it when nobody uses them any more, nor a key, value or header value of theirs; what is to be kept must be copied before
   * (`KafkaRecord.copy()`). What other polls brought stays as it is, also out of the same batch.
   *
   * Memory is used again when all records that were read from it were recycled. Arrays that were handed out are then empty (their buffer is
   * detached), and reading a field of a record throws `RECYCLED`; until then both may still seem well. That holds for records that hooks kept
   * (`onFetchRecordBuffered`, `onFetchRecordUnbuffered`), too; a frame that a hook took is not used again.
   *
   * The first call begins to load what does this. Twice is once; without records, and after `close`, it does nothing. kgo: `WithPools`, `Record.Recycle`.
   */
  recycle(): void {
    this.owner?.recycle(this.partitions)
    this.owner = undefined
  }
}

/** A poll's answer that holds only an error. */
export const newErrFetch = (error: Error): Fetches => new Fetches([errorPartition('', -1, error)])

export const errorPartition = (topic: string, partition: number, error: Error): FetchPartition => ({
  topic,
  partition,
  error,
  highWatermark: -1n,
  lastStableOffset: -1n,
  logStartOffset: -1n,
  nextOffset: -1n,
  records: noRecords,
})
