import type { ClientError } from '../../error.js'
import { invalid } from '../invalid.js'

export type MechanismName = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
export const mechanismNames: readonly MechanismName[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']

/** What one listener asks of those who come through it. */
export interface ListenerSaslOptions {
  /** Default: all four. OAUTHBEARER takes unsecured tokens (`alg` none) that have a subject and have not run out, as Kafka does in tests. */
  mechanisms?: readonly MechanismName[]
  /** How long a login lasts, in ms; Kafka's `connections.max.reauth.ms`. A token that runs out earlier ends it earlier. Default 0: for ever. */
  sessionLifetimeMs?: number
}

export interface SaslOptions extends ListenerSaslOptions {
  /** Passwords by user name. */
  users?: Readonly<Record<string, string>> | ReadonlyMap<string, string>
  /** Rounds of hashing for SCRAM. Default 4,096, Kafka's least. */
  scramIterations?: number
  /** Whether the sandbox's own `transport` asks for a login too; false: only what `listen` opens. Default true. */
  memory?: boolean
}

export type ListenerSasl = Required<ListenerSaslOptions>
export type Sasl = ListenerSasl & { users: ReadonlyMap<string, string>; scramIterations: number; memory: boolean }

/** @throws ClientError `INVALID_OPTION`. */
export function resolveSasl(options: SaslOptions): Sasl {
  const { users = {}, scramIterations = 4096, memory = true } = options
  const all = new Map(users instanceof Map ? users : Object.entries(users))
  for (const [name, password] of all) {
    if (name === '' || typeof password !== 'string' || password === '')
      throw invalid('sasl.users', 'must be names and passwords, none empty')
  }
  if (!Number.isSafeInteger(scramIterations) || scramIterations < 1) throw invalid('sasl.scramIterations', 'must be a whole number from 1')
  return { ...resolveListenerSasl(options), users: all, scramIterations, memory }
}

/** @throws ClientError `INVALID_OPTION`. */
export function resolveListenerSasl({ mechanisms = mechanismNames, sessionLifetimeMs = 0 }: ListenerSaslOptions): ListenerSasl {
  const unknown = mechanisms.find(name => !mechanismNames.includes(name))
  if (unknown !== undefined) throw wrongMechanism(unknown)
  if (!Number.isSafeInteger(sessionLifetimeMs) || sessionLifetimeMs < 0)
    throw invalid('sasl.sessionLifetimeMs', `is ${sessionLifetimeMs}: it must be a whole number of milliseconds, 0 or more`)
  return { mechanisms, sessionLifetimeMs }
}

const wrongMechanism = (name: string): ClientError =>
  invalid('sasl.mechanisms', `names ${name}, which the sandbox does not have; it has ${mechanismNames.join(', ')}`)
