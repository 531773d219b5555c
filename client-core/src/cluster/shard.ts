import type { BrokerMetadata } from '../hooks/hooks.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'

/** One part of a request that was split over brokers, and what became of it. A Kafka error inside `response` is not an `error` of the shard. */
export interface ResponseShard<M extends RequestMessage = RequestMessage> {
  /** Who answered or was asked last. Node id -1 when nobody could be asked. */
  broker: BrokerMetadata
  request: KafkaRequest<M>
  response?: ResponseTo<M>
  error?: Error
}
