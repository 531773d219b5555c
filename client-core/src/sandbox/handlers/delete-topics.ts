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
  handle: (context, request, version) => ({ responses: asked(request, version).map(topic => remove(context, topic)) }),
  failure: (request, code, version) => ({ responses: asked(request, version).map(topic => ({ ...topic, errorCode: code })) }),
})

const asked = (request: Request, version: number): readonly Asked[] =>
  version >= 6 ? request.topics : request.topicNames.map(name => ({ name, topicId: zeroUuid }))

function remove({ cluster }: RequestContext, { name, topicId }: Asked) {
  const byId = name === null
  const topic = byId ? cluster.topicsById.get(topicId) : cluster.topics.get(name)
  if (!topic) {
    const errorMessage = byId ? 'This server does not host this topic ID.' : 'This server does not host this topic-partition.'
    return { name, topicId, errorCode: errnoOf(byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'), errorMessage }
  }
  cluster.deleteTopic(topic)
  return { name: topic.name, topicId: topic.id, errorCode: 0, errorMessage: null }
}
