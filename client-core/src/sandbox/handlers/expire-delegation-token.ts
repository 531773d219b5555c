import { ExpireDelegationTokenRequest } from '../../protocol/api/expire-delegation-token.js'
import { handler } from './handler.js'
import { changeToken, tokenUnchanged } from './token-access.js'

/** Ends a delegation token after a time, or at once with a negative one (KIP-48). Owner, requester and renewers may. */
export const expireDelegationToken = handler(ExpireDelegationTokenRequest, {
  versions: [1, 2],
  legacy: [0, 2],
  handle(context, { hmac, expiryTimePeriodMs }) {
    return changeToken(context, hmac, (tokens, token) => tokens.expire(token, expiryTimePeriodMs))
  },
  failure: (_, code) => tokenUnchanged(code),
})
