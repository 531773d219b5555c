import { api, type Input, type Output } from '../message.js'
import { array, int16, string } from '../schema.js'

const saslHandshake = api(17, 'SaslHandshake', { versions: [0, 1] })

/** The answer to SaslHandshakeRequest. */
export const SaslHandshakeResponse = saslHandshake.response({ errorCode: int16, mechanisms: array(string) })
export type SaslHandshakeResponse = Output<typeof SaslHandshakeResponse>

/** Chooses a SASL mechanism. After v0 the tokens follow as bare frames, after v1 inside SaslAuthenticate (KIP-152). */
export const SaslHandshakeRequest = saslHandshake.request(SaslHandshakeResponse, { mechanism: string })
export type SaslHandshakeRequest = Input<typeof SaslHandshakeRequest>
