import { type Hash, type HashName, hashOf } from '../../sasl/hash.js'
import { utf8 } from '../../sasl/text.js'

/** What a broker keeps of a password for SCRAM (RFC 5802, section 3). */
export interface ScramCredential {
  hash: Hash
  salt: Uint8Array<ArrayBuffer>
  iterations: number
  storedKey: Uint8Array<ArrayBuffer>
  serverKey: Uint8Array<ArrayBuffer>
}

/** Who may log in, the same on every broker and listener. */
export class Users {
  readonly #credentials = new Map<string, Promise<ScramCredential>>()

  constructor(
    readonly passwords: Map<string, string>,
    private readonly iterations: number,
  ) {}

  set(name: string, password: string): void {
    this.passwords.set(name, password)
    this.#forget(name)
  }

  remove(name: string): void {
    this.passwords.delete(name)
    this.#forget(name)
  }

  /** Made when it is first asked for. */
  scram(name: string, hashName: HashName): Promise<ScramCredential> | undefined {
    const password = this.passwords.get(name)
    if (password === undefined) return undefined
    const key = `${hashName} ${name}`
    let credential = this.#credentials.get(key)
    if (!credential) this.#credentials.set(key, (credential = this.#derive(password, hashName)))
    return credential
  }

  async #derive(password: string, hashName: HashName): Promise<ScramCredential> {
    const hash = await hashOf(hashName)
    const salt = crypto.getRandomValues(new Uint8Array(16))
    const salted = await hash.pbkdf2(utf8(password), salt, this.iterations)
    return {
      hash,
      salt,
      iterations: this.iterations,
      storedKey: await hash.digest(await hash.hmac(salted, utf8('Client Key'))),
      serverKey: await hash.hmac(salted, utf8('Server Key')),
    }
  }

  #forget(name: string): void {
    for (const hashName of ['SHA-256', 'SHA-512']) this.#credentials.delete(`${hashName} ${name}`)
  }
}
