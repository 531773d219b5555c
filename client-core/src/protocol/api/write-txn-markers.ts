import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, since, string } from '../schema.js'

const writeTxnMarkers = api(27, 'WriteTxnMarkers', { versions: [0, 2], flexible: 1 })

/** The answer to WriteTxnMarkersRequest. */
export const WriteTxnMarkersResponse = writeTxnMarkers.response({
  markers: array({ producerId: int64, topics: array({ name: string, partitions: array({ partitionIndex: int32, errorCode: int16 }) }) }),
})
export type WriteTxnMarkersResponse = Output<typeof WriteTxnMarkersResponse>

/** Writes commit or abort markers into partitions: between brokers, and to end hanging transactions (KIP-664). */
export const WriteTxnMarkersRequest = writeTxnMarkers.request(WriteTxnMarkersResponse, {
  markers: array({
    producerId: int64,
    producerEpoch: int16,
    transactionResult: bool,
    topics: array({ name: string, partitionIndexes: array(int32) }),
    coordinatorEpoch: int32,
    transactionVersion: int8(since(2), byDefault(0), ignorable),
  }),
})
export type WriteTxnMarkersRequest = Input<typeof WriteTxnMarkersRequest>
