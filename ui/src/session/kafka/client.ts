/** What the session uses of a client: the narrow side of `Client`, so that tests can stand in for it. */
import type { BrokerMetadata } from '@milena/client-core'
import type { KafkaRequest, RequestMessage, ResponseTo } from '@milena/client-core/protocol'
import type { ProduceParams, ProduceResult } from '../protocol.js'
import type { Buffers } from '../recorder/figures.js'
import type { OpenReader } from '../scan/reader.js'

export interface Asking {
  signal?: AbortSignal
  /** Who asks, for Wire. */
  initiator?: string
}

export interface Shard<M extends RequestMessage = RequestMessage> {
  broker: BrokerMetadata
  request: KafkaRequest<M>
  response?: ResponseTo<M>
  error?: Error
}

export interface Asker {
  request<M extends RequestMessage>(request: KafkaRequest<M>, options?: Asking): Promise<ResponseTo<M>>
  /** Each part of a request that goes to several brokers, with its answer or its error. */
  requestSharded<M extends RequestMessage>(request: KafkaRequest<M>, options?: Asking): Promise<Shard<M>[]>
}

/** The shard of a request that is named by its table: `ShardOf<typeof MetadataRequest>`. */
export type ShardOf<R extends (...body: never[]) => KafkaRequest> = Shard<ReturnType<R>['message']>

/** Everything the session does with a cluster. Closing it closes what was opened through it. */
export interface SessionClient extends Asker {
  brokers(): BrokerMetadata[]
  topicName(topicId: string): string | undefined
  /** What reads partitions, loaded when the first scan wants it. */
  reading(): Promise<OpenReader>
  /** One record, until Kafka answered. */
  produce(params: ProduceParams, asking: Asking): Promise<ProduceResult>
  /** Whether a broker answers at all, by a connection of its own. */
  reach(nodeId: number, asking: Asking): Promise<void>
  buffers(): Buffers
  close(): Promise<void>
}
