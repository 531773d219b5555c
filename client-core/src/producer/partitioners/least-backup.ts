import type {
  Partitioner,
  PartitionerOptions,
  PartitionerRecord,
  TopicBackupIter,
  TopicBackupPartitioner,
  TopicPartitionerOnNewBatch,
} from './partitioner.js'

/**
 * Stays with a partition until a new batch begins, then takes the one with the fewest records buffered, by chance among equals. Partitions of a
 * broker that does not answer fill up and are left alone, so that its death does not fill the whole buffer; the price is uneven partitions.
 */
export function leastBackupPartitioner({ random = Math.random }: PartitionerOptions = {}): Partitioner {
  return { forTopic: () => new LeastBackup(random) }
}

class LeastBackup implements TopicBackupPartitioner, TopicPartitionerOnNewBatch {
  #current = -1

  constructor(private readonly random: () => number) {}

  requiresConsistency(): boolean {
    return false
  }
  /** Only for those who cannot tell what is buffered. */
  partition(_: PartitionerRecord, n: number): number {
    if (this.#current < 0 || this.#current >= n) this.#current = Math.floor(this.random() * n)
    return this.#current
  }
  partitionByBackup(_: PartitionerRecord, n: number, backup: TopicBackupIter): number {
    if (this.#current < 0 || this.#current >= n) this.#current = this.#least(backup)
    return this.#current
  }
  onNewBatch(): void {
    this.#current = -1
  }

  /** One pass: the k-th of equals takes over with a chance of 1/k, which is fair to all. */
  #least(backup: TopicBackupIter): number {
    let least = Number.POSITIVE_INFINITY
    let equals = 0
    let pick = 0
    while (backup.rem() > 0) {
      const [index, buffered] = backup.next()
      if (buffered > least) continue
      if (buffered < least) equals = 0
      least = buffered
      if (this.random() * ++equals < 1) pick = index
    }
    return pick
  }
}
