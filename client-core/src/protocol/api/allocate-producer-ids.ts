import { api, type Input, type Output } from '../message.js'
import { byDefault, int16, int32, int64 } from '../schema.js'

const allocateProducerIds = api(67, 'AllocateProducerIds', { versions: [0, 0], flexible: 0 })

/** The answer to AllocateProducerIdsRequest. */
export const AllocateProducerIdsResponse = allocateProducerIds.response({
  throttleTimeMs: int32,
  errorCode: int16,
  producerIdStart: int64,
  producerIdLen: int32,
})
export type AllocateProducerIdsResponse = Output<typeof AllocateProducerIdsResponse>

/** A broker takes a block of producer ids from the controller (KIP-730). */
export const AllocateProducerIdsRequest = allocateProducerIds.request(AllocateProducerIdsResponse, {
  brokerId: int32,
  brokerEpoch: int64(byDefault(-1n)),
})
export type AllocateProducerIdsRequest = Input<typeof AllocateProducerIdsRequest>
