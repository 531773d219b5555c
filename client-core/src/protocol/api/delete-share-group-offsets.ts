import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, string, uuid } from '../schema.js'

const deleteShareGroupOffsets = api(92, 'DeleteShareGroupOffsets', { versions: [0, 0], flexible: 0 })

/** The answer to DeleteShareGroupOffsetsRequest. */
export const DeleteShareGroupOffsetsResponse = deleteShareGroupOffsets.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  responses: array({
    topicName: string,
    topicId: uuid,
    errorCode: int16,
    errorMessage: string(nullable(), byDefault(null)),
  }),
})
export type DeleteShareGroupOffsetsResponse = Output<typeof DeleteShareGroupOffsetsResponse>

/** Deletes the offsets of a share group (KIP-932). */
export const DeleteShareGroupOffsetsRequest = deleteShareGroupOffsets.request(DeleteShareGroupOffsetsResponse, {
  groupId: string,
  topics: array({ topicName: string }),
})
export type DeleteShareGroupOffsetsRequest = Input<typeof DeleteShareGroupOffsetsRequest>
