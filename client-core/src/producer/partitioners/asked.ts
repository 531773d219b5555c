import { ClientError } from '../../error.js'
import type { HeaderInput, RecordBytes } from '../../records/batch-builder.js'
import type { ProducerRecord } from '../record.js'
import type { PartitionerRecord, TopicBackupIter } from './partitioner.js'

const noHeaders: readonly HeaderInput[] = Object.freeze([])

/** Records to produce as a partitioner sees them. One per topic, used again for each question. */
export class RecordView implements PartitionerRecord {
  record: ProducerRecord | undefined

  constructor(readonly topic: string) {}
  get key(): RecordBytes {
    return this.record?.key ?? null
  }
  get value(): RecordBytes {
    return this.record?.value ?? null
  }
  get headers(): readonly HeaderInput[] {
    return this.record?.headers ?? noHeaders
  }
  get timestamp(): bigint | undefined {
    return this.record?.timestamp
  }
  get context(): unknown {
    return this.record?.context
  }
}

/** One per topic, used again for each question: a partitioner that does not look costs nothing. */
export class BackupIter implements TopicBackupIter {
  #queues: readonly { readonly buffered: number }[] = []
  #index = 0

  over(queues: readonly { readonly buffered: number }[]): this {
    this.#queues = queues
    this.#index = 0
    return this
  }
  next(): readonly [index: number, buffered: number] {
    const queue = this.#queues[this.#index]
    if (!queue) throw new ClientError('INVALID_REQUEST', `all ${this.#queues.length} partitions were visited: ask rem() before next()`)
    return [this.#index++, queue.buffered]
  }
  rem(): number {
    return this.#queues.length - this.#index
  }
}
