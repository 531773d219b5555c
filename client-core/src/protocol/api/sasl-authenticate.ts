import { api, type Input, type Output } from '../message.js'
import { byDefault, bytes, ignorable, int16, int64, nullable, since, string } from '../schema.js'

const saslAuthenticate = api(36, 'SaslAuthenticate', { versions: [0, 2], flexible: 2 })

/** The answer to SaslAuthenticateRequest. */
export const SaslAuthenticateResponse = saslAuthenticate.response({
  errorCode: int16,
  errorMessage: string(nullable()),
  authBytes: bytes,
  sessionLifetimeMs: int64(since(1), byDefault(0n), ignorable),
})
export type SaslAuthenticateResponse = Output<typeof SaslAuthenticateResponse>

/** One SASL token, and the broker's answer to it (KIP-152). v1: how long the login lasts (KIP-368). */
export const SaslAuthenticateRequest = saslAuthenticate.request(SaslAuthenticateResponse, { authBytes: bytes })
export type SaslAuthenticateRequest = Input<typeof SaslAuthenticateRequest>
