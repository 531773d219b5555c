import type { SendOptions } from '../cluster/broker.js'
import type { Cluster } from '../cluster/cluster.js'
import { feedCaches } from '../cluster/routing.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'

type Settings = Partial<Pick<SendOptions, 'signal' | 'initiator' | 'minVersion' | 'maxVersion'>>

/** One broker, to ask it and nobody else; of the cluster, or a seed. */
export interface BrokerHandle {
  readonly nodeId: number
  /** Undefined while the cluster has not named it. */
  readonly metadata: BrokerMetadata | undefined
  /**
   * Asks once. Kafka errors inside the answer are data.
   * @throws (rejects) ClientError `UNKNOWN_BROKER` naming those that there are, `CLIENT_CLOSED`, `ABORTED` ...; TransportError.
   */
  request<M extends RequestMessage>(request: KafkaRequest<M>, settings?: Settings): Promise<ResponseTo<M>>
  /** The same, asked again while it is the connection that fails, `requestRetries` times and for `retryTimeoutMs` at most. */
  retriableRequest<M extends RequestMessage>(request: KafkaRequest<M>, settings?: Settings): Promise<ResponseTo<M>>
}

export function brokerHandle(cluster: Cluster, nodeId: number): BrokerHandle {
  const ask = async <M extends RequestMessage>(
    request: KafkaRequest<M>,
    settings: Settings,
    how: 'call' | 'callOnce',
  ): Promise<ResponseTo<M>> => {
    const answer = await cluster[how]({ broker: nodeId }, request.message, request.body, {
      ...settings,
      initiator: settings.initiator ?? 'request',
    })
    feedCaches(cluster, request, answer)
    return answer
  }
  return {
    nodeId,
    get metadata() {
      return cluster.brokers.byId(nodeId)?.metadata
    },
    request: (request, settings = {}) => ask(request, settings, 'callOnce'),
    retriableRequest: (request, settings = {}) => ask(request, settings, 'call'),
  }
}
