import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import { addressOf } from '../transport/reasons.js'
import { TransportError } from '../transport/stream.js'
import type { Pending } from './pending.js'

/** Why a connection ended, for those who had asked over it: what happened, where, and the likely cause. */

export const apiVersionsKey = 18
/** Brokers that cannot be asked what they speak. */
const tooOld = "may be older than Kafka 0.10, which needs maxVersions: versionsFromString('0.9')"

export const describe = (broker: BrokerMetadata): string =>
  broker.nodeId >= 0 ? `broker ${broker.nodeId} (${addressOf(broker)})` : addressOf(broker)

/** `oldest`: the request whose time is up. */
export function timedOut(broker: BrokerMetadata, { message, attempt, writtenAt }: Pending, everRead: boolean): Error {
  // Kafka 0.9 says nothing to what it does not know, and keeps the connection.
  const isOld = message.key === apiVersionsKey && !everRead
  const [what, why] = writtenAt
    ? ['no answer to', `the broker hangs, or the way to it does${isOld ? `, or it ${tooOld}` : ''}`]
    : ['no room for', 'the broker reads nothing, or the way to it is blocked']
  return new ClientError('REQUEST_TIMEOUT', `${what} ${message.name} from ${describe(broker)} within ${attempt.timeoutMs} ms: ${why}`)
}

/** `everAnswered`: whether any broker ever answered more than ApiVersions, which brokers answer to everybody. */
export function hungUp(broker: BrokerMetadata, oldest: Pending | undefined, everRead: boolean, everAnswered: boolean | undefined): Error {
  const address = describe(broker)
  // Once brokers have answered with these settings, one that hangs up at once is on its way down, or what lies between has cut the connection.
  if (!everRead && !everAnswered) {
    return new ClientError(
      'FIRST_READ_EOF',
      `${address} closed the connection without a single byte: the port may want TLS or SASL, or the broker ${tooOld}`,
    )
  }
  if (oldest?.attempt.isLogin) {
    const why = 'the broker may have been restarted, or refuse logins this way'
    return new ClientError('CONNECTION_CLOSED', `${address} closed the connection during the login: ${why}`)
  }
  // Before a login brokers answer ApiVersions and hang up on the rest.
  if (oldest && oldest.readAt === 0 && oldest.message.key !== apiVersionsKey && !everAnswered) {
    return new ClientError(
      'FIRST_READ_EOF',
      `${address} closed the connection instead of answering ${oldest.message.name}, the first request: it seems to want a login; pass \`sasl\`, or use another listener`,
    )
  }
  return new ClientError('CONNECTION_CLOSED', `${address} closed the connection before it answered`)
}

/** What every request learns that did not cause the end of its connection. */
export function goneAway(broker: BrokerMetadata, error: Error | undefined): Error {
  if (error instanceof ClientError && error.code === 'CONNECTION_CLOSED') return error
  const why = error ? ` was given up: ${error.message}` : ' was closed'
  return new ClientError('CONNECTION_CLOSED', `the connection to ${describe(broker)}${why}`, { cause: error })
}

/** A stream that never worked, for a reason that will not go away by itself (a certificate), fails with that reason. */
export function broken(broker: BrokerMetadata, cause: unknown, everRead: boolean): Error {
  if (!everRead && cause instanceof TransportError && !cause.retriable) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClientError('CONNECTION_CLOSED', `the connection to ${describe(broker)} broke: ${why}`, { cause })
}

export const located = (error: Error, broker: BrokerMetadata): Error =>
  error instanceof ClientError && !error.message.includes(describe(broker))
    ? new ClientError(error.code, `${describe(broker)}: ${error.message}`, { cause: error.cause ?? error })
    : error
