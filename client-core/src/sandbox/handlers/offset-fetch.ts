import { zeroUuid } from '../../bytes/uuid.js'
import { OffsetFetchRequest } from '../../protocol/api/offset-fetch.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Group } from '../state/group.js'
import { checkGroupAccess, checkMember, groupHere } from './group-access.js'
import { handler, type RequestContext } from './handler.js'

type Request = Output<typeof OffsetFetchRequest>
type AskedGroup = Request['groups'][number]
interface AskedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

/** A group's committed offsets; null asks for all. From v8 of several groups (KIP-709), from v9 as a member (KIP-848), from v10 by topic id. */
export const offsetFetch = handler(OffsetFetchRequest, {
  versions: [1, 10],
  legacy: [0, 10],
  handle(context, request, version) {
    if (version >= 8) return { groups: request.groups.map(group => answerGroup(context, group, version)) }
    try {
      checkGroupAccess(context, 'DESCRIBE', request.groupId)
      const group = groupHere(context, request.groupId)
      const topics = request.topics?.map(topic => ({ ...topic, topicId: zeroUuid })) ?? null
      return { topics: offsetsOf(context, group, topics, version), errorCode: 0 }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return refused(request, errnoOf(error.code), version)
    }
  },
  failure: refused,
})

/** Before v2 the top has no error: it stands at every partition. */
function refused(request: Request, code: number, version: number) {
  if (version >= 8) return { groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: code })) }
  const topics = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map(index => noOffset(index, code)),
  }))
  return { topics: version >= 2 ? [] : topics, errorCode: version >= 2 ? code : 0 }
}

const noOffset = (partitionIndex: number, errorCode = 0) => ({
  partitionIndex,
  committedOffset: -1n,
  committedLeaderEpoch: -1,
  metadata: '',
  errorCode,
})

function answerGroup(context: RequestContext, { groupId, memberId, memberEpoch, topics }: AskedGroup, version: number) {
  try {
    checkGroupAccess(context, 'DESCRIBE', groupId)
    const group = groupHere(context, groupId)
    if (memberId !== null && group && !group.isEmpty) checkMember(group, memberId, memberEpoch)
    return { groupId, topics: offsetsOf(context, group, topics, version), errorCode: 0 }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { groupId, topics: [], errorCode: errnoOf(error.code) }
  }
}

function offsetsOf({ cluster, may }: RequestContext, group: Group | undefined, asked: readonly AskedTopic[] | null, version: number) {
  if (asked === null) {
    const seen = [...(group?.offsets ?? [])].filter(([name]) => may('DESCRIBE', 'TOPIC', name))
    return seen.map(([name, partitions]) => ({
      name,
      topicId: cluster.topics.get(name)?.id ?? zeroUuid,
      partitions: [...partitions.keys()].map(index => offsetOf(group, name, index)),
    }))
  }
  return asked.map(({ name, topicId, partitionIndexes }) => {
    const known = version >= 10 ? cluster.topicsById.get(topicId)?.name : name
    const code = known === undefined ? 'UNKNOWN_TOPIC_ID' : may('DESCRIBE', 'TOPIC', known) ? undefined : 'TOPIC_AUTHORIZATION_FAILED'
    const partitions = partitionIndexes.map(index => (code ? noOffset(index, errnoOf(code)) : offsetOf(group, known ?? '', index)))
    return { name, topicId, partitions }
  })
}

/** A partition without a commit is no error: its offset is -1. */
function offsetOf(group: Group | undefined, topic: string, index: number) {
  const committed = group?.committed(topic, index)
  if (!committed) return noOffset(index)
  const { offset, leaderEpoch, metadata } = committed
  return { partitionIndex: index, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 }
}
