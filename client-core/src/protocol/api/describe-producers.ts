import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, int64, nullable, string } from '../schema.js'

const describeProducers = api(61, 'DescribeProducers', { versions: [0, 0], flexible: 0 })

/** The answer to DescribeProducersRequest. */
export const DescribeProducersResponse = describeProducers.response({
  throttleTimeMs: int32,
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
      activeProducers: array({
        producerId: int64,
        producerEpoch: int32,
        lastSequence: int32(byDefault(-1)),
        lastTimestamp: int64(byDefault(-1n)),
        coordinatorEpoch: int32,
        currentTxnStartOffset: int64(byDefault(-1n)),
      }),
    }),
  }),
})
export type DescribeProducersResponse = Output<typeof DescribeProducersResponse>

/** The producers that a partition knows, and their open transactions (KIP-664). */
export const DescribeProducersRequest = describeProducers.request(DescribeProducersResponse, {
  topics: array({ name: string, partitionIndexes: array(int32) }),
})
export type DescribeProducersRequest = Input<typeof DescribeProducersRequest>
