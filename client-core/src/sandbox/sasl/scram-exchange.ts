import type { HashName } from '../../sasl/hash.js'
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../sasl/text.js'
import type { Exchange, Said } from './exchange.js'
import { invalidCredentials, LoginRefused } from './refused.js'
import type { ScramCredential, Users } from './users.js'

interface Challenge {
  user: string
  credential: ScramCredential
  /** The GS2 header that the client must repeat. */
  header: string
  /** The two first messages, which both sides sign. */
  soFar: string
  nonce: string
}

/** RFC 5802. There are no delegation tokens, so that whoever comes with one is refused. */
export function scramExchange(users: Users, hashName: HashName): Exchange {
  const refused = () => new LoginRefused(invalidCredentials(`SCRAM-${hashName}`))
  let challenge: Challenge | undefined

  async function begin(text: string): Promise<Said> {
    const [, header, bare, escaped, nonce, extensions] = /^(n,(?:a=[^,]+)?,)(n=([^,]+),r=([^,]+)((?:,.*)?))$/s.exec(text) ?? []
    if (bare === undefined) throw refused()
    const user = escaped.replaceAll('=2C', ',').replaceAll('=3D', '=')
    const found = extensions.includes('tokenauth=true') ? undefined : users.scram(user, hashName)
    if (!found) throw refused()
    const credential = await found
    const whole = nonce + toBase64(crypto.getRandomValues(new Uint8Array(18)))
    const first = `r=${whole},s=${toBase64(credential.salt)},i=${credential.iterations}`
    challenge = { user, credential, header, soFar: `${bare},${first}`, nonce: whole }
    return { bytes: utf8(first) }
  }

  async function check(text: string, { user, credential, header, soFar, nonce }: Challenge): Promise<Said> {
    const [, withoutProof, proof64] = /^(.+),p=([A-Za-z0-9+/=]+)$/s.exec(text) ?? []
    const proof = proof64 === undefined ? undefined : fromBase64(proof64)
    if (withoutProof !== `c=${toBase64(utf8(header))},r=${nonce}` || !proof) throw refused()
    const { hash, storedKey, serverKey } = credential
    const signed = utf8(`${soFar},${withoutProof}`)
    const signature = await hash.hmac(storedKey, signed)
    const clientKey = await hash.digest(proof.map((byte, i) => byte ^ signature[i]))
    if (toBase64(clientKey) !== toBase64(storedKey)) throw refused()
    return { bytes: utf8(`v=${toBase64(await hash.hmac(serverKey, signed))}`), done: { user } }
  }

  return message => (challenge ? check(fromUtf8(message), challenge) : begin(fromUtf8(message)))
}
