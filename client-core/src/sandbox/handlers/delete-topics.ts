import { zeroUuid } from '../../bytes/uuid.js'
import { DeleteTopicsRequest } from '../../protocol/api/delete-topics.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { handler, type RequestContext } from './handler.js'

type Request = Output<typeof DeleteTopicsRequest>
interface Asked {
  readonly name: string | null
  readonly topicId: string
}

/** By name; from v6 by name or id (KIP-516). */
export const deleteTopics = handler(DeleteTopicsRequest, {
  versions: [1, 6],
  legacy: [0, 6],
  controller: true,
  handle: (context, request, version) => ({ responses: asked(request, version).map(topic => remove(context, topic)) }),
  failure: (request, code, version) => ({ responses: asked(request, version).map(topic => ({ ...topic, errorCode: code })) }),
})

const asked = (request: Request, version: number): readonly Asked[] =>
  version >= 6 ? request.topics : request.topicNames.map(name => ({ name, topicId: zeroUuid }))

function remove({ cluster, may }: RequestContext, { name, topicId }: Asked) {
  const byId = name === null
  const topic = byId ? cluster.topicsById.get(topicId) : cluster.topics.get(name)
  const known = topic?.name ?? name
  const denied = { topicId, errorCode: errnoOf('TOPIC_AUTHORIZATION_FAILED'), errorMessage: 'Topic authorization failed.' }
  if (known !== null && !may('DESCRIBE', 'TOPIC', known)) return { ...denied, name }
  if (known !== null && !may('DELETE', 'TOPIC', known)) return { ...denied, name: known }
  if (!topic) {
    const errorMessage = byId ? 'This server does not host this topic ID.' : 'This server does not host this topic-partition.'
    return { name, topicId, errorCode: errnoOf(byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'), errorMessage }
  }
  cluster.deleteTopic(topic)
  return { name: topic.name, topicId: topic.id, errorCode: 0, errorMessage: null }
}
