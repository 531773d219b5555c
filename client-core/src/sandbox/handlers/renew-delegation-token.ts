import { RenewDelegationTokenRequest } from '../../protocol/api/renew-delegation-token.js'
import { handler } from './handler.js'
import { changeToken, tokenUnchanged } from './token-access.js'

/** Lets a delegation token live on, until its own end at most (KIP-48). Owner, requester and renewers may. */
export const renewDelegationToken = handler(RenewDelegationTokenRequest, {
  versions: [1, 2],
  legacy: [0, 2],
  handle(context, { hmac, renewPeriodMs }) {
    return changeToken(context, hmac, (tokens, token) => tokens.renew(token, renewPeriodMs))
  },
  failure: (_, code) => tokenUnchanged(code),
})
