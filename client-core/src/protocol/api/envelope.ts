import { api, type Input, type Output } from '../message.js'
import { byDefault, bytes, int16, nullable } from '../schema.js'

const envelope = api(58, 'Envelope', { versions: [0, 0], flexible: 0 })

/** The answer to EnvelopeRequest. */
export const EnvelopeResponse = envelope.response({ responseData: bytes(nullable(), byDefault(null)), errorCode: int16 })
export type EnvelopeResponse = Output<typeof EnvelopeResponse>

/** A request that a broker forwards to the controller in its client's name (KIP-590). */
export const EnvelopeRequest = envelope.request(EnvelopeResponse, {
  requestData: bytes,
  requestPrincipal: bytes(nullable()),
  clientHostAddress: bytes,
})
export type EnvelopeRequest = Input<typeof EnvelopeRequest>
