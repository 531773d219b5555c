/** Topics and their partitions, as one Metadata answer tells them. */
import { errorForCode, MetadataRequest, type MetadataResponse, zeroUuid } from '@milena/client-core/protocol'
import type { PartitionInfo, TopicInfo, TopicList } from '../protocol.js'
import type { Asker, Asking } from './client.js'
import { kafkaFault } from './faults.js'

/** null: all topics. */
export async function listTopics(client: Asker, topics: readonly string[] | null, options: Asking, now: () => number): Promise<TopicList> {
  const request = MetadataRequest({ topics: topics === null ? null : topics.map(name => ({ name })), allowAutoTopicCreation: false })
  return topicList(await client.request(request, options), now())
}

export function topicList(answer: MetadataResponse, at: number): TopicList {
  return {
    topics: answer.topics.map(topicInfo).sort((a, b) => (a.name < b.name ? -1 : 1)),
    clusterId: answer.clusterId,
    controller: answer.controllerId,
    at,
  }
}

function topicInfo(topic: MetadataResponse['topics'][number]): TopicInfo {
  const name = topic.name ?? topic.topicId
  return {
    name,
    topicId: topic.topicId === zeroUuid ? null : topic.topicId,
    internal: topic.isInternal,
    partitions: topic.partitions.map(partitionInfo).sort((a, b) => a.partition - b.partition),
    fault: topic.errorCode === 0 ? null : kafkaFault(topic.errorCode, `Topic ${name} not described`, null),
  }
}

function partitionInfo(partition: MetadataResponse['topics'][number]['partitions'][number]): PartitionInfo {
  return {
    partition: partition.partitionIndex,
    leader: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicas: [...partition.replicaNodes],
    isr: [...partition.isrNodes],
    offlineReplicas: [...partition.offlineReplicas],
    errorCode: partition.errorCode,
    error: partition.errorCode === 0 ? null : errorForCode(partition.errorCode).code,
  }
}
