import { api, type Input, type Output } from '../message.js'
import { array, int16, int32, int64, string } from '../schema.js'

const deleteRecords = api(21, 'DeleteRecords', { versions: [0, 2], flexible: 2 })

/** The answer to DeleteRecordsRequest. */
export const DeleteRecordsResponse = deleteRecords.response({
  throttleTimeMs: int32,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      lowWatermark: int64,
      errorCode: int16,
    }),
  }),
})
export type DeleteRecordsResponse = Output<typeof DeleteRecordsResponse>

/** Moves the start of partitions forward; -1 is the high watermark (KIP-107). */
export const DeleteRecordsRequest = deleteRecords.request(DeleteRecordsResponse, {
  topics: array({ name: string, partitions: array({ partitionIndex: int32, offset: int64 }) }),
  timeoutMs: int32,
})
export type DeleteRecordsRequest = Input<typeof DeleteRecordsRequest>
