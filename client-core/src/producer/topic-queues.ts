import type { PartitionView } from '../cluster/metadata.js'
import { ClientError } from '../error.js'
import type { MemoryPool } from './memory-pool.js'
import type { ResolvedProducerOptions } from './options.js'
import { PartitionQueue } from './partition-queue.js'
import type { PartitionerRecord, TopicBackupPartitioner, TopicPartitioner } from './partitioners/partitioner.js'
import type { ProducerRecord } from './record.js'

/** The partitions of a topic that records can go to, and the topic's partitioner. */
export class TopicQueues {
  readonly queues: PartitionQueue[] = []
  readonly #partitioner: TopicPartitioner
  /** Partitions that have a leader now; all of them when none has. */
  #writable: PartitionQueue[] = []
  readonly #backlog = (index: number) => this.#writable[index].backlog

  constructor(
    readonly name: string,
    private readonly options: ResolvedProducerOptions,
    private readonly pool: MemoryPool,
  ) {
    this.#partitioner = options.partitioner.forTopic(name)
  }

  /** Follows the cluster: partitions are added, never taken away. */
  update(partitions: readonly PartitionView[]): void {
    for (let i = this.queues.length; i < partitions.length; i++) {
      this.queues.push(new PartitionQueue(this.name, i, this.options.batchMaxBytes, this.pool))
    }
    const writable = this.queues.filter(q => (partitions[q.partition]?.leader ?? -1) >= 0)
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
    const view: PartitionerRecord = { topic: this.name, key: record.key ?? null, value: record.value }
    const choices = this.#partitioner.requiresConsistency(view) ? this.queues : this.#writable
    if (choices.length === 1) return choices[0]
    const index = isBackup(this.#partitioner)
      ? this.#partitioner.partitionByBackup(view, choices.length, this.#backlog)
      : this.#partitioner.partition(view, choices.length)
    const queue = choices[index]
    if (!queue) throw new ClientError('INVALID_RECORD', `the partitioner chose ${index} of ${choices.length} partitions of ${this.name}`)
    return queue
  }
}

const isBackup = (p: TopicPartitioner): p is TopicBackupPartitioner => 'partitionByBackup' in p
