import { CreateDelegationTokenRequest } from '../../protocol/api/create-delegation-token.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { principalOf, samePrincipal } from '../sasl/tokens.js'
import { handler } from './handler.js'
import { tokenAsker } from './token-access.js'

/** A delegation token for the asker (KIP-48), or from v3 for another owner (KIP-373). */
export const createDelegationToken = handler(CreateDelegationTokenRequest, {
  versions: [1, 3],
  legacy: [0, 3],
  async handle(context, request, version) {
    const { users, may, principal } = context
    const { ownerPrincipalType, ownerPrincipalName, renewers, maxLifetimeMs } = request
    const asker = principalOf(principal)
    const owner = ownerPrincipalName ? { principalType: ownerPrincipalType ?? '', principalName: ownerPrincipalName } : asker
    try {
      const requester = tokenAsker(context)
      const wrong = [owner, ...renewers].find(({ principalType }) => principalType !== 'User')
      if (wrong) throw new Refusal('INVALID_PRINCIPAL_TYPE', '')
      if (!samePrincipal(owner, requester) && !may('CREATE_TOKENS', 'USER', `${owner.principalType}:${owner.principalName}`))
        throw new Refusal('DELEGATION_TOKEN_AUTHORIZATION_FAILED', '')
      const { id, hmac, issuedAt, expiresAt, maxAt } = await users.tokens.create(owner, requester, renewers, maxLifetimeMs)
      return {
        errorCode: 0,
        ...owner,
        ...(version >= 3 && requesterOf(requester)),
        ...{ issueTimestampMs: BigInt(issuedAt), expiryTimestampMs: BigInt(expiresAt), maxTimestampMs: BigInt(maxAt) },
        ...{ tokenId: id, hmac, throttleTimeMs: 0 },
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { ...nothing(errnoOf(error.code)), ...owner, ...(version >= 3 && requesterOf(asker)) }
    }
  },
  failure: (_, code, version) => ({ ...nothing(code), ...(version >= 3 && requesterOf({ principalType: '', principalName: '' })) }),
})

const requesterOf = ({ principalType, principalName }: { principalType: string; principalName: string }) => ({
  tokenRequesterPrincipalType: principalType,
  tokenRequesterPrincipalName: principalName,
})

const nothing = (errorCode: number) => ({
  errorCode,
  ...{ principalType: '', principalName: '', issueTimestampMs: -1n, expiryTimestampMs: -1n, maxTimestampMs: -1n },
  ...{ tokenId: '', hmac: new Uint8Array(0), throttleTimeMs: 0 },
})
