import type { Cluster } from '../cluster/cluster.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'

/** One broker, to ask it and nobody else. */
export interface BrokerHandle {
  readonly nodeId: number
  /** Undefined while the cluster has not named it. */
  readonly metadata: BrokerMetadata | undefined
  /** Asks once. */
  request<M extends RequestMessage>(
    request: KafkaRequest<M>,
    settings?: { signal?: AbortSignal; initiator?: string },
  ): Promise<ResponseTo<M>>
  /** Asks again while the failure is retriable. */
  retriableRequest<M extends RequestMessage>(
    request: KafkaRequest<M>,
    settings?: { signal?: AbortSignal; initiator?: string },
  ): Promise<ResponseTo<M>>
}

export function brokerHandle(cluster: Cluster, nodeId: number): BrokerHandle {
  return {
    nodeId,
    get metadata() {
      return cluster.brokers.byId(nodeId)?.metadata
    },
    request: ({ message, body }, { signal, initiator = 'request' } = {}) =>
      cluster.callOnce({ broker: nodeId }, message, body, { signal, initiator }),
    retriableRequest: ({ message, body }, { signal, initiator = 'request' } = {}) =>
      cluster.call({ broker: nodeId }, message, body, { signal, initiator }),
  }
}
