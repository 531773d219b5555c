import { OffsetCommitRequest } from '../../protocol/api/offset-commit.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { Group } from '../state/group.js'
import { logCommit } from '../state/offsets-topic.js'
import type { Topic } from '../state/topic.js'
import { checkCoordinator, checkGroupAccess, checkMember } from './group-access.js'
import { handler, type RequestContext } from './handler.js'
import { accessibleTopic } from './partition-access.js'

type Request = Output<typeof OffsetCommitRequest>
type TopicOffsets = Request['topics'][number]
type Committed = TopicOffsets['partitions'][number]

/** Stores a group's offsets: of its members, or of anybody while it has none. v9: members of the consumer protocol (KIP-848); v10: topics by id. */
export const offsetCommit = handler(OffsetCommitRequest, {
  versions: [2, 10],
  legacy: [0, 10],
  handle(context, request, version) {
    const group = attempt(() => admit(context, request))
    return everywhere(request, (topic, offset) => {
      if (group instanceof Refusal && group.code === 'GROUP_AUTHORIZATION_FAILED') return errnoOf(group.code)
      // What is wrong with a partition comes before what is wrong with the group.
      const outcome = attempt(() => check(context, topic, offset, version))
      if (outcome instanceof Refusal) return errnoOf(outcome.code)
      if (group instanceof Refusal) return errnoOf(group.code)
      return store(context, group, outcome, offset)
    })
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

/** Who may commit; a group begins with its first commit. The empty group id is a name like any other here, for consumers older than groups. */
function admit(context: RequestContext, { groupId, memberId, generationIdOrMemberEpoch }: Request): Group {
  checkGroupAccess(context, 'READ', groupId)
  checkCoordinator(context, groupId)
  const { groups } = context.cluster
  const simple = generationIdOrMemberEpoch < 0 && memberId === ''
  let group = groups.get(groupId)
  if (!group && !simple) throw new Refusal('ILLEGAL_GENERATION', `there is no group ${groupId}`)
  if (!group) groups.set(groupId, (group = new Group(groupId, 'classic')))
  if (!(simple && group.isEmpty)) checkMember(group, memberId, generationIdOrMemberEpoch)
  return group
}

function check(context: RequestContext, asked: TopicOffsets, { partitionIndex }: Committed, version: number): Topic {
  const topic = accessibleTopic(context, 'READ', asked, version >= 10)
  if (!topic.partitions[partitionIndex]) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `${topic.name} has no partition ${partitionIndex}`)
  return topic
}

function store({ cluster }: RequestContext, group: Group, topic: Topic, asked: Committed): number {
  const metadata = asked.committedMetadata ?? ''
  if (metadata.length > cluster.settings.numberOfBroker('offset.metadata.max.bytes')) return errnoOf('OFFSET_METADATA_TOO_LARGE')
  const { committedOffset: offset, committedLeaderEpoch: leaderEpoch, partitionIndex } = asked
  const committed = { offset, leaderEpoch, metadata, committedAtMs: cluster.clock.now() }
  group.commit(topic.name, partitionIndex, committed)
  logCommit(cluster, group.id, topic.name, partitionIndex, committed)
  return 0
}

function attempt<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
