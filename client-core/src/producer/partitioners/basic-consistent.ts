import type { Partitioner, PartitionerRecord } from './partitioner.js'

/**
 * A partitioner from a function: for a topic it gives the function that gives a record's partition, an index below `n`. Equal records may be sent
 * to equal partitions: all of the topic's count, also those that cannot be written now.
 */
export function basicConsistentPartitioner(forTopic: (topic: string) => (record: PartitionerRecord, n: number) => number): Partitioner {
  return {
    forTopic: topic => ({ requiresConsistency: () => true, partition: forTopic(topic) }),
  }
}
