import type { RecordBytes } from '../../records/batch-builder.js'

/** What a partitioner sees of a record. */
export interface PartitionerRecord {
  readonly topic: string
  readonly key: RecordBytes
  readonly value: RecordBytes
}

/** Makes one partitioner per topic, which may keep state. */
export interface Partitioner {
  forTopic(topic: string): TopicPartitioner
}

export interface TopicPartitioner {
  /** Whether equal records must go to equal partitions: then all partitions are choosable, also those that cannot be written now. */
  requiresConsistency(record: PartitionerRecord): boolean
  /** An index below `n`. */
  partition(record: PartitionerRecord, n: number): number
}

/** A partitioner that wants to know how much is buffered for each choice. */
export interface TopicBackupPartitioner extends TopicPartitioner {
  partitionByBackup(record: PartitionerRecord, n: number, buffered: (index: number) => number): number
}

/** Maps a key's bytes to one of `n` partitions. */
export type PartitionerHasher = (key: Uint8Array, n: number) => number
