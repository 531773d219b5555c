import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, since, string, until, uuid } from '../schema.js'

const offsetCommit = api(8, 'OffsetCommit', { versions: [0, 10], flexible: 8 })

/** The answer to OffsetCommitRequest. */
export const OffsetCommitResponse = offsetCommit.response({
  throttleTimeMs: int32(since(3), ignorable),
  topics: array({
    name: string(until(9), ignorable),
    topicId: uuid(since(10), ignorable),
    partitions: array({ partitionIndex: int32, errorCode: int16 }),
  }),
})
export type OffsetCommitResponse = Output<typeof OffsetCommitResponse>

/**
 * Stores a group's offsets. v0 stored them in ZooKeeper; v2-4 carry a retention time; v6: leader epochs (KIP-320); v7: static members
 * (KIP-345); v9: the next-generation protocol (KIP-848); v10: topics by id (KIP-848).
 */
export const OffsetCommitRequest = offsetCommit.request(OffsetCommitResponse, {
  groupId: string,
  generationIdOrMemberEpoch: int32(since(1), byDefault(-1), ignorable),
  memberId: string(since(1), ignorable),
  groupInstanceId: string(since(7), nullable(), byDefault(null)),
  retentionTimeMs: int64(since(2), until(4), byDefault(-1n), ignorable),
  topics: array({
    name: string(until(9), ignorable),
    topicId: uuid(since(10), ignorable),
    partitions: array({
      partitionIndex: int32,
      committedOffset: int64,
      commitTimestamp: int64(since(1), until(1), byDefault(-1n)),
      committedLeaderEpoch: int32(since(6), byDefault(-1), ignorable),
      committedMetadata: string(nullable()),
    }),
  }),
})
export type OffsetCommitRequest = Input<typeof OffsetCommitRequest>
