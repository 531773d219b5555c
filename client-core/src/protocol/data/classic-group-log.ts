import { data, type Input } from '../message.js'
import { array, byDefault, bytes, ignorable, int32, int64, nullable, since, string, tagged, until, uuid } from '../schema.js'

/** Of a committed offset: key versions 0 (before 0.9) and 1. */
export const OffsetCommitKey = data('OffsetCommitKey', { versions: [0, 0] }, { group: string, topic: string, partition: int32 })
export type OffsetCommitKey = Input<typeof OffsetCommitKey>

/** A committed offset. v1 alone has the time it expires at (-1: none); v3: the leader epoch; v4: the topic's id (KIP-848). */
export const OffsetCommitValue = data(
  'OffsetCommitValue',
  { versions: [0, 4], flexible: 4 },
  {
    offset: int64,
    leaderEpoch: int32(since(3), byDefault(-1), ignorable),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: int64(since(1), until(1), byDefault(-1n), ignorable),
    topicId: uuid(tagged(0, 4), ignorable),
  },
)
export type OffsetCommitValue = Input<typeof OffsetCommitValue>

/** Of a classic group: key version 2. */
export const GroupMetadataKey = data('GroupMetadataKey', { versions: [0, 0] }, { group: string })
export type GroupMetadataKey = Input<typeof GroupMetadataKey>

/**
 * A classic group after a rebalance. `subscription` and `assignment` are what the members' protocol defines: for consumers
 * `ConsumerProtocolSubscription` and `ConsumerProtocolAssignment` behind their versions. v2: when its state last changed; v3: static members (KIP-345).
 */
export const GroupMetadataValue = data(
  'GroupMetadataValue',
  { versions: [0, 4], flexible: 4 },
  {
    protocolType: string,
    generation: int32,
    protocol: string(nullable()),
    leader: string(nullable()),
    currentStateTimestamp: int64(since(2), byDefault(-1n), ignorable),
    members: array({
      memberId: string,
      groupInstanceId: string(since(3), nullable(), byDefault(null), ignorable),
      clientId: string,
      clientHost: string,
      rebalanceTimeout: int32(since(1), byDefault(-1), ignorable),
      sessionTimeout: int32,
      subscription: bytes,
      assignment: bytes,
    }),
  },
)
export type GroupMetadataValue = Input<typeof GroupMetadataValue>
