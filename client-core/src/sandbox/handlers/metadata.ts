import { zeroUuid } from '../../bytes/uuid.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import type { Partition } from '../state/partition.js'
import type { Topic } from '../state/topic.js'
import { collides, topicNameProblem } from '../state/topic-names.js'
import { handler, type RequestContext } from './handler.js'
import { clusterOperations, NOT_ASKED, topicOperations } from './operations.js'

type Request = Output<typeof MetadataRequest>
type Asked = NonNullable<Request['topics']>[number]

/** The running brokers at the addresses of the asker's listener, and topics: by name, by id from v10 (KIP-516), or all. */
export const metadata = handler(MetadataRequest, {
  versions: [0, 13],
  handle(context, request, version) {
    const asked = request.topics !== null && !(version === 0 && request.topics.length === 0) ? request.topics : null
    const topics = asked
      ? asked.map(topic => one(context, request, topic, version))
      : [...context.cluster.topics.values()].map(topic => known(context, topic))
    const topicAuthorizedOperations = request.includeTopicAuthorizedOperations ? topicOperations : NOT_ASKED
    return {
      ...clusterPart(context, request.includeClusterAuthorizedOperations),
      topics: topics.map(topic => ({ ...topic, topicAuthorizedOperations })),
    }
  },
  failure: (request, code) => ({
    brokers: [],
    topics: (request.topics ?? []).map(topic => ({ ...topic, errorCode: code, partitions: [] })),
    errorCode: request.topics?.length ? 0 : code,
  }),
})

function clusterPart({ cluster, listener }: RequestContext, withOperations: boolean) {
  return {
    brokers: cluster.running.flatMap(broker => {
      const address = listener.address(broker.id)
      return address ? [{ nodeId: broker.id, ...address, rack: broker.rack }] : []
    }),
    clusterId: cluster.id,
    controllerId: cluster.controllerId,
    clusterAuthorizedOperations: withOperations ? clusterOperations : NOT_ASKED,
  }
}

function one(context: RequestContext, request: Request, asked: Asked, version: number) {
  const { cluster } = context
  if (asked.name === null || (version >= 10 && asked.topicId !== zeroUuid)) {
    const topic = cluster.topicsById.get(asked.topicId)
    return topic ? known(context, topic) : unknown('UNKNOWN_TOPIC_ID', version >= 12 ? null : '', asked.topicId)
  }
  const topic = cluster.topics.get(asked.name)
  if (topic) return known(context, topic)
  if (topicNameProblem(asked.name) !== undefined) return unknown('INVALID_TOPIC_EXCEPTION', asked.name)
  if (request.allowAutoTopicCreation && cluster.settings.ofBroker('auto.create.topics.enable') === 'true') autoCreate(context, asked.name)
  // Also for a topic that was just asked to be made: with KRaft it is there a moment later, and the client asks again.
  return unknown('UNKNOWN_TOPIC_OR_PARTITION', asked.name)
}

function autoCreate({ cluster }: RequestContext, name: string): void {
  const replicationFactor = cluster.settings.numberOfBroker('default.replication.factor')
  const partitions = cluster.settings.numberOfBroker('num.partitions')
  if (collides(name, cluster.topics.keys()) !== undefined || replicationFactor > cluster.running.length || !cluster.hasRoomFor(partitions))
    return
  cluster.createTopic({ name, partitions, replicationFactor })
}

const unknown = (
  code: 'UNKNOWN_TOPIC_ID' | 'UNKNOWN_TOPIC_OR_PARTITION' | 'INVALID_TOPIC_EXCEPTION',
  name: string | null,
  topicId = zeroUuid,
) => ({
  errorCode: errnoOf(code),
  name,
  topicId,
  partitions: [],
})

function known(context: RequestContext, topic: Topic) {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map(partition => describe(context, partition)),
  }
}

function describe({ cluster, listener }: RequestContext, partition: Partition) {
  const { index, leader, leaderEpoch, replicas, isr } = partition
  // KIP-112: a leader that this listener does not offer cannot be named.
  const missing = leader !== -1 && listener.address(leader) === undefined
  return {
    errorCode: leader === -1 ? errnoOf('LEADER_NOT_AVAILABLE') : missing ? errnoOf('LISTENER_NOT_FOUND') : 0,
    partitionIndex: index,
    leaderId: missing ? -1 : leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: replicas.filter(id => !cluster.brokers.get(id)?.running),
  }
}
