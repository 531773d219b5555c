import { ExpireDelegationTokenRequest } from '../../protocol/api/expire-delegation-token.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { handler } from './handler.js'
import { tokenAsker } from './token-access.js'

/** Ends a delegation token after a time, or at once with a negative one (KIP-48). Owner, requester and renewers may. */
export const expireDelegationToken = handler(ExpireDelegationTokenRequest, {
  versions: [1, 2],
  legacy: [0, 2],
  handle(context, { hmac, expiryTimePeriodMs }) {
    const { tokens } = context.users
    try {
      const token = tokens.changeable(hmac, tokenAsker(context))
      return { errorCode: 0, expiryTimestampMs: BigInt(tokens.expire(token, expiryTimePeriodMs)), throttleTimeMs: 0 }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return failure(errnoOf(error.code))
    }
  },
  failure: (_, code) => failure(code),
})

const failure = (errorCode: number) => ({ errorCode, expiryTimestampMs: -1n, throttleTimeMs: 0 })
