import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, since, string, uuid } from '../schema.js'

const readShareGroupStateSummary = api(87, 'ReadShareGroupStateSummary', { versions: [0, 1], flexible: 0 })

/** The answer to ReadShareGroupStateSummaryRequest. */
export const ReadShareGroupStateSummaryResponse = readShareGroupStateSummary.response({
  results: array({
    topicId: uuid,
    partitions: array({
      partition: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32(since(1), byDefault(-1), ignorable),
    }),
  }),
})
export type ReadShareGroupStateSummaryResponse = Output<typeof ReadShareGroupStateSummaryResponse>

/** Between brokers: reads where share partitions stand (KIP-932). */
export const ReadShareGroupStateSummaryRequest = readShareGroupStateSummary.request(ReadShareGroupStateSummaryResponse, {
  groupId: string,
  topics: array({ topicId: uuid, partitions: array({ partition: int32, leaderEpoch: int32 }) }),
})
export type ReadShareGroupStateSummaryRequest = Input<typeof ReadShareGroupStateSummaryRequest>
