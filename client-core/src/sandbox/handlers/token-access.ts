import { Refusal } from '../refusal.js'
import { type Principal, principalOf } from '../sasl/tokens.js'
import type { RequestContext } from './handler.js'

/** Who asks for or about a token: somebody whom the listener knows, and who did not come with a token. @throws Refusal. */
export function tokenAsker({ connection, principal, users }: RequestContext): Principal {
  if (principal === 'User:ANONYMOUS' || connection.login?.byToken) throw new Refusal('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', '')
  if (!users.tokens.enabled) throw new Refusal('DELEGATION_TOKEN_AUTH_DISABLED', '')
  return principalOf(principal)
}
