import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { type Principal, principalOf, type Token, type Tokens } from '../sasl/tokens.js'
import type { RequestContext } from './handler.js'

/** Who asks for or about a token: somebody whom the listener knows, and who did not come with a token. @throws Refusal. */
export function tokenAsker({ connection, principal, users }: RequestContext): Principal {
  if (principal === 'User:ANONYMOUS' || connection.login?.byToken) throw new Refusal('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', '')
  if (!users.tokens.enabled) throw new Refusal('DELEGATION_TOKEN_AUTH_DISABLED', '')
  return principalOf(principal)
}

/** Changes the token of an HMAC, if the asker may; `change` gives the new end of its life, in ms since the epoch. */
export function changeToken(context: RequestContext, hmac: Uint8Array, change: (tokens: Tokens, token: Token) => number) {
  const { tokens } = context.users
  try {
    const token = tokens.changeable(hmac, tokenAsker(context))
    return { errorCode: 0, expiryTimestampMs: BigInt(change(tokens, token)), throttleTimeMs: 0 }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return tokenUnchanged(errnoOf(error.code))
  }
}

export const tokenUnchanged = (errorCode: number) => ({ errorCode, expiryTimestampMs: -1n, throttleTimeMs: 0 })
