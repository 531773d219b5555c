import type { HashName } from '../../sasl/hash.js'
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../sasl/text.js'
import type { Exchange, Said } from './exchange.js'
import { invalidCredentials, LoginRefused } from './refused.js'
import type { ScramCredential, Users } from './users.js'

interface Challenge {
  who: NonNullable<Said['done']>
  credential: ScramCredential
  /** The GS2 header that the client must repeat. */
  header: string
  /** The two first messages, which both sides sign. */
  soFar: string
  nonce: string
}

/** RFC 5802. With the extension `tokenauth` the user is the id of a delegation token, the password its HMAC in base64 (KIP-48). */
export function scramExchange(users: Users, hashName: HashName): Exchange {
  const refused = () => new LoginRefused(invalidCredentials(`SCRAM-${hashName}`))
  let challenge: Challenge | undefined

  function ofUser(user: string) {
    const credential = users.scram(user, hashName)
    return credential && { credential, who: { user } }
  }

  function ofToken(id: string) {
    const found = users.tokens.scram(id, hashName)
    return (
      found && {
        credential: found.credential,
        who: { user: found.token.owner.principalName, expiresAt: found.token.expiresAt, byToken: true },
      }
    )
  }

  async function begin(text: string): Promise<Said> {
    const [, header, bare, escaped, nonce, extensions] = /^(n,(?:a=[^,]+)?,)(n=([^,]+),r=([^,]+)((?:,.*)?))$/s.exec(text) ?? []
    if (bare === undefined) throw refused()
    const user = escaped.replaceAll('=2C', ',').replaceAll('=3D', '=')
    const found = extensions.split(',').includes('tokenauth=true') ? ofToken(user) : ofUser(user)
    if (!found) throw refused()
    const credential = await found.credential
    const whole = nonce + toBase64(crypto.getRandomValues(new Uint8Array(18)))
    const first = `r=${whole},s=${toBase64(credential.salt)},i=${credential.iterations}`
    challenge = { who: found.who, credential, header, soFar: `${bare},${first}`, nonce: whole }
    return { bytes: utf8(first) }
  }

  async function check(text: string, { who, credential, header, soFar, nonce }: Challenge): Promise<Said> {
    const [, withoutProof, proof64] = /^(.+),p=([A-Za-z0-9+/=]+)$/s.exec(text) ?? []
    const proof = proof64 === undefined ? undefined : fromBase64(proof64)
    if (withoutProof !== `c=${toBase64(utf8(header))},r=${nonce}` || !proof) throw refused()
    const { hash, storedKey, serverKey } = credential
    const signed = utf8(`${soFar},${withoutProof}`)
    const signature = await hash.hmac(storedKey, signed)
    const clientKey = await hash.digest(proof.map((byte, i) => byte ^ signature[i]))
    if (toBase64(clientKey) !== toBase64(storedKey)) throw refused()
    return { bytes: utf8(`v=${toBase64(await hash.hmac(serverKey, signed))}`), done: who }
  }

  return message => (challenge ? check(fromUtf8(message), challenge) : begin(fromUtf8(message)))
}
