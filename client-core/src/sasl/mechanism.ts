import { ClientError } from '../error.js'

/** The broker that a login goes to, as it was dialled. */
export interface SaslTarget {
  readonly host: string
  readonly port: number
}

/** One login: what the client says first, and its answer to everything that the broker says. */
export interface SaslSession {
  /** May be empty: then the broker speaks first. */
  readonly first: Uint8Array
  /**
   * Answers the broker's message. Undefined: the mechanism is satisfied and has nothing more to say.
   * @throws `SaslFailure`, or anything else, when the login cannot succeed any more.
   */
  next(message: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>
}

/**
 * A way to log in: a function from the broker's messages to the client's. The client carries them, for every new connection and whenever a login
 * runs out (KIP-368). What is not here, such as Kerberos, can be passed in.
 */
export interface SaslMechanism {
  /** As brokers name it in `sasl.enabled.mechanisms`: `SCRAM-SHA-256`. */
  readonly name: string
  /** Begins a login. `signal` aborts when nobody waits for the connection any more. */
  authenticate(to: SaslTarget, signal: AbortSignal): SaslSession | Promise<SaslSession>
  /** Called once, when a client that uses it closes. */
  close?(): void
}

/** What to log in with, or a function that is asked for it anew for every login: for passwords that change and tokens that run out. */
export type Supplied<T> = T | ((signal: AbortSignal) => T | Promise<T>)

/** Why a login failed, in words for a person and without anything secret. */
export class SaslFailure extends Error {
  override readonly name = 'SaslFailure'
  constructor(
    message: string,
    /** What the mechanism owes the broker before it gives up. */
    readonly lastWord?: Uint8Array,
  ) {
    super(message)
  }
}

/**
 * Credentials as a function. A value that is given once is checked at once, what a function gives is checked each time.
 * @throws ClientError `INVALID_OPTION` that names what is wrong, never with its value.
 */
export function supply<T extends object>(
  mechanism: string,
  from: Supplied<T>,
  check: (given: T, wrong: (name: string, why: string) => ClientError) => void,
): (signal: AbortSignal) => Promise<T> {
  const wrong = (name: string, why: string) => new ClientError('INVALID_OPTION', `sasl ${mechanism}: ${name} ${why}`)
  const checked = (given: T): T => {
    if (typeof given !== 'object' || given === null) throw wrong('credentials', 'must be an object, or a function that gives one')
    check(given, wrong)
    return given
  }
  if (typeof from === 'function') return async signal => checked(await from(signal))
  const given = checked({ ...from })
  return async () => given
}

/** The names and passwords that a mechanism cannot do without, and what it can. */
export function checkTexts<T extends object>(
  given: T,
  wrong: (name: string, why: string) => ClientError,
  required: readonly (keyof T & string)[],
  optional: readonly (keyof T & string)[],
): void {
  for (const name of required) if (typeof given[name] !== 'string' || given[name] === '') throw wrong(name, 'must be text, and not empty')
  for (const name of optional) if (given[name] !== undefined && typeof given[name] !== 'string') throw wrong(name, 'must be text')
}
