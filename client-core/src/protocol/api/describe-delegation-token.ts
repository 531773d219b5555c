import { api, type Input, type Output } from '../message.js'
import { array, bytes, int16, int32, int64, nullable, since, string } from '../schema.js'

const describeDelegationToken = api(41, 'DescribeDelegationToken', { versions: [0, 3], flexible: 2 })

/** The answer to DescribeDelegationTokenRequest. */
export const DescribeDelegationTokenResponse = describeDelegationToken.response({
  errorCode: int16,
  tokens: array({
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string(since(3)),
    tokenRequesterPrincipalName: string(since(3)),
    issueTimestamp: int64,
    expiryTimestamp: int64,
    maxTimestamp: int64,
    tokenId: string,
    hmac: bytes,
    renewers: array({ principalType: string, principalName: string }),
  }),
  throttleTimeMs: int32,
})
export type DescribeDelegationTokenResponse = Output<typeof DescribeDelegationTokenResponse>

/** Lists delegation tokens by owner (KIP-48). */
export const DescribeDelegationTokenRequest = describeDelegationToken.request(DescribeDelegationTokenResponse, {
  owners: array({ principalType: string, principalName: string }, nullable()),
})
export type DescribeDelegationTokenRequest = Input<typeof DescribeDelegationTokenRequest>
