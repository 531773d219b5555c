import type { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { CLUSTER } from '../state/acls.js'
import type { Cluster, NewTopic } from '../state/cluster.js'
import { configProblem } from '../state/config.js'
import { topicConfigKeys } from '../state/topic-configs.js'
import { collides, topicNameProblem } from '../state/topic-names.js'
import type { RequestContext } from './handler.js'

type Asked = Output<typeof CreateTopicsRequest>['topics'][number]

/** KRaft refuses requests that make more than this at once. */
const MAX_PARTITIONS = 10_000

/** @throws Refusal when the request, or the cluster with it, would have too many partitions. */
export function checkRoom(cluster: Cluster, partitions: number): void {
  if (partitions <= MAX_PARTITIONS && cluster.hasRoomFor(partitions)) return
  throw new Refusal('POLICY_VIOLATION', `Excessively large number of partitions per request: at most ${MAX_PARTITIONS} are allowed.`)
}

/** Topics may be made by who may make any, or this one. */
export function mayCreate({ may }: RequestContext, topic: string): boolean {
  return may('CREATE', 'CLUSTER', CLUSTER) || may('CREATE', 'TOPIC', topic)
}

/** The topic that a CreateTopics asks for, with the broker's defaults filled in (KIP-464: -1). */
export function checkNewTopic(cluster: Cluster, asked: Asked): NewTopic {
  const problem = topicNameProblem(asked.name)
  if (problem) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
  if (cluster.topics.has(asked.name)) throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${asked.name}' already exists.`)
  const twin = collides(asked.name, cluster.topics.keys())
  if (twin !== undefined) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic '${asked.name}' collides with existing topic: ${twin}`)
  const placement = asked.assignments.length > 0 ? byAssignment(cluster, asked) : byCount(cluster, asked)
  return { name: asked.name, ...placement, configs: checkConfigs(asked) }
}

function byCount(cluster: Cluster, { numPartitions, replicationFactor }: Asked) {
  const partitions = numPartitions === -1 ? cluster.settings.numberOfBroker('num.partitions') : numPartitions
  const factor = replicationFactor === -1 ? cluster.settings.numberOfBroker('default.replication.factor') : replicationFactor
  if (partitions < 1) throw new Refusal('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  if (factor < 1)
    throw new Refusal('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.')
  const { length } = cluster.running
  if (factor > length) {
    throw new Refusal(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only ${length} broker(s) are registered.`,
    )
  }
  return { partitions, replicationFactor: factor }
}

/** Replicas chosen by the client: partitions from 0 without a hole, all with as many replicas. */
function byAssignment(cluster: Cluster, { assignments, numPartitions, replicationFactor }: Asked) {
  if (replicationFactor !== -1) {
    throw new Refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but replication factor was not set to -1.')
  }
  if (numPartitions !== -1) {
    throw new Refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.')
  }
  const replicas: (readonly number[])[] = []
  for (const { partitionIndex, brokerIds } of [...assignments].sort((a, b) => a.partitionIndex - b.partitionIndex)) {
    if (partitionIndex !== replicas.length) {
      throw new Refusal('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
    }
    checkReplicas(cluster, brokerIds, replicas[0]?.length)
    replicas.push(brokerIds)
  }
  return { partitions: replicas.length, replicationFactor: replicas[0].length, replicas }
}

/** The brokers of one partition: known, no one twice, as many as of the others. */
export function checkReplicas(cluster: Cluster, ids: readonly number[], factor: number | undefined): void {
  const refuse = (why: string) => {
    throw new Refusal('INVALID_REPLICA_ASSIGNMENT', why)
  }
  if (ids.length === 0) refuse('The manual partition assignment includes an empty replica list.')
  if (new Set(ids).size !== ids.length) refuse(`The manual partition assignment includes a broker more than once: ${ids}.`)
  const stranger = ids.find(id => !cluster.brokers.has(id))
  if (stranger !== undefined) refuse(`The manual partition assignment includes broker ${stranger}, but no such broker is registered.`)
  if (factor !== undefined && ids.length !== factor)
    refuse(
      `The manual partition assignment includes a partition with ${ids.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`,
    )
}

function checkConfigs({ configs }: Asked): ReadonlyMap<string, string> {
  const checked = new Map<string, string>()
  for (const { name, value } of configs) {
    const key = topicConfigKeys.get(name)
    const problem = key ? configProblem(key, value) : `Unknown topic config name: ${name}`
    if (problem) throw new Refusal('INVALID_CONFIG', problem)
    if (value !== null) checked.set(name, value)
  }
  return checked
}
