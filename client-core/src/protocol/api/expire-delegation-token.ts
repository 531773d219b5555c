import { api, type Input, type Output } from '../message.js'
import { bytes, int16, int32, int64 } from '../schema.js'

const expireDelegationToken = api(40, 'ExpireDelegationToken', { versions: [0, 2], flexible: 2 })

/** The answer to ExpireDelegationTokenRequest. */
export const ExpireDelegationTokenResponse = expireDelegationToken.response({
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
})
export type ExpireDelegationTokenResponse = Output<typeof ExpireDelegationTokenResponse>

/** Ends a delegation token, now or later (KIP-48). */
export const ExpireDelegationTokenRequest = expireDelegationToken.request(ExpireDelegationTokenResponse, {
  hmac: bytes,
  expiryTimePeriodMs: int64,
})
export type ExpireDelegationTokenRequest = Input<typeof ExpireDelegationTokenRequest>
