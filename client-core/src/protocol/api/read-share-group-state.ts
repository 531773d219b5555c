import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, int64, nullable, string, uuid } from '../schema.js'

const readShareGroupState = api(84, 'ReadShareGroupState', { versions: [0, 0], flexible: 0 })

/** The answer to ReadShareGroupStateRequest. */
export const ReadShareGroupStateResponse = readShareGroupState.response({
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
      stateEpoch: int32,
      startOffset: int64,
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    }),
  }),
})
export type ReadShareGroupStateResponse = Output<typeof ReadShareGroupStateResponse>

/** Between brokers: reads the stored state of share partitions (KIP-932). */
export const ReadShareGroupStateRequest = readShareGroupState.request(ReadShareGroupStateResponse, {
  groupId: string,
  topics: array({ topicId: uuid, partitions: array({ partition: int32, leaderEpoch: int32 }) }),
})
export type ReadShareGroupStateRequest = Input<typeof ReadShareGroupStateRequest>
