import { ClientError } from '../error.js'
import { TransportError } from '../transport/stream.js'
import { isRetriable } from './retry.js'

const deadEnds = new Set(['FIRST_READ_EOF', 'NOT_KAFKA', 'UNKNOWN_BROKER'])

/** The broker did not get the request, or cannot be one: another broker may do. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof TransportError) return error.code !== 'ABORTED'
  return error instanceof ClientError && deadEnds.has(error.code)
}

const named = 5

/** One error for brokers that were tried in turn, with the code of one that may work later, if there is such. `cause` holds all. */
export function noneOf(failures: readonly Error[]): Error {
  if (failures.length === 1) return failures[0]
  const main = failures.find(isRetriable) ?? failures[failures.length - 1]
  const more = failures.length > named ? `; and ${failures.length - named} more` : ''
  const reasons = failures.slice(0, named).map(f => f.message)
  const message = `none of ${failures.length} brokers could be asked: ${reasons.join('; ')}${more}`
  const cause = new AggregateError(failures)
  if (main instanceof TransportError) return new TransportError(main.code, message, main.retriable, { cause })
  return main instanceof ClientError ? new ClientError(main.code, message, { cause }) : main
}
