export { murmur2 } from './bytes/murmur2.js'
export type { BrokerHandle } from './client/broker-handle.js'
export { type CallSettings, Client, type PollSettings, type ProduceSettings, type RequestSettings } from './client/client.js'
export type { OptionAt, OptionPath } from './client/option-path.js'
export { type ClientOptions, validateOptions } from './client/options.js'
export { type Clock, systemClock, type VirtualClock, virtualClock } from './clock.js'
export { AuthenticationError, type LoginAttempt, type LoginStep } from './cluster/authentication-error.js'
export type { PartitionView, TopicView } from './cluster/metadata.js'
export type { ConnectionOptions } from './cluster/options.js'
export type { ResponseShard } from './cluster/routing.js'
export { ContiguousOffsets, type PlacedRecord } from './consumer/contiguous.js'
export { DataLossError } from './consumer/data-loss.js'
export { type FetchError, Fetches, type FetchPartition, newErrFetch, RecordList } from './consumer/fetches.js'
export { type EpochOffset, isLess, Offset } from './consumer/offset.js'
export type { ConsumerOptions } from './consumer/options.js'
export { type FetchOrder, type Lags, type PreferLagFn, preferLagAt } from './consumer/prefer-lag.js'
export { BatchError } from './consumer/process.js'
export { ClientError, type ClientErrorCode } from './error.js'
export * from './hooks/hooks.js'
export type { Labels, MetricFamily, Series } from './hooks/instruments.js'
export { basicLogger, consoleLogger, type Logger, type LogLevel } from './hooks/logger.js'
export { ClientMetrics, type MetricsOptions, type Watched } from './hooks/metrics.js'
export { nodeName } from './hooks/node-name.js'
export type * from './hooks/record-events.js'
export { FirstErrorPromise } from './producer/first-error.js'
export type { CompressionChoice, ProducerOptions } from './producer/options.js'
export { basicConsistentPartitioner } from './producer/partitioners/basic-consistent.js'
export { fnv1a, type Hash32, kafkaHasher, saramaCompatHasher, saramaHasher } from './producer/partitioners/hashers.js'
export { leastBackupPartitioner } from './producer/partitioners/least-backup.js'
export { manualPartitioner } from './producer/partitioners/manual.js'
export type {
  Partitioner,
  PartitionerHasher,
  PartitionerOptions,
  PartitionerRecord,
  TopicBackupIter,
  TopicBackupPartitioner,
  TopicPartitioner,
  TopicPartitionerOnNewBatch,
} from './producer/partitioners/partitioner.js'
export { roundRobinPartitioner } from './producer/partitioners/round-robin.js'
export { stickyKeyPartitioner, stickyPartitioner } from './producer/partitioners/sticky.js'
export { type UniformBytesOptions, uniformBytesPartitioner } from './producer/partitioners/uniform-bytes.js'
export type { ProducerIdentity } from './producer/producer-id.js'
export type { ProducerRecord } from './producer/record.js'
export { type ProduceResult, ProduceResults } from './producer/results.js'
export { KafkaError } from './protocol/errors.js'
export { KafkaRecord, RecordAttrs, type RecordHeader } from './records/record.js'
export { type ByteStream, type Connect, type StreamTarget, type Transport, TransportError } from './transport/stream.js'
