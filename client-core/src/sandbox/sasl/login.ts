import type { Clock } from '../../clock.js'
import { Disconnect } from '../refusal.js'
import { type Exchange, exchangeOf } from './exchange.js'
import type { ListenerSasl, MechanismName } from './options.js'
import { LoginRefused } from './refused.js'
import type { Users } from './users.js'

const API_VERSIONS = 18
const SASL_HANDSHAKE = 17
const SASL_AUTHENTICATE = 36
/** Kafka's: a login that comes so soon after another that was not the first is a request like any other, and one that is out of place. */
const AGAIN_AFTER_MS = 1000

type State =
  | { at: 'start' }
  /** The mechanism is chosen. `bare`: its messages come without SaslAuthenticate. */
  | { at: 'exchange'; mechanism: MechanismName; exchange: Exchange; bare: boolean; since: number; before?: LoggedIn }
  | LoggedIn
interface LoggedIn {
  at: 'in'
  mechanism: MechanismName
  user: string
  byToken: boolean
  /** When the last login after the first began. */
  renewedAt: number
  /** The broker cuts a connection that is used later for anything but another login. */
  until: number
}

export type Handshake = 'ok' | 'unsupported' | 'illegal'

/** How far one connection has come with its login. */
export class Login {
  #state: State = { at: 'start' }

  constructor(
    readonly sasl: ListenerSasl,
    private readonly users: Users,
    private readonly clock: Clock,
  ) {}

  /** Undefined before the login. */
  get user(): string | undefined {
    return this.#state.at === 'in' ? this.#state.user : undefined
  }
  /** Whether it was a delegation token that logged in. */
  get byToken(): boolean {
    return this.#state.at === 'in' && this.#state.byToken
  }
  /** The next frame is a message of the mechanism's and no request. */
  get expectsBare(): boolean {
    return this.#state.at === 'exchange' && this.#state.bare
  }

  /**
   * Whether a request may be answered. In the middle of a login one that is out of place is told so before the connection ends.
   * @throws Disconnect for one that is out of place before a login, or comes too late.
   */
  admits(apiKey: number, api: string): boolean {
    const state = this.#state
    if (state.at === 'exchange') return apiKey === SASL_AUTHENTICATE
    if (state.at === 'start' && apiKey !== SASL_HANDSHAKE && apiKey !== API_VERSIONS)
      throw new Disconnect(`Unexpected Kafka request of type ${api} during SASL handshake`)
    if (state.at === 'in' && apiKey !== SASL_HANDSHAKE && this.clock.now() >= state.until)
      throw new Disconnect(`the login of ${state.user} has run out, and ${api} came instead of another`)
    return true
  }

  choose(mechanism: string, bare: boolean): Handshake {
    const state = this.#state
    const since = this.clock.now()
    const tooEarly = state.at === 'in' && since < state.renewedAt + AGAIN_AFTER_MS
    if (state.at === 'exchange' || tooEarly) return 'illegal'
    const known = this.sasl.mechanisms.find(name => name === mechanism)
    if (!known) return 'unsupported'
    const exchange = exchangeOf(known, this.users, () => this.clock.wallNow())
    this.#state = { at: 'exchange', mechanism: known, exchange, bare, since, before: state.at === 'in' ? state : undefined }
    return 'ok'
  }

  /**
   * One message of the mechanism's. Gives what the broker says, and once that ends the login how long it lasts in ms, 0 for ever.
   * @throws LoginRefused; undefined when no mechanism was chosen.
   */
  async take(message: Uint8Array): Promise<{ bytes: Uint8Array; lifetimeMs: number } | undefined> {
    const state = this.#state
    if (state.at !== 'exchange') return undefined
    const { before, mechanism } = state
    if (before && before.mechanism !== mechanism)
      throw new Disconnect(`${mechanism} was chosen on a connection that logged in with ${before.mechanism}`)
    const { bytes, done } = await understood(state.exchange, message)
    if (!done) return { bytes, lifetimeMs: 0 }
    if (before && before.user !== done.user)
      throw new LoginRefused(`Cannot change principals during re-authentication from User.${before.user}: User.${done.user}`)
    const lifetimeMs = this.#lifetime(done.expiresAt)
    const until = lifetimeMs > 0 ? this.clock.now() + lifetimeMs : Number.POSITIVE_INFINITY
    const renewedAt = before ? state.since : Number.NEGATIVE_INFINITY
    this.#state = { at: 'in', mechanism, user: done.user, byToken: done.byToken ?? false, renewedAt, until }
    return { bytes, lifetimeMs }
  }

  /** A token's own end counts only where logins end at all. */
  #lifetime(expiresAt = Number.POSITIVE_INFINITY): number {
    const { sessionLifetimeMs } = this.sasl
    return sessionLifetimeMs === 0 ? 0 : Math.max(1, Math.min(sessionLifetimeMs, Math.floor(expiresAt - this.clock.wallNow())))
  }
}

async function understood(exchange: Exchange, message: Uint8Array) {
  try {
    return await exchange(message)
  } catch (error) {
    if (error instanceof LoginRefused) throw error
    throw new LoginRefused('Authentication failed: the message cannot be read')
  }
}
