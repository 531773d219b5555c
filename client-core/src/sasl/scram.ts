import { type Hash, type HashName, hashOf } from './hash.js'
import { checkTexts, SaslFailure, type SaslMechanism, type SaslSession, type Supplied, supply } from './mechanism.js'
import { saslPrep } from './saslprep.js'
import { escapeName, type ServerFirst, serverFinal, serverFirst } from './scram-messages.js'
import { toBase64, utf8 } from './text.js'

export interface ScramCredentials {
  username: string
  password: string
  /** A delegation token (KIP-48): `username` is its id, `password` its HMAC in base64. Default false. */
  tokenAuth?: boolean
  /** Who to act as, where that is somebody else than `username`. Kafka's own brokers allow nobody else. */
  authzid?: string
  /**
   * Prepares name and password by RFC 4013, as SCRAM's standard asks. Kafka's brokers, tools and clients do not, so that a password with characters
   * that this would change works with Kafka only as it is. Default false.
   */
  saslPrep?: boolean
  /** The most rounds of hashing that a broker may ask for. Kafka's own brokers use 4,096 to 16,384. Default 100,000. */
  maxIterations?: number
}

/** RFC 7677: fewer would make a stolen exchange too easy to try passwords on. */
const MIN_ITERATIONS = 4096
const MAX_ITERATIONS = 100_000

/** SCRAM-SHA-256 (RFC 5802, RFC 7677): neither side learns the password, and the broker has to prove that it knows it too. */
export const scramSha256 = (credentials: Supplied<ScramCredentials>): SaslMechanism => scram('SHA-256', credentials)

/** The same with SHA-512. */
export const scramSha512 = (credentials: Supplied<ScramCredentials>): SaslMechanism => scram('SHA-512', credentials)

function scram(hashName: HashName, credentials: Supplied<ScramCredentials>): SaslMechanism {
  const name = `SCRAM-${hashName}`
  const ask = supply(name, credentials, (given, wrong) => {
    checkTexts(given, wrong, ['username', 'password'], ['authzid'])
    for (const flag of ['tokenAuth', 'saslPrep'] as const) {
      if (given[flag] !== undefined && typeof given[flag] !== 'boolean') throw wrong(flag, 'must be true or false')
    }
    const { maxIterations = MAX_ITERATIONS } = given
    if (!Number.isSafeInteger(maxIterations) || maxIterations < MIN_ITERATIONS)
      throw wrong('maxIterations', `must be a whole number from ${MIN_ITERATIONS}`)
  })
  return {
    name,
    async authenticate(_, signal) {
      const given = await ask(signal)
      const nonce = toBase64(crypto.getRandomValues(new Uint8Array(24)))
      return scramSession(await hashOf(hashName), given, nonce)
    },
  }
}

/** One exchange. `nonce` must be fresh. */
export function scramSession(hash: Hash, credentials: ScramCredentials, nonce: string): SaslSession {
  const { tokenAuth = false, authzid, maxIterations = MAX_ITERATIONS } = credentials
  const prepare = credentials.saslPrep ? saslPrep : (text: string) => text
  const header = `n,${authzid ? `a=${escapeName(prepare(authzid))}` : ''},`
  const bare = `n=${escapeName(prepare(credentials.username))},r=${nonce}${tokenAuth ? ',tokenauth=true' : ''}`
  const password = utf8(prepare(credentials.password))
  let at: 'first' | 'final' | 'done' = 'first'
  let expected = new Uint8Array()

  async function prove(said: ServerFirst): Promise<Uint8Array> {
    checkFirst(said, nonce, maxIterations)
    const salted = await hash.pbkdf2(password, said.salt, said.iterations)
    const withoutProof = `c=${toBase64(utf8(header))},r=${said.nonce}`
    const exchanged = utf8(`${bare},${said.text},${withoutProof}`)
    const clientKey = await hash.hmac(salted, utf8('Client Key'))
    const signature = await hash.hmac(await hash.digest(clientKey), exchanged)
    expected = await hash.hmac(await hash.hmac(salted, utf8('Server Key')), exchanged)
    return utf8(`${withoutProof},p=${toBase64(clientKey.map((byte, i) => byte ^ signature[i]))}`)
  }

  return {
    first: utf8(header + bare),
    async next(message) {
      if (at === 'first') {
        at = 'final'
        return prove(serverFirst(message))
      }
      if (at === 'done') throw new SaslFailure('the broker goes on after the end of the exchange')
      at = 'done'
      if (!same(serverFinal(message), expected)) {
        throw new SaslFailure('the broker cannot prove that it knows the password: it is not the broker it claims to be')
      }
      return undefined
    },
  }
}

/** A broker that could choose all of these freely could have our proof for one of its own, or keep us hashing for hours. */
function checkFirst({ nonce, iterations }: ServerFirst, ours: string, maxIterations: number): void {
  if (!nonce.startsWith(ours) || nonce.length === ours.length) {
    throw new SaslFailure('the broker did not extend our nonce: its answer belongs to another login')
  }
  if (iterations < MIN_ITERATIONS) {
    throw new SaslFailure(
      `the broker asks for ${iterations} iterations, fewer than the ${MIN_ITERATIONS} that are safe: set up the user anew`,
    )
  }
  if (iterations > maxIterations) {
    throw new SaslFailure(`the broker asks for ${iterations} iterations, more than \`maxIterations\` ${maxIterations}`)
  }
}

/** In a time that does not tell where they differ. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i]
  return difference === 0
}
