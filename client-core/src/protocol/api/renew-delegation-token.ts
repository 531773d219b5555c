import { api, type Input, type Output } from '../message.js'
import { bytes, int16, int32, int64 } from '../schema.js'

const renewDelegationToken = api(39, 'RenewDelegationToken', { versions: [0, 2], flexible: 2 })

/** The answer to RenewDelegationTokenRequest. */
export const RenewDelegationTokenResponse = renewDelegationToken.response({
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
})
export type RenewDelegationTokenResponse = Output<typeof RenewDelegationTokenResponse>

/** Extends a delegation token's life (KIP-48). */
export const RenewDelegationTokenRequest = renewDelegationToken.request(RenewDelegationTokenResponse, { hmac: bytes, renewPeriodMs: int64 })
export type RenewDelegationTokenRequest = Input<typeof RenewDelegationTokenRequest>
