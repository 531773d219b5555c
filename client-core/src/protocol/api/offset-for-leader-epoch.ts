import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, since, string } from '../schema.js'

const offsetForLeaderEpoch = api(23, 'OffsetForLeaderEpoch', { versions: [0, 4], flexible: 4 })

/** The answer to OffsetForLeaderEpochRequest. */
export const OffsetForLeaderEpochResponse = offsetForLeaderEpoch.response({
  throttleTimeMs: int32(since(2), ignorable),
  topics: array({
    topic: string,
    partitions: array({
      errorCode: int16,
      partition: int32,
      leaderEpoch: int32(since(1), byDefault(-1), ignorable),
      endOffset: int64(byDefault(-1n)),
    }),
  }),
})
export type OffsetForLeaderEpochResponse = Output<typeof OffsetForLeaderEpochResponse>

/** Where a leader epoch ended: how a consumer finds out that the log was truncated (KIP-320). */
export const OffsetForLeaderEpochRequest = offsetForLeaderEpoch.request(OffsetForLeaderEpochResponse, {
  replicaId: int32(since(3), byDefault(-2), ignorable),
  topics: array({
    topic: string,
    partitions: array({
      partition: int32,
      currentLeaderEpoch: int32(since(2), byDefault(-1), ignorable),
      leaderEpoch: int32,
    }),
  }),
})
export type OffsetForLeaderEpochRequest = Input<typeof OffsetForLeaderEpochRequest>
