import { byKey, kafkaHasher } from './hashers.js'
import type { Partitioner, PartitionerHasher, PartitionerOptions, PartitionerRecord, TopicPartitionerOnNewBatch } from './partitioner.js'

/** Stays with a partition until a new batch begins, then draws another one (KIP-480). Keys do not matter. */
export function stickyPartitioner({ random = Math.random }: PartitionerOptions = {}): Partitioner {
  return { forTopic: () => new Sticky(random) }
}

/**
 * Records with a key, an empty one too, go where its hash says; the others are sticky: what Kafka's Java client did from 2.4 to 3.2. Default hasher
 * murmur2, as Kafka.
 */
export function stickyKeyPartitioner(
  hasher: PartitionerHasher = kafkaHasher(),
  { random = Math.random }: PartitionerOptions = {},
): Partitioner {
  return { forTopic: () => new StickyKey(hasher, random) }
}

class Sticky implements TopicPartitionerOnNewBatch {
  #current = -1
  #last = -1

  constructor(private readonly random: () => number) {}

  requiresConsistency(_: PartitionerRecord): boolean {
    return false
  }

  partition(_: PartitionerRecord, n: number): number {
    if (this.#current < 0 || this.#current >= n) {
      this.#current = Math.floor(this.random() * n)
      // The partition whose batch has just been filled would get the next one, too.
      if (this.#current === this.#last) this.#current = (this.#current + 1) % n
    }
    return this.#current
  }

  onNewBatch(): void {
    this.#last = this.#current
    this.#current = -1
  }
}

class StickyKey extends Sticky {
  #wasKeyed = false

  constructor(
    private readonly hasher: PartitionerHasher,
    random: () => number,
  ) {
    super(random)
  }

  override requiresConsistency(record: PartitionerRecord): boolean {
    return record.key !== null
  }
  override partition(record: PartitionerRecord, n: number): number {
    this.#wasKeyed = record.key !== null
    return this.#wasKeyed ? byKey(this.hasher, record.key, n) : super.partition(record, n)
  }
  /** A batch that a keyed record fills is no reason to leave the partition of the others (Kafka's Java client compares the two). */
  override onNewBatch(): void {
    if (!this.#wasKeyed) super.onNewBatch()
  }
}
