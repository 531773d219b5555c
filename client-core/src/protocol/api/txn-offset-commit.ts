import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, since, string, until, uuid } from '../schema.js'

const txnOffsetCommit = api(28, 'TxnOffsetCommit', { versions: [0, 6], flexible: 3 })

/** The answer to TxnOffsetCommitRequest. */
export const TxnOffsetCommitResponse = txnOffsetCommit.response({
  throttleTimeMs: int32,
  topics: array({
    name: string(until(5), ignorable),
    topicId: uuid(since(6), ignorable),
    partitions: array({ partitionIndex: int32, errorCode: int16 }),
  }),
})
export type TxnOffsetCommitResponse = Output<typeof TxnOffsetCommitResponse>

/**
 * Commits a group's offsets inside a transaction (KIP-98). v3: member and generation are checked (KIP-447); v5: adds the group to the
 * transaction itself (KIP-890); v6: topics by id (KIP-1319).
 */
export const TxnOffsetCommitRequest = txnOffsetCommit.request(TxnOffsetCommitResponse, {
  transactionalId: string,
  groupId: string,
  producerId: int64,
  producerEpoch: int16,
  generationIdOrMemberEpoch: int32(since(3), byDefault(-1)),
  memberId: string(since(3), byDefault('')),
  groupInstanceId: string(since(3), nullable(), byDefault(null)),
  topics: array({
    name: string(until(5), ignorable),
    topicId: uuid(since(6), ignorable),
    partitions: array({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: int32(since(2), byDefault(-1), ignorable),
      committedMetadata: string(nullable()),
    }),
  }),
})
export type TxnOffsetCommitRequest = Input<typeof TxnOffsetCommitRequest>
