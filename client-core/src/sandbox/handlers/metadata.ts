import { zeroUuid } from '../../bytes/uuid.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import type { Partition } from '../state/partition.js'
import type { Topic } from '../state/topic.js'
import { collides, topicNameProblem } from '../state/topic-names.js'
import { handler, type RequestContext } from './handler.js'
import { mayCreate } from './new-topic.js'
import { clusterOperations, NOT_ASKED, operationsOn } from './operations.js'

type Request = Output<typeof MetadataRequest>
type Asked = NonNullable<Request['topics']>[number]

/** The running brokers at the addresses of the asker's listener, and topics: by name, by id from v10 (KIP-516), or all. */
export const metadata = handler(MetadataRequest, {
  versions: [0, 13],
  handle(context, request, version) {
    const asked = request.topics !== null && !(version === 0 && request.topics.length === 0) ? request.topics : null
    const topics = asked
      ? asked.map(topic => one(context, request, topic, version))
      : [...context.cluster.topics.values()].filter(({ name }) => mayDescribe(context, name)).map(topic => known(context, topic))
    const withOperations = ({ name, errorCode }: { name: string | null; errorCode: number }) =>
      request.includeTopicAuthorizedOperations && name && errorCode !== errnoOf('TOPIC_AUTHORIZATION_FAILED')
        ? operationsOn(context, 'TOPIC', name)
        : NOT_ASKED
    return {
      ...clusterPart(context, request.includeClusterAuthorizedOperations),
      topics: topics.map(topic => ({ ...topic, topicAuthorizedOperations: withOperations(topic) })),
    }
  },
  failure: (request, code) => ({
    brokers: [],
    topics: (request.topics ?? []).map(topic => ({ ...topic, errorCode: code, partitions: [] })),
    errorCode: request.topics?.length ? 0 : code,
  }),
})

const mayDescribe = ({ may }: RequestContext, topic: string) => may('DESCRIBE', 'TOPIC', topic)

function clusterPart(context: RequestContext, withOperations: boolean) {
  const { cluster, listener } = context
  return {
    brokers: cluster.running.flatMap(broker => {
      const address = listener.address(broker.id)
      return address ? [{ nodeId: broker.id, ...address, rack: broker.rack }] : []
    }),
    clusterId: cluster.id,
    controllerId: cluster.controllerId,
    clusterAuthorizedOperations: withOperations ? clusterOperations(context) : NOT_ASKED,
  }
}

function one(context: RequestContext, request: Request, asked: Asked, version: number) {
  const { cluster } = context
  if (asked.name === null || (version >= 10 && asked.topicId !== zeroUuid)) {
    const topic = cluster.topicsById.get(asked.topicId)
    if (!topic) return unknown('UNKNOWN_TOPIC_ID', version >= 12 ? null : '', asked.topicId)
    // The id is no secret, the name is.
    if (!mayDescribe(context, topic.name)) return unknown('TOPIC_AUTHORIZATION_FAILED', version >= 12 ? null : '', asked.topicId)
    return known(context, topic)
  }
  if (!mayDescribe(context, asked.name)) return unknown('TOPIC_AUTHORIZATION_FAILED', asked.name)
  const topic = cluster.topics.get(asked.name)
  if (topic) return known(context, topic)
  if (topicNameProblem(asked.name) !== undefined) return unknown('INVALID_TOPIC_EXCEPTION', asked.name)
  if (request.allowAutoTopicCreation && cluster.settings.ofBroker('auto.create.topics.enable') === 'true') {
    if (!mayCreate(context, asked.name)) return unknown('TOPIC_AUTHORIZATION_FAILED', asked.name)
    autoCreate(context, asked.name)
  }
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
  code: 'UNKNOWN_TOPIC_ID' | 'UNKNOWN_TOPIC_OR_PARTITION' | 'INVALID_TOPIC_EXCEPTION' | 'TOPIC_AUTHORIZATION_FAILED',
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
    partitions: topic.partitions.map(partition => describePartition(context, partition)),
  }
}

export function describePartition({ cluster, listener }: RequestContext, partition: Partition) {
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
