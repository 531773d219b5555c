import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, string, uuid } from '../schema.js'

const deleteShareGroupState = api(86, 'DeleteShareGroupState', { versions: [0, 0], flexible: 0 })

/** The answer to DeleteShareGroupStateRequest. */
export const DeleteShareGroupStateResponse = deleteShareGroupState.response({
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
    }),
  }),
})
export type DeleteShareGroupStateResponse = Output<typeof DeleteShareGroupStateResponse>

/** Between brokers: deletes the stored state of share partitions (KIP-932). */
export const DeleteShareGroupStateRequest = deleteShareGroupState.request(DeleteShareGroupStateResponse, {
  groupId: string,
  topics: array({ topicId: uuid, partitions: array({ partition: int32 }) }),
})
export type DeleteShareGroupStateRequest = Input<typeof DeleteShareGroupStateRequest>
