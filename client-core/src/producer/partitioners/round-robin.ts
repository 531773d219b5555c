import type { Partitioner, TopicPartitioner } from './partitioner.js'

/** One record to each partition in turn, whatever its key: even, and costly, since batches stay small. Partitions without a leader are left out. */
export function roundRobinPartitioner(): Partitioner {
  return { forTopic: () => new RoundRobin() }
}

class RoundRobin implements TopicPartitioner {
  #next = 0

  requiresConsistency(): boolean {
    return false
  }
  partition(_: unknown, n: number): number {
    if (this.#next >= n) this.#next = 0
    return this.#next++
  }
}
