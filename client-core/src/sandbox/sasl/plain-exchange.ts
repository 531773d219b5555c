import { fromUtf8 } from '../../sasl/text.js'
import type { Exchange } from './exchange.js'
import { LoginRefused } from './refused.js'
import type { Users } from './users.js'

/** RFC 4616, with Kafka's rule that nobody acts as somebody else. */
export const plainExchange =
  (users: Users): Exchange =>
  message => {
    const parts = fromUtf8(message).split('\0')
    if (parts.length !== 3) throw new LoginRefused(`Invalid SASL/PLAIN response: expected 3 tokens, got ${parts.length}`)
    const [authzid, user, password] = parts
    if (user === '') throw new LoginRefused('Authentication failed: username not specified')
    if (password === '') throw new LoginRefused('Authentication failed: password not specified')
    if (users.passwords.get(user) !== password) throw new LoginRefused('Authentication failed: Invalid username or password')
    if (authzid !== '' && authzid !== user) {
      throw new LoginRefused('Authentication failed: Client requested an authorization id that is different from username')
    }
    return { bytes: new Uint8Array(), done: { user } }
  }
