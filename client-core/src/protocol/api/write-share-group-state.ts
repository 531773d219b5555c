import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, int64, nullable, since, string, uuid } from '../schema.js'

const writeShareGroupState = api(85, 'WriteShareGroupState', { versions: [0, 1], flexible: 0 })

/** The answer to WriteShareGroupStateRequest. */
export const WriteShareGroupStateResponse = writeShareGroupState.response({
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
    }),
  }),
})
export type WriteShareGroupStateResponse = Output<typeof WriteShareGroupStateResponse>

/** Between brokers: writes the stored state of share partitions (KIP-932). */
export const WriteShareGroupStateRequest = writeShareGroupState.request(WriteShareGroupStateResponse, {
  groupId: string,
  topics: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32(since(1), byDefault(-1), ignorable),
      stateBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    }),
  }),
})
export type WriteShareGroupStateRequest = Input<typeof WriteShareGroupStateRequest>
