import { OffsetCommitRequest } from '../../protocol/api/offset-commit.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { Group } from '../state/group.js'
import { logCommit } from '../state/offsets-topic.js'
import { checkCoordinator, checkMember } from './group-access.js'
import { handler, type RequestContext } from './handler.js'
import { findTopic } from './partition-access.js'

type Request = Output<typeof OffsetCommitRequest>
type TopicOffsets = Request['topics'][number]
type Committed = TopicOffsets['partitions'][number]

/** Stores a group's offsets: of its members, or of anybody while it has none. v9: members of the consumer protocol (KIP-848); v10: topics by id. */
export const offsetCommit = handler(OffsetCommitRequest, {
  versions: [2, 10],
  handle(context, request, version) {
    try {
      const group = admit(context, request)
      return everywhere(request, (topic, offset) => commitOne(context, group, topic, offset, version))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const code = errnoOf(error.code)
      return everywhere(request, () => code)
    }
  },
  failure: (request, code) => everywhere(request, () => code),
})

function everywhere(request: Request, codeOf: (topic: TopicOffsets, offset: Committed) => number) {
  return {
    topics: request.topics.map(topic => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map(offset => ({ partitionIndex: offset.partitionIndex, errorCode: codeOf(topic, offset) })),
    })),
  }
}

/** Who may commit; a group begins with its first commit. */
function admit(context: RequestContext, { groupId, memberId, generationIdOrMemberEpoch }: Request): Group {
  if (groupId === '') throw new Refusal('INVALID_GROUP_ID', 'the group id is empty')
  checkCoordinator(context, groupId)
  const { groups } = context.cluster
  const simple = generationIdOrMemberEpoch < 0 && memberId === ''
  let group = groups.get(groupId)
  if (!group && !simple) throw new Refusal('ILLEGAL_GENERATION', `there is no group ${groupId}`)
  if (!group) groups.set(groupId, (group = new Group(groupId, 'classic')))
  if (!(simple && group.isEmpty)) checkMember(group, memberId, generationIdOrMemberEpoch)
  return group
}

function commitOne(context: RequestContext, group: Group, asked: TopicOffsets, offset: Committed, version: number): number {
  try {
    const topic = findTopic(context, asked, version >= 10)
    if (!topic.partitions[offset.partitionIndex])
      throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `${topic.name} has no partition ${offset.partitionIndex}`)
    const metadata = offset.committedMetadata ?? ''
    if (metadata.length > context.cluster.settings.numberOfBroker('offset.metadata.max.bytes')) {
      throw new Refusal('OFFSET_METADATA_TOO_LARGE', `the metadata has ${metadata.length} characters`)
    }
    const committedAtMs = context.cluster.clock.now()
    const committed = { offset: offset.committedOffset, leaderEpoch: offset.committedLeaderEpoch, metadata, committedAtMs }
    group.commit(topic.name, offset.partitionIndex, committed)
    logCommit(context.cluster, group.id, topic.name, offset.partitionIndex, committed)
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return errnoOf(error.code)
  }
}
