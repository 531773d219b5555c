import type { HeaderInput, RecordBytes } from '../../records/batch-builder.js'

/** What a partitioner sees of a record; valid while it is asked. Records that name their partition go there and are not shown. */
export interface PartitionerRecord {
  readonly topic: string
  readonly key: RecordBytes
  readonly value: RecordBytes
  readonly headers: readonly HeaderInput[]
  /** Milliseconds since the epoch; undefined for now. */
  readonly timestamp: bigint | undefined
  /** The caller's own object. */
  readonly context: unknown
}

/** Makes one partitioner per topic, which may keep state. */
export interface Partitioner {
  forTopic(topic: string): TopicPartitioner
}

export interface TopicPartitioner {
  /**
   * Whether equal records must go to equal partitions: then all partitions are choosable, also those that cannot be written now, where the record
   * waits.
   */
  requiresConsistency(record: PartitionerRecord): boolean
  /** An index below `n`. Anything else fails the record with `INVALID_RECORD`. */
  partition(record: PartitionerRecord, n: number): number
}

/**
 * A partitioner that pins a partition until a new batch. When the record would begin a new batch where `partition` said, `onNewBatch` is called
 * and `partition` asked again; what it says then counts.
 */
export interface TopicPartitionerOnNewBatch extends TopicPartitioner {
  onNewBatch(): void
}

/** A partitioner that wants to know how much waits in each partition; its `partition` is never asked. */
export interface TopicBackupPartitioner extends TopicPartitioner {
  partitionByBackup(record: PartitionerRecord, n: number, backup: TopicBackupIter): number
}

/** Goes over the choosable partitions once, in order; valid while the partitioner is asked. */
export interface TopicBackupIter {
  /** The next partition's index and how many records it has buffered, in flight included. @throws ClientError `INVALID_REQUEST` when none is left. */
  next(): readonly [index: number, buffered: number]
  /** How many are left. */
  rem(): number
}

/** Maps a key's bytes to one of `n` partitions. */
export type PartitionerHasher = (key: Uint8Array, n: number) => number

export interface PartitionerOptions {
  /** Numbers from 0 to 1 for what is left to chance. Default `Math.random`. */
  random?: () => number
}
