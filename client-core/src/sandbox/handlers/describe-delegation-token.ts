import { DescribeDelegationTokenRequest } from '../../protocol/api/describe-delegation-token.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { samePrincipal, type Token } from '../sasl/tokens.js'
import { handler } from './handler.js'
import { tokenAsker } from './token-access.js'

/** The tokens that the asker has to do with, or may look at (KIP-48): all, or those that some own or may renew. */
export const describeDelegationToken = handler(DescribeDelegationTokenRequest, {
  versions: [1, 3],
  legacy: [0, 3],
  handle(context, { owners }, version) {
    try {
      const asker = tokenAsker(context)
      const tokens = context.users.tokens.all
        .filter(
          ({ owner, renewers }) =>
            !owners || owners.some(wanted => [owner, ...renewers].some(principal => samePrincipal(wanted, principal))),
        )
        .filter(token => {
          const { id, owner, requester, renewers } = token
          const isTheirs = [owner, requester, ...renewers].some(principal => samePrincipal(principal, asker))
          return isTheirs || context.may('DESCRIBE', 'DELEGATION_TOKEN', id)
        })
      return { errorCode: 0, tokens: tokens.map(token => told(token, version)), throttleTimeMs: 0 }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { errorCode: errnoOf(error.code), tokens: [], throttleTimeMs: 0 }
    }
  },
  failure: (_, errorCode) => ({ errorCode, tokens: [], throttleTimeMs: 0 }),
})

function told({ id, owner, requester, renewers, issuedAt, expiresAt, maxAt, hmac }: Token, version: number) {
  const { principalType: tokenRequesterPrincipalType, principalName: tokenRequesterPrincipalName } = requester
  return {
    ...owner,
    ...(version >= 3 && { tokenRequesterPrincipalType, tokenRequesterPrincipalName }),
    ...{ issueTimestamp: BigInt(issuedAt), expiryTimestamp: BigInt(expiresAt), maxTimestamp: BigInt(maxAt) },
    ...{ tokenId: id, hmac, renewers },
  }
}
