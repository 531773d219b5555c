import { randomUuid } from '../../bytes/uuid.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import { describeTopic } from './config-entries.js'
import { handler } from './handler.js'
import { checkNewTopic, checkRoom } from './new-topic.js'

type Request = Output<typeof CreateTopicsRequest>
type Asked = Request['topics'][number]

/** Each topic on its own: one that is refused does not keep the others. From v5 the answer tells what was made (KIP-525), from v7 its id. */
export const createTopics = handler(CreateTopicsRequest, {
  versions: [2, 7],
  handle({ cluster }, request) {
    const topics = [...new Set(request.topics.map(topic => topic.name))].map(name => {
      const asked = request.topics.filter(topic => topic.name === name)
      return asked.length > 1 ? refused(name, 'INVALID_REQUEST', 'Duplicate topic name.') : create(cluster, asked[0], request.validateOnly)
    })
    return { topics }
  },
  failure: (request, code) => ({ topics: request.topics.map(({ name }) => ({ name, errorCode: code, errorMessage: null })) }),
})

function create(cluster: Cluster, asked: Asked, validateOnly: boolean) {
  try {
    const spec = checkNewTopic(cluster, asked)
    checkRoom(cluster, spec.partitions)
    const configs = describeTopic(cluster.settings, spec.configs ?? new Map()).map(
      ({ name, value, readOnly, configSource, isSensitive }) => {
        return { name, value, readOnly, configSource, isSensitive }
      },
    )
    // Kafka makes up an id also for a topic that it does not make.
    const topicId = validateOnly ? randomUuid() : cluster.createTopic(spec).id
    return {
      name: asked.name,
      topicId,
      errorCode: 0,
      errorMessage: null,
      numPartitions: spec.partitions,
      replicationFactor: spec.replicationFactor,
      configs,
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refused(asked.name, error.code, error.message)
  }
}

const refused = (name: string, code: KafkaErrorCode, errorMessage: string) => ({
  name,
  errorCode: errnoOf(code),
  errorMessage,
  configs: [],
})
