import { api, type Input, type Output } from '../message.js'
import { int16, int32, nullable, string } from '../schema.js'

const unregisterBroker = api(64, 'UnregisterBroker', { versions: [0, 0], flexible: 0 })

/** The answer to UnregisterBrokerRequest. */
export const UnregisterBrokerResponse = unregisterBroker.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
})
export type UnregisterBrokerResponse = Output<typeof UnregisterBrokerResponse>

/** Removes a broker that is gone for good (KIP-500). */
export const UnregisterBrokerRequest = unregisterBroker.request(UnregisterBrokerResponse, { brokerId: int32 })
export type UnregisterBrokerRequest = Input<typeof UnregisterBrokerRequest>
