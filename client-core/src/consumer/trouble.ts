/**
 * What an answer without records means for a position: errors, and replicas to read from instead. Loaded with the first such answer; it imports
 * types alone, since what it shared with the rest would have to be loaded in pieces.
 */
import type { KafkaError } from '../protocol/errors.js'
import type { Cursor } from './cursor.js'
import type { AnsweredPartition } from './process.js'
import type { SourceOwner } from './source.js'

/** An unknown topic id is met a few times before it is called what it is: a topic that was created anew. */
const unknownTopicIdTries = 5

/** Errors that are about a replica's place in time: it will catch up. */
const behind = new Set(['UNKNOWN_LEADER_EPOCH', 'OFFSET_NOT_AVAILABLE'])
/** Errors that go away when all brokers have heard of the topic, which takes its time. */
const unknownTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])

/** Moves the cursor on; returns what a poll should show. `error` is the answer's. */
export function meet(
  owner: SourceOwner,
  nodeId: number,
  cursor: Cursor,
  answer: AnsweredPartition,
  error: KafkaError | undefined,
): Error | undefined {
  if (!error) {
    prefer(owner, nodeId, cursor, answer.preferredReadReplica)
    return undefined
  }
  const { code, retriable } = error
  const isFollower = cursor.preferredReplica === nodeId
  if (code === 'OFFSET_OUT_OF_RANGE') {
    if (!isFollower) return outOfRange(owner, cursor, error)
    followerOutOfRange(owner, cursor, answer)
    return undefined
  }
  if (isFollower && !behind.has(code)) cursor.preferredReplica = -1
  const { leaderId, leaderEpoch } = answer.currentLeader
  const isHinted = leaderId >= 0 && owner.cluster.metadata.hint(cursor.topic, cursor.partition, leaderId, leaderEpoch)
  if (!isHinted && unknownTopic.has(code)) owner.cluster.refreshSoon()
  else if (!isHinted) owner.cluster.refreshUrgently()
  if (code === 'UNKNOWN_TOPIC_ID' && ++cursor.unknownTopicIds > unknownTopicIdTries) {
    cursor.state = 'stopped'
    return error
  }
  // What a follower refuses for good, the leader may have.
  if (retriable || isFollower) return owner.options.keepRetryableFetchErrors ? error : undefined
  return error
}

/**
 * KIP-392: the leader names a replica that is nearer to us. One that we do not know of yet is taken when metadata has it. It is the leader's to say:
 * replicas that name each other would send us in circles.
 */
function prefer({ cluster }: SourceOwner, nodeId: number, cursor: Cursor, replica: number): void {
  if (cursor.preferredReplica >= 0) cursor.preferredReplica = -1
  else if (!cluster.brokers.byId(replica)) cluster.refreshUrgently()
  else if (replica !== nodeId) {
    cursor.preferredReplica = replica
    cursor.preferredAt = cluster.clock.now()
  }
}

/**
 * Below the log's start the reader goes on at the start, since nothing is skipped but what is gone. Beyond its end the log was truncated: it goes on
 * at the time of what it read last, or where `resetOffset` says when it read nothing.
 */
function outOfRange(owner: SourceOwner, cursor: Cursor, error: Error): Error | undefined {
  if (cursor.wanted.isNoReset || owner.options.resetOffset.isNoReset) {
    cursor.state = 'stopped'
    return error
  }
  owner.reset(cursor)
  return undefined
}

/**
 * A follower's log may begin later or end earlier than the leader's. What is below its start, or cannot be told (brokers leave the start out), is
 * read from the leader; beyond its end the leader says whether the log was truncated, and otherwise the follower is given time.
 */
function followerOutOfRange(owner: SourceOwner, cursor: Cursor, { logStartOffset }: AnsweredPartition): void {
  if (logStartOffset < 0n || cursor.offset < logStartOffset || cursor.lastEpoch < 0) cursor.preferredReplica = -1
  else owner.validate(cursor)
}
