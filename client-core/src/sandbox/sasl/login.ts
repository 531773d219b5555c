import type { Clock } from '../../clock.js'
import { Disconnect } from '../refusal.js'
import { type Exchange, exchangeOf } from './exchange.js'
import type { ListenerSasl, MechanismName } from './options.js'
import { LoginRefused } from './refused.js'
import type { Users } from './users.js'

const API_VERSIONS = 18
const SASL_HANDSHAKE = 17
const SASL_AUTHENTICATE = 36
/** Kafka's: a second login that comes earlier is a request like any other, and one that is out of place. */
const AGAIN_AFTER_MS = 1000

type State =
  | { at: 'start' }
  /** The mechanism is chosen. `bare`: its messages come without SaslAuthenticate. */
  | { at: 'exchange'; mechanism: MechanismName; exchange: Exchange; bare: boolean; before?: LoggedIn }
  | LoggedIn
interface LoggedIn {
  at: 'in'
  mechanism: MechanismName
  user: string
  since: number
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
  /** The next frame is a message of the mechanism's and no request. */
  get expectsBare(): boolean {
    return this.#state.at === 'exchange' && this.#state.bare
  }

  /** @throws Disconnect for requests that have to wait for a login. */
  admit(apiKey: number, api: string): void {
    const state = this.#state
    if (apiKey === SASL_HANDSHAKE || apiKey === SASL_AUTHENTICATE) return
    if (state.at === 'in') {
      if (this.clock.now() >= state.until)
        throw new Disconnect(`the login of ${state.user} has run out, and ${api} came instead of another`)
    } else if (state.at !== 'start' || apiKey !== API_VERSIONS) {
      throw new Disconnect(`Unexpected Kafka request of type ${api} during SASL handshake`)
    }
  }

  choose(mechanism: string, bare: boolean): Handshake {
    const state = this.#state
    const tooEarly = state.at === 'in' && this.clock.now() < state.since + AGAIN_AFTER_MS
    if (state.at === 'exchange' || tooEarly) return 'illegal'
    const known = this.sasl.mechanisms.find(name => name === mechanism)
    if (!known) return 'unsupported'
    const exchange = exchangeOf(known, this.users, () => this.clock.wallNow())
    this.#state = { at: 'exchange', mechanism: known, exchange, bare, before: state.at === 'in' ? state : undefined }
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
      throw new LoginRefused(`SASL mechanism '${mechanism}' requested by client is not the one of the first login`)
    const { bytes, done } = await understood(state.exchange, message)
    if (!done) return { bytes, lifetimeMs: 0 }
    if (before && before.user !== done.user)
      throw new LoginRefused(`Cannot change principals during re-authentication from User:${before.user} to User:${done.user}`)
    const lifetimeMs = this.#lifetime(done.expiresAt)
    const since = this.clock.now()
    this.#state = { at: 'in', mechanism, user: done.user, since, until: lifetimeMs > 0 ? since + lifetimeMs : Number.POSITIVE_INFINITY }
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
