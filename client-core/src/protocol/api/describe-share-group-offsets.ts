import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, since, string, uuid } from '../schema.js'

const describeShareGroupOffsets = api(90, 'DescribeShareGroupOffsets', { versions: [0, 1], flexible: 0 })

/** The answer to DescribeShareGroupOffsetsRequest. */
export const DescribeShareGroupOffsetsResponse = describeShareGroupOffsets.response({
  throttleTimeMs: int32,
  groups: array({
    groupId: string,
    topics: array({
      topicName: string,
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        startOffset: int64,
        leaderEpoch: int32,
        lag: int64(since(1), byDefault(-1n), ignorable),
        errorCode: int16,
        errorMessage: string(nullable(), byDefault(null)),
      }),
    }),
    errorCode: int16,
    errorMessage: string(nullable(), byDefault(null)),
  }),
})
export type DescribeShareGroupOffsetsResponse = Output<typeof DescribeShareGroupOffsetsResponse>

/** Start offsets of share groups (KIP-932). */
export const DescribeShareGroupOffsetsRequest = describeShareGroupOffsets.request(DescribeShareGroupOffsetsResponse, {
  groups: array({ groupId: string, topics: array({ topicName: string, partitions: array(int32) }, nullable()) }),
})
export type DescribeShareGroupOffsetsRequest = Input<typeof DescribeShareGroupOffsetsRequest>
