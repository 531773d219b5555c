import { api, type Input, type Output } from '../message.js'
import { array, bytes, int16, int32, int64, nullable, since, string } from '../schema.js'

const createDelegationToken = api(38, 'CreateDelegationToken', { versions: [0, 3], flexible: 2 })

/** The answer to CreateDelegationTokenRequest. */
export const CreateDelegationTokenResponse = createDelegationToken.response({
  errorCode: int16,
  principalType: string,
  principalName: string,
  tokenRequesterPrincipalType: string(since(3)),
  tokenRequesterPrincipalName: string(since(3)),
  issueTimestampMs: int64,
  expiryTimestampMs: int64,
  maxTimestampMs: int64,
  tokenId: string,
  hmac: bytes,
  throttleTimeMs: int32,
})
export type CreateDelegationTokenResponse = Output<typeof CreateDelegationTokenResponse>

/** Makes a delegation token (KIP-48). v3: on behalf of another owner (KIP-373). */
export const CreateDelegationTokenRequest = createDelegationToken.request(CreateDelegationTokenResponse, {
  ownerPrincipalType: string(since(3), nullable()),
  ownerPrincipalName: string(since(3), nullable()),
  renewers: array({ principalType: string, principalName: string }),
  maxLifetimeMs: int64,
})
export type CreateDelegationTokenRequest = Input<typeof CreateDelegationTokenRequest>
