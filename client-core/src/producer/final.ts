import { isRetriable } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { TransportError } from '../transport/stream.js'

/** Of a connection, not of the request that it broke on. */
const passing = new Set(['FIRST_READ_EOF', 'MALFORMED'])

/**
 * Whether trying again will not help either, so that the records fail. A broker that is only gone comes back, or another one leads; its name may be
 * unknown for so long (`ENOTFOUND`), and a connection may break in ways that look like another protocol.
 */
export function isFinal(error: unknown): boolean {
  if (isRetriable(error)) return false
  if (error instanceof TransportError) return error.code !== 'ENOTFOUND'
  return !(error instanceof ClientError && passing.has(error.code))
}
