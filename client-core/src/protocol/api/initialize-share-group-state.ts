import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, int64, nullable, string, uuid } from '../schema.js'

const initializeShareGroupState = api(83, 'InitializeShareGroupState', { versions: [0, 0], flexible: 0 })

/** The answer to InitializeShareGroupStateRequest. */
export const InitializeShareGroupStateResponse = initializeShareGroupState.response({
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
    }),
  }),
})
export type InitializeShareGroupStateResponse = Output<typeof InitializeShareGroupStateResponse>

/** Between brokers: begins the stored state of share partitions (KIP-932). */
export const InitializeShareGroupStateRequest = initializeShareGroupState.request(InitializeShareGroupStateResponse, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      stateEpoch: int32,
      startOffset: int64,
    }),
  }),
})
export type InitializeShareGroupStateRequest = Input<typeof InitializeShareGroupStateRequest>
