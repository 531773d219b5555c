import type { SendOptions } from '../cluster/broker.js'
import type { Cluster } from '../cluster/cluster.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'

type Settings = Partial<Pick<SendOptions, 'signal' | 'initiator' | 'minVersion' | 'maxVersion'>>

/** One broker, to ask it and nobody else. */
export interface BrokerHandle {
  readonly nodeId: number
  /** Undefined while the cluster has not named it. */
  readonly metadata: BrokerMetadata | undefined
  /** Asks once. */
  request<M extends RequestMessage>(request: KafkaRequest<M>, settings?: Settings): Promise<ResponseTo<M>>
  /** Asks again while the failure is retriable. */
  retriableRequest<M extends RequestMessage>(request: KafkaRequest<M>, settings?: Settings): Promise<ResponseTo<M>>
}

export function brokerHandle(cluster: Cluster, nodeId: number): BrokerHandle {
  const optionsOf = (settings?: Settings) => ({ ...settings, initiator: settings?.initiator ?? 'request' })
  return {
    nodeId,
    get metadata() {
      return cluster.brokers.byId(nodeId)?.metadata
    },
    request: ({ message, body }, settings) => cluster.callOnce({ broker: nodeId }, message, body, optionsOf(settings)),
    retriableRequest: ({ message, body }, settings) => cluster.call({ broker: nodeId }, message, body, optionsOf(settings)),
  }
}
