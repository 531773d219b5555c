import { RenewDelegationTokenRequest } from '../../protocol/api/renew-delegation-token.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { handler } from './handler.js'
import { tokenAsker } from './token-access.js'

/** Lets a delegation token live on, until its own end at most (KIP-48). Owner, requester and renewers may. */
export const renewDelegationToken = handler(RenewDelegationTokenRequest, {
  versions: [1, 2],
  legacy: [0, 2],
  handle(context, { hmac, renewPeriodMs }) {
    const { tokens } = context.users
    try {
      const token = tokens.changeable(hmac, tokenAsker(context))
      return { errorCode: 0, expiryTimestampMs: BigInt(tokens.renew(token, renewPeriodMs)), throttleTimeMs: 0 }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return failure(errnoOf(error.code))
    }
  },
  failure: (_, code) => failure(code),
})

const failure = (errorCode: number) => ({ errorCode, expiryTimestampMs: -1n, throttleTimeMs: 0 })
