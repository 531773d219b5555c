import { ElectLeadersRequest } from '../../protocol/api/elect-leaders.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import { catchUp, electUnclean } from '../state/leadership.js'
import type { Partition } from '../state/partition.js'
import { handler, wordsFor } from './handler.js'

const PREFERRED = 0
const UNCLEAN = 1

/** Elects the preferred leader, or from v1 any that runs where there is none (KIP-183, KIP-460). Asked for all, it tells only of those that needed one. */
export const electLeaders = handler(ElectLeadersRequest, {
  versions: [0, 2],
  controller: true,
  needs: 'ALTER',
  handle({ cluster }, { topicPartitions, electionType }, version) {
    const type = version === 0 ? PREFERRED : electionType
    if (type !== PREFERRED && type !== UNCLEAN) return failure(topicPartitions ?? [], errnoOf('INVALID_REQUEST'), version)
    const asked =
      topicPartitions ??
      [...cluster.topics.values()].map(({ name, partitions }) => ({ topic: name, partitions: partitions.map(p => p.index) }))
    const replicaElectionResults = asked
      .map(({ topic, partitions }) => ({ topic, partitionResult: partitions.map(index => elect(cluster, topic, index, type)) }))
      .map(({ topic, partitionResult }) => ({ topic, partitionResult: partitionResult.filter(told(topicPartitions === null)) }))
    return { throttleTimeMs: 0, errorCode: 0, replicaElectionResults }
  },
  failure: ({ topicPartitions }, errorCode, version) => failure(topicPartitions ?? [], errorCode, version),
})

function failure(asked: readonly { topic: string; partitions: readonly number[] }[], errorCode: number, version: number) {
  const replicaElectionResults = asked.map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage: wordsFor(errorCode) })),
  }))
  return { throttleTimeMs: 0, ...(version >= 1 && { errorCode }), replicaElectionResults }
}

const told = (all: boolean) => (result: { errorCode: number }) => !all || result.errorCode !== errnoOf('ELECTION_NOT_NEEDED')

function elect(cluster: Cluster, topic: string, partitionId: number, type: number) {
  try {
    if (!cluster.topics.has(topic)) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${topic}`)
    const partition = cluster.partition(topic, partitionId)
    if (!partition) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${topic}-${partitionId}`)
    if (type === PREFERRED) electPreferred(cluster, partition)
    else if (partition.leader !== -1) throw new Refusal('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.')
    else if (!electUnclean(cluster, partition)) throw new Refusal('ELIGIBLE_LEADERS_NOT_AVAILABLE', 'No eligible leader is available.')
    return { partitionId, errorCode: 0, errorMessage: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { partitionId, errorCode: errnoOf(error.code), errorMessage: error.message }
  }
}

function electPreferred(cluster: Cluster, partition: Partition): void {
  const preferred = partition.replicas[0]
  if (partition.leader === preferred) throw new Refusal('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.')
  if (!partition.isr.includes(preferred) || !cluster.brokers.get(preferred)?.running)
    throw new Refusal('PREFERRED_LEADER_NOT_AVAILABLE', 'The preferred leader was not available.')
  partition.lead(preferred)
  catchUp(cluster, partition)
}
