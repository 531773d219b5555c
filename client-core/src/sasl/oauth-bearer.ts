import { checkTexts, SaslFailure, type SaslMechanism, type Supplied, supply } from './mechanism.js'
import { escapeName } from './scram-messages.js'
import { fromUtf8, utf8 } from './text.js'

export interface OAuthBearerCredentials {
  /** As it goes behind `Bearer`. */
  token: string
  /** For the broker's own use (KIP-342): names of letters, values of printable ASCII. */
  extensions?: Readonly<Record<string, string>>
  /** Who to act as, where that is somebody else than the token says. */
  authzid?: string
}

/** The lone character that a client has to say to a refusal before the broker closes (RFC 7628, section 3.2.3). */
const ACKNOWLEDGED = '\x01'

/** OAUTHBEARER (RFC 7628, KIP-255). Pass a function that fetches a fresh token where tokens run out: it is asked for every login. */
export function oauthBearer(credentials: Supplied<OAuthBearerCredentials>): SaslMechanism {
  const ask = supply('OAUTHBEARER', credentials, (given, wrong) => {
    checkTexts(given, wrong, ['token'], ['authzid'])
    if (!/^[\x21-\x7e]+$/.test(given.token)) throw wrong('token', 'holds a space or a character outside ASCII')
    if (typeof (given.extensions ?? {}) !== 'object') throw wrong('extensions', 'must be an object of texts')
    for (const [name, value] of Object.entries(given.extensions ?? {})) {
      if (!/^[A-Za-z]+$/.test(name) || name === 'auth')
        throw wrong(`extensions.${name}`, 'has a name that is not letters alone, or is `auth`')
      if (typeof value !== 'string' || !/^[\x21-\x7e \t\r\n]+$/.test(value))
        throw wrong(`extensions.${name}`, 'must be printable ASCII, and not empty')
    }
  })
  return {
    name: 'OAUTHBEARER',
    async authenticate(_, signal) {
      const { token, extensions = {}, authzid } = await ask(signal)
      const pairs = Object.entries(extensions).sort(([a], [b]) => (a < b ? -1 : 1))
      const parts = [`auth=Bearer ${token}`, ...pairs.map(([name, value]) => `${name}=${value}`)]
      const first = `n,${authzid ? `a=${escapeName(authzid)}` : ''},\x01${parts.join('\x01')}\x01\x01`
      return { first: utf8(first), next: refused }
    },
  }
}

/** Success has no bytes; whatever has is the reason of a refusal, in JSON. */
function refused(message: Uint8Array): undefined {
  if (message.length > 0) throw new SaslFailure(`the broker refuses the token${reasonIn(message)}`, utf8(ACKNOWLEDGED))
}

function reasonIn(message: Uint8Array): string {
  let said: unknown
  try {
    said = JSON.parse(fromUtf8(message))
  } catch {
    return ''
  }
  if (typeof said !== 'object' || said === null) return ''
  const told = Object.entries(said)
    .filter(([name, value]) => ['status', 'scope', 'openid-configuration'].includes(name) && typeof value === 'string' && value !== '')
    .map(([name, value]) => `${name} ${String(value).slice(0, 200)}`)
  return told.length > 0 ? `: ${told.join(', ')}` : ''
}
