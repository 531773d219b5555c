import type { HashName } from '../../sasl/hash.js'
import { oauthExchange } from './oauth-exchange.js'
import type { MechanismName } from './options.js'
import { plainExchange } from './plain-exchange.js'
import { scramExchange } from './scram-exchange.js'
import type { Users } from './users.js'

/** What the broker says to a client's message, and who that is once it knows. */
export interface Said {
  readonly bytes: Uint8Array
  readonly done?: {
    readonly user: string
    /** When what it logged in with runs out, ms since the epoch. */
    readonly expiresAt?: number
    /** By a delegation token: as its owner. */
    readonly byToken?: boolean
  }
}

/** The broker's side of a mechanism. It throws `LoginRefused` for a login that the broker refuses. */
export type Exchange = (message: Uint8Array) => Said | Promise<Said>

export function exchangeOf(mechanism: MechanismName, users: Users, now: () => number): Exchange {
  if (mechanism === 'PLAIN') return plainExchange(users)
  if (mechanism === 'OAUTHBEARER') return oauthExchange(now)
  return scramExchange(users, mechanism.slice('SCRAM-'.length) as HashName)
}
