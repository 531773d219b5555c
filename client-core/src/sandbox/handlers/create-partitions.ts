import { CreatePartitionsRequest } from '../../protocol/api/create-partitions.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import { handler } from './handler.js'
import { checkReplicas, checkRoom } from './new-topic.js'

type Asked = Output<typeof CreatePartitionsRequest>['topics'][number]

/** Adds partitions to topics (KIP-195). */
export const createPartitions = handler(CreatePartitionsRequest, {
  versions: [0, 3],
  controller: true,
  handle({ cluster, may }, request) {
    const results = request.topics.map(topic => {
      if (!may('ALTER', 'TOPIC', topic.name)) return refused(topic.name, new Refusal('TOPIC_AUTHORIZATION_FAILED', ''))
      const twice = request.topics.filter(other => other.name === topic.name).length > 1
      return twice
        ? refused(topic.name, new Refusal('INVALID_REQUEST', 'Duplicate topic name.'))
        : grow(cluster, topic, request.validateOnly)
    })
    return { throttleTimeMs: 0, results }
  },
  failure: (request, code) => ({ throttleTimeMs: 0, results: request.topics.map(({ name }) => ({ name, errorCode: code })) }),
})

function grow(cluster: Cluster, { name, count, assignments }: Asked, validateOnly: boolean) {
  try {
    const topic = cluster.topics.get(name)
    if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', '')
    const now = topic.partitions.length
    if (count === now) throw new Refusal('INVALID_PARTITIONS', `Topic already has ${now} partition(s).`)
    if (count < now)
      throw new Refusal('INVALID_PARTITIONS', `The topic ${name} currently has ${now} partition(s); ${count} would not be an increase.`)
    checkRoom(cluster, count - now)
    if (assignments && assignments.length !== count - now) {
      const more = `Attempted to add ${count - now} additional partition(s), but only ${assignments.length} assignment(s) were specified.`
      throw new Refusal('INVALID_REPLICA_ASSIGNMENT', more)
    }
    for (const { brokerIds } of assignments ?? []) checkReplicas(cluster, brokerIds, topic.replicationFactor)
    if (!validateOnly)
      cluster.addPartitions(
        topic,
        count - now,
        assignments?.map(({ brokerIds }) => brokerIds),
      )
    return { name, errorCode: 0 }
  } catch (error) {
    return refused(name, error)
  }
}

function refused(name: string, error: unknown) {
  if (!(error instanceof Refusal)) throw error
  return { name, errorCode: errnoOf(error.code), errorMessage: error.message || null }
}
