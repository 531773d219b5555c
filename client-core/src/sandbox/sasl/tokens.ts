import { uuidFromBytes } from '../../bytes/uuid.js'
import type { Clock } from '../../clock.js'
import { type HashName, hashOf } from '../../sasl/hash.js'
import { toBase64, utf8 } from '../../sasl/text.js'
import { Refusal } from '../refusal.js'
import { type ScramCredential, scramOf } from './users.js'

export interface Principal {
  readonly principalType: string
  readonly principalName: string
}
/** A delegation token (KIP-48). Times are ms since the epoch. */
export interface Token {
  readonly id: string
  readonly owner: Principal
  readonly requester: Principal
  readonly renewers: readonly Principal[]
  readonly issuedAt: number
  readonly maxAt: number
  readonly hmac: Uint8Array
  expiresAt: number
}

export interface TokenSettings {
  /** Kafka's `delegation.token.secret.key`; null: there are no tokens. */
  readonly secret: string | null
  readonly maxLifetimeMs: number
  readonly expiryMs: number
}

/** What clients may add to. */
const MAX_TOKENS = 10_000
const ITERATIONS = 4096

/** The delegation tokens of a cluster: who has one logs in with its id and its HMAC by SCRAM, as its owner. */
export class Tokens {
  readonly #tokens = new Map<string, Token>()
  readonly #credentials = new Map<string, Promise<ScramCredential>>()

  constructor(
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
  ) {}

  get enabled(): boolean {
    return this.settings.secret !== null
  }
  get all(): readonly Token[] {
    return [...this.#tokens.values()].filter(token => token.expiresAt > this.#now())
  }

  /** @throws Refusal. */
  async create(owner: Principal, requester: Principal, renewers: readonly Principal[], maxLifetimeMs: bigint): Promise<Token> {
    this.#forgetExpired()
    if (this.#tokens.size >= MAX_TOKENS) throw new Refusal('POLICY_VIOLATION', 'there are too many tokens')
    const id = uuidFromBytes(crypto.getRandomValues(new Uint8Array(16)))
    const hash = await hashOf('SHA-512')
    const hmac = await hash.hmac(utf8(this.settings.secret ?? ''), utf8(id))
    const issuedAt = this.#now()
    const most = this.settings.maxLifetimeMs
    const maxAt = issuedAt + (maxLifetimeMs < 0n ? most : Math.min(Number(maxLifetimeMs), most))
    const token: Token = {
      id,
      owner,
      requester,
      renewers,
      issuedAt,
      maxAt,
      hmac,
      expiresAt: Math.min(maxAt, issuedAt + this.settings.expiryMs),
    }
    this.#tokens.set(id, token)
    return token
  }

  /** The token of that HMAC, if the asker may change it. @throws Refusal. */
  changeable(hmac: Uint8Array, asker: Principal): Token {
    const wanted = toBase64(hmac)
    const token = [...this.#tokens.values()].find(known => toBase64(known.hmac) === wanted)
    if (!token) throw new Refusal('DELEGATION_TOKEN_NOT_FOUND', '')
    if (![token.owner, token.requester, ...token.renewers].some(principal => samePrincipal(principal, asker)))
      throw new Refusal('DELEGATION_TOKEN_OWNER_MISMATCH', '')
    if (token.expiresAt <= this.#now()) throw new Refusal('DELEGATION_TOKEN_EXPIRED', '')
    return token
  }

  /** Lets a token live so much longer from now on, or as long as it may. Gives its new end. */
  renew(token: Token, periodMs: bigint): number {
    const period = periodMs < 0n ? this.settings.expiryMs : Math.min(Number(periodMs), this.settings.expiryMs)
    token.expiresAt = Math.min(token.maxAt, this.#now() + period)
    return token.expiresAt
  }

  /** Ends a token after so long; at once with a negative time. Gives its new end. */
  expire(token: Token, periodMs: bigint): number {
    token.expiresAt = Math.min(token.maxAt, this.#now() + Math.max(0, Number(periodMs)))
    if (periodMs < 0n) this.#forget(token.id)
    return token.expiresAt
  }

  /** What a login with this token is checked against. */
  scram(id: string, hashName: HashName): { credential: Promise<ScramCredential>; token: Token } | undefined {
    const token = this.#tokens.get(id)
    if (!token || token.expiresAt <= this.#now()) return undefined
    const key = `${hashName} ${id}`
    let credential = this.#credentials.get(key)
    if (!credential) this.#credentials.set(key, (credential = scramOf(toBase64(token.hmac), hashName, ITERATIONS)))
    return { credential, token }
  }

  #now(): number {
    return Math.floor(this.clock.wallNow())
  }

  #forgetExpired(): void {
    for (const { id, expiresAt } of this.#tokens.values()) if (expiresAt <= this.#now()) this.#forget(id)
  }

  #forget(id: string): void {
    this.#tokens.delete(id)
    for (const hashName of ['SHA-256', 'SHA-512']) this.#credentials.delete(`${hashName} ${id}`)
  }
}

export const samePrincipal = (a: Principal, b: Principal) => a.principalType === b.principalType && a.principalName === b.principalName

/** `User:alice`. */
export function principalOf(text: string): Principal {
  const colon = text.indexOf(':')
  return { principalType: text.slice(0, colon), principalName: text.slice(colon + 1) }
}
