import type { KafkaRecord } from '../records/record.js'
import type { Fetches, FetchPartition } from './fetches.js'
import { Offset } from './offset.js'

type Offsets = Map<string, Map<number, Offset>>

/**
 * One poll's records at a time; the next poll is made when the last record was taken, which is the back-pressure. An error of one partition is
 * thrown after the records that came beside it. Leaving the loop moves positions back to the first record that was not given out.
 */
export class RecordIterator implements AsyncIterableIterator<KafkaRecord> {
  #partitions: readonly FetchPartition[] = []
  /** The partition that is being given out. */
  #at = 0
  #current: Iterator<KafkaRecord> | undefined
  #error: Error | undefined
  #done = false

  constructor(
    private readonly poll: () => Promise<Fetches>,
    private readonly rewind: (offsets: Offsets) => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<KafkaRecord>> {
    const next = this.#current?.next()
    return next && !next.done ? Promise.resolve(next) : this.#more()
  }

  async #more(): Promise<IteratorResult<KafkaRecord>> {
    for (;;) {
      const next = this.#nextPartition()
      if (next) return next
      if (this.#error) {
        const error = this.#error
        this.#error = undefined
        throw error
      }
      if (this.#done) return { done: true, value: undefined }
      this.#take(await this.poll())
    }
  }

  #nextPartition(): IteratorResult<KafkaRecord> | undefined {
    while (++this.#at < this.#partitions.length) {
      this.#current = this.#partitions[this.#at].records[Symbol.iterator]()
      const next = this.#current.next()
      if (!next.done) return next
    }
    this.#current = undefined
    return undefined
  }

  #take(fetches: Fetches): void {
    this.#partitions = fetches.partitions
    this.#at = -1
    const error = fetches.err() as ({ code?: string } & Error) | undefined
    // The client was closed, or the signal aborted: the loop ends, without an error.
    if (fetches.err0() && (error?.code === 'CLIENT_CLOSED' || error?.code === 'ABORTED')) this.#done = true
    else this.#error = error
  }

  return(): Promise<IteratorResult<KafkaRecord>> {
    const offsets: Offsets = new Map()
    const keep = ({ topic, partition }: FetchPartition, record: KafkaRecord) => {
      const partitions = offsets.get(topic) ?? new Map<number, Offset>()
      offsets.set(topic, partitions.set(partition, Offset.at(record.offset)))
    }
    for (let i = this.#at; this.#current && i < this.#partitions.length; i++) {
      const records = i === this.#at ? this.#current : this.#partitions[i].records[Symbol.iterator]()
      const next = records.next()
      if (!next.done) keep(this.#partitions[i], next.value)
    }
    if (offsets.size > 0) this.rewind(offsets)
    this.#done = true
    this.#current = undefined
    this.#partitions = []
    return Promise.resolve({ done: true, value: undefined })
  }
}
