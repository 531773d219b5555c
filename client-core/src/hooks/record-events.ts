import type { ProducerRecord } from '../producer/record.js'
import type { KafkaRecord } from '../records/record.js'

/** A record entered the client by `produce`, `send` or `tryProduce`, and was found to be one. */
export interface ProduceRecordBufferedEvent {
  /** The record's own topic, or `producer.defaultTopic`. */
  topic: string
  /** As the caller gave it. Key, value and headers may be replaced here; they are checked again. */
  record: ProducerRecord
}
/** A record has its place in a partition's batch. */
export interface ProduceRecordPartitionedEvent {
  topic: string
  partition: number
  /** The broker that leads the partition now; -1 when none does. */
  leader: number
  record: ProducerRecord
}
/** A record was delivered, refused or given up: the same as its `onDelivery` is told, just before. Once for each that was buffered. */
export interface ProduceRecordUnbufferedEvent {
  record: KafkaRecord
  error?: Error
}
/** A record was fetched and waits for a poll. */
export interface FetchRecordBufferedEvent {
  record: KafkaRecord
}
/** A record waits no longer. `polled`: a poll gave it out; otherwise it was thrown away, since its partition was moved, paused or removed. */
export interface FetchRecordUnbufferedEvent {
  record: KafkaRecord
  polled: boolean
}

/** Hooks for single records slow down what handles millions of them: for numbers alone, `onProduceBatchWritten` and `onFetchBatchRead` do. */
export interface RecordHooks {
  onProduceRecordBuffered?(event: ProduceRecordBufferedEvent): void
  onProduceRecordPartitioned?(event: ProduceRecordPartitionedEvent): void
  onProduceRecordUnbuffered?(event: ProduceRecordUnbufferedEvent): void
  onFetchRecordBuffered?(event: FetchRecordBufferedEvent): void
  onFetchRecordUnbuffered?(event: FetchRecordUnbufferedEvent): void
}
