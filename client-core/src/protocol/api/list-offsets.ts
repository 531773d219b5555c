import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, int64, since, string, until } from '../schema.js'

const listOffsets = api(2, 'ListOffsets', { versions: [0, 11], flexible: 6 })

/** One offset and its timestamp per partition; v0 a list instead. */
export const ListOffsetsResponse = listOffsets.response({
  throttleTimeMs: int32(since(2), ignorable),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      oldStyleOffsets: array(int64, until(0)),
      timestamp: int64(since(1), byDefault(-1n)),
      offset: int64(since(1), byDefault(-1n)),
      leaderEpoch: int32(since(4), byDefault(-1)),
    }),
  }),
})
export type ListOffsetsResponse = Output<typeof ListOffsetsResponse>

/**
 * Finds offsets by time: -1 the end, -2 the start, -3 the largest timestamp (v7, KIP-734), -4 the local start (v8, KIP-405), -5 the end
 * in remote storage (v9, KIP-1005), -6 the first not yet uploaded (v11, KIP-1023). v2: isolation level (KIP-98); v4: leader epochs
 * (KIP-320); v10: a time limit for remote storage (KIP-1075). v0 asks for several offsets at once and answers with segment borders.
 */
export const ListOffsetsRequest = listOffsets.request(ListOffsetsResponse, {
  replicaId: int32,
  isolationLevel: int8(since(2)),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      currentLeaderEpoch: int32(since(4), byDefault(-1), ignorable),
      timestamp: int64,
      maxNumOffsets: int32(until(0), byDefault(1)),
    }),
  }),
  timeoutMs: int32(since(10), ignorable),
})
export type ListOffsetsRequest = Input<typeof ListOffsetsRequest>
