import { randomUuid } from '../../bytes/uuid.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { describeTopic } from './config-entries.js'
import { handler, type RequestContext } from './handler.js'
import { checkNewTopic, checkRoom, mayCreate } from './new-topic.js'

type Request = Output<typeof CreateTopicsRequest>
type Asked = Request['topics'][number]

/** Each topic on its own: one that is refused does not keep the others. From v5 the answer tells what was made (KIP-525), from v7 its id. */
export const createTopics = handler(CreateTopicsRequest, {
  versions: [2, 7],
  legacy: [0, 7],
  controller: true,
  handle(context, request) {
    const topics = [...new Set(request.topics.map(topic => topic.name))].map(name => {
      const asked = request.topics.filter(topic => topic.name === name)
      return asked.length > 1 ? refused(name, 'INVALID_REQUEST', 'Duplicate topic name.') : create(context, asked[0], request.validateOnly)
    })
    return { topics }
  },
  failure: (request, code) => ({ topics: request.topics.map(({ name }) => ({ name, errorCode: code, errorMessage: null })) }),
})

function create(context: RequestContext, asked: Asked, validateOnly: boolean) {
  const { cluster, may } = context
  try {
    if (!mayCreate(context, asked.name)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.')
    const spec = checkNewTopic(cluster, asked)
    checkRoom(cluster, spec.partitions)
    const configs = describeTopic(cluster.settings, spec.configs ?? new Map()).map(
      ({ name, value, readOnly, configSource, isSensitive }) => {
        return { name, value, readOnly, configSource, isSensitive }
      },
    )
    // Kafka makes up an id also for a topic that it does not make.
    const topicId = validateOnly ? randomUuid() : cluster.createTopic(spec).id
    const made = { name: asked.name, topicId, errorCode: 0, errorMessage: null }
    if (!may('DESCRIBE_CONFIGS', 'TOPIC', asked.name))
      return { ...made, topicConfigErrorCode: errnoOf('TOPIC_AUTHORIZATION_FAILED'), numPartitions: -1, replicationFactor: -1, configs: [] }
    return {
      ...made,
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
