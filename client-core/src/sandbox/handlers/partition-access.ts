import { Refusal } from '../refusal.js'
import type { Operation } from '../state/acls.js'
import type { Partition } from '../state/partition.js'
import type { Topic } from '../state/topic.js'
import type { RequestContext } from './handler.js'

/** The topic by its id where the version names it so, else by name. */
export function findTopic({ cluster }: RequestContext, topic: { name: string; topicId: string }, byId: boolean): Topic {
  const found = byId ? cluster.topicsById.get(topic.topicId) : cluster.topics.get(topic.name)
  if (found) return found
  if (byId) throw new Refusal('UNKNOWN_TOPIC_ID', `no topic has the id ${topic.topicId}`)
  throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${topic.name}`)
}

/** @throws Refusal when the rules keep the asker from the topic; they come before whether it is there. */
export function checkTopicAccess({ may }: RequestContext, operation: Operation, topic: string): void {
  if (!may(operation, 'TOPIC', topic)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED', '')
}

/** The topic by its id or name, as far as the asker may do this with it. */
export function accessibleTopic(
  context: RequestContext,
  operation: Operation,
  asked: { name: string; topicId: string },
  byId: boolean,
): Topic {
  if (!byId) checkTopicAccess(context, operation, asked.name)
  const topic = findTopic(context, asked, byId)
  if (byId) checkTopicAccess(context, operation, topic.name)
  return topic
}

/** A partition of which the asked broker holds a replica. */
export function replicaHere({ broker }: RequestContext, topic: Topic, index: number): Partition {
  const partition = topic.partitions[index]
  if (!partition) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `${topic.name} has no partition ${index}`)
  if (!partition.replicas.includes(broker.id))
    throw new Refusal('NOT_LEADER_OR_FOLLOWER', `broker ${broker.id} has no replica of ${topic.name}-${index}`)
  return partition
}

/** A partition that the asked broker leads, in the epoch that the client believes in (-1: it does not say; KIP-320). */
export function leaderHere(context: RequestContext, topic: Topic, index: number, currentLeaderEpoch: number): Partition {
  const partition = replicaHere(context, topic, index)
  checkEpoch(partition, currentLeaderEpoch)
  if (partition.leader !== context.broker.id)
    throw new Refusal('NOT_LEADER_OR_FOLLOWER', `broker ${context.broker.id} does not lead ${topic.name}-${index}`)
  return partition
}

/** The epoch comes first: a client that is behind learns it also from a follower. */
export function checkEpoch(partition: Partition, currentLeaderEpoch: number): void {
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === partition.leaderEpoch) return
  const code = currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
  throw new Refusal(
    code,
    `the leader epoch of ${partition.topic.name}-${partition.index} is ${partition.leaderEpoch}, not ${currentLeaderEpoch}`,
  )
}

/** The endpoints of the leaders that an answer names (KIP-951), each once. */
export function endpoints(context: RequestContext, leaders: Iterable<number>) {
  const nodes = []
  for (const nodeId of new Set(leaders)) {
    const address = context.listener.address(nodeId)
    const broker = context.cluster.brokers.get(nodeId)
    if (address && broker?.running) nodes.push({ nodeId, ...address, rack: broker.rack })
  }
  return nodes
}
