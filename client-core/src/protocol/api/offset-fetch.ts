import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, nullable, since, string, until, uuid } from '../schema.js'

const offsetFetch = api(9, 'OffsetFetch', { versions: [0, 10], flexible: 6 })

/** v0-7 answer for one group at the top, v8 and later per group. */
export const OffsetFetchResponse = offsetFetch.response({
  throttleTimeMs: int32(since(3), ignorable),
  topics: array(
    {
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32(since(5), byDefault(-1), ignorable),
        metadata: string(nullable()),
        errorCode: int16,
      }),
    },
    until(7),
  ),
  errorCode: int16(since(2), until(7), byDefault(0), ignorable),
  groups: array(
    {
      groupId: string,
      topics: array({
        name: string(until(9), ignorable),
        topicId: uuid(since(10), ignorable),
        partitions: array({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: int32(byDefault(-1), ignorable),
          metadata: string(nullable()),
          errorCode: int16,
        }),
      }),
      errorCode: int16(byDefault(0)),
    },
    since(8),
  ),
})
export type OffsetFetchResponse = Output<typeof OffsetFetchResponse>

/**
 * Reads a group's committed offsets. v2: null for all topics; v7: wait for pending transactions (KIP-447); v8: several groups at once
 * (KIP-709); v9: member epochs, v10: topics by id (KIP-848).
 */
export const OffsetFetchRequest = offsetFetch.request(OffsetFetchResponse, {
  groupId: string(until(7)),
  topics: array({ name: string, partitionIndexes: array(int32) }, until(7), nullable(2)),
  groups: array(
    {
      groupId: string,
      memberId: string(since(9), nullable(), byDefault(null), ignorable),
      memberEpoch: int32(since(9), byDefault(-1), ignorable),
      topics: array(
        {
          name: string(until(9), ignorable),
          topicId: uuid(since(10), ignorable),
          partitionIndexes: array(int32),
        },
        nullable(),
      ),
    },
    since(8),
  ),
  requireStable: bool(since(7), byDefault(false)),
})
export type OffsetFetchRequest = Input<typeof OffsetFetchRequest>
