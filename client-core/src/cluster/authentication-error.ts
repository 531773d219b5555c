import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'

/** Where a login failed: choosing the mechanism, having something to log in with, or the exchange itself. */
export type LoginStep = 'handshake' | 'credentials' | 'authenticate'

/** What a login was about. */
export interface LoginAttempt {
  readonly step: LoginStep
  readonly mechanism: string
  readonly broker: BrokerMetadata
  /** Mechanisms that the broker offers, where it said so. */
  readonly offered?: readonly string[]
}

/**
 * A login that failed for good: the same one would fail again, at every broker, so that it is not tried again by itself. `cause` is what the broker
 * answered (`KafkaError`), or what the mechanism or the function for its credentials threw.
 */
export class AuthenticationError extends ClientError implements LoginAttempt {
  readonly step: LoginStep
  readonly mechanism: string
  readonly broker: BrokerMetadata
  readonly offered: readonly string[]

  constructor({ step, mechanism, broker, offered = [] }: LoginAttempt, message: string, cause?: unknown) {
    super('AUTHENTICATION_FAILED', message, cause === undefined ? undefined : { cause })
    this.step = step
    this.mechanism = mechanism
    this.broker = broker
    this.offered = offered
  }
}
