import { api, type Input, type Output } from '../message.js'
import { array, ignorable, int16, int32, string } from '../schema.js'

const offsetDelete = api(47, 'OffsetDelete', { versions: [0, 0] })

/** The answer to OffsetDeleteRequest. */
export const OffsetDeleteResponse = offsetDelete.response({
  errorCode: int16,
  throttleTimeMs: int32(ignorable),
  topics: array({ name: string, partitions: array({ partitionIndex: int32, errorCode: int16 }) }),
})
export type OffsetDeleteResponse = Output<typeof OffsetDeleteResponse>

/** Deletes a group's offsets of topics it does not consume (KIP-496). */
export const OffsetDeleteRequest = offsetDelete.request(OffsetDeleteResponse, {
  groupId: string,
  topics: array({ name: string, partitions: array({ partitionIndex: int32 }) }),
})
export type OffsetDeleteRequest = Input<typeof OffsetDeleteRequest>
