import type { PartitionView } from '../cluster/metadata.js'
import { ClientError } from '../error.js'
import type { MemoryPool } from './memory-pool.js'
import type { ResolvedProducerOptions } from './options.js'
import { PartitionQueue } from './partition-queue.js'
import { BackupIter, RecordView } from './partitioners/asked.js'
import type { TopicBackupPartitioner, TopicPartitioner, TopicPartitionerOnNewBatch } from './partitioners/partitioner.js'
import type { ProducerRecord } from './record.js'

/** The partitions of a topic that records can go to, and the topic's partitioner. */
export class TopicQueues {
  readonly queues: PartitionQueue[] = []
  readonly #partitioner: TopicPartitioner
  readonly #byBackup: TopicBackupPartitioner | undefined
  readonly #onNewBatch: TopicPartitionerOnNewBatch | undefined
  readonly #backup = new BackupIter()
  readonly #view: RecordView
  /** Partitions that have a leader now; all of them when none has. */
  #writable: PartitionQueue[] = []

  constructor(
    readonly name: string,
    private readonly options: ResolvedProducerOptions,
    private readonly pool: MemoryPool,
  ) {
    this.#view = new RecordView(name)
    const partitioner = options.partitioner.forTopic(name)
    this.#partitioner = partitioner
    this.#byBackup = isByBackup(partitioner) ? partitioner : undefined
    this.#onNewBatch = isOnNewBatch(partitioner) ? partitioner : undefined
  }

  /** Follows the cluster: partitions are added, never taken away. */
  update(partitions: readonly PartitionView[]): void {
    for (let i = this.queues.length; i < partitions.length; i++) {
      this.queues.push(new PartitionQueue(this.name, i, this.options.batchMaxBytes, this.pool))
    }
    const writable = this.queues.filter(q => isWritable(partitions[q.partition]))
    this.#writable = writable.length > 0 ? writable : this.queues
  }

  /** @throws ClientError `INVALID_RECORD` for a partition that the topic does not have. */
  choose(record: ProducerRecord): PartitionQueue {
    if (record.partition !== undefined) {
      const queue = this.queues[record.partition]
      if (queue) return queue
      throw new ClientError(
        'INVALID_RECORD',
        `partition ${record.partition} does not exist: ${this.name} has ${this.queues.length}, counted from 0`,
      )
    }
    // A partitioner may produce, too: afterwards the view is of its record again.
    const view = this.#view
    const outer = view.record
    view.record = record
    try {
      return this.#ask(view)
    } finally {
      view.record = outer
    }
  }

  #ask(view: RecordView): PartitionQueue {
    const choices = this.#partitioner.requiresConsistency(view) ? this.queues : this.#writable
    const index = this.#byBackup
      ? this.#byBackup.partitionByBackup(view, choices.length, this.#backup.over(choices))
      : this.#partitioner.partition(view, choices.length)
    const queue = choices[index]
    if (!queue) throw new ClientError('INVALID_RECORD', `the partitioner chose ${index} of ${choices.length} partitions of ${this.name}`)
    return queue
  }

  /** Where a record goes that would begin a new batch in `queue`: a partitioner that stays until then is told, and asked again. */
  chooseForNewBatch(record: ProducerRecord, queue: PartitionQueue): PartitionQueue {
    if (!this.#onNewBatch || record.partition !== undefined) return queue
    this.#onNewBatch.onNewBatch()
    return this.choose(record)
  }
}

const isWritable = (p: PartitionView | undefined): boolean => p !== undefined && p.leader >= 0 && p.errorCode === 0
const isByBackup = (p: TopicPartitioner): p is TopicBackupPartitioner =>
  typeof (p as TopicBackupPartitioner).partitionByBackup === 'function'
const isOnNewBatch = (p: TopicPartitioner): p is TopicPartitionerOnNewBatch =>
  typeof (p as TopicPartitionerOnNewBatch).onNewBatch === 'function'
