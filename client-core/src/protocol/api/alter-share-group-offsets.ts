import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, int64, nullable, string, uuid } from '../schema.js'

const alterShareGroupOffsets = api(91, 'AlterShareGroupOffsets', { versions: [0, 0], flexible: 0 })

/** The answer to AlterShareGroupOffsetsRequest. */
export const AlterShareGroupOffsetsResponse = alterShareGroupOffsets.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  responses: array({
    topicName: string,
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
    }),
  }),
})
export type AlterShareGroupOffsetsResponse = Output<typeof AlterShareGroupOffsetsResponse>

/** Sets start offsets of a share group (KIP-932). */
export const AlterShareGroupOffsetsRequest = alterShareGroupOffsets.request(AlterShareGroupOffsetsResponse, {
  groupId: string,
  topics: array({ topicName: string, partitions: array({ partitionIndex: int32, startOffset: int64 }) }),
})
export type AlterShareGroupOffsetsRequest = Input<typeof AlterShareGroupOffsetsRequest>
