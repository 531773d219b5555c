import { type Hash, type HashName, hashOf } from '../../sasl/hash.js'
import { utf8 } from '../../sasl/text.js'
import type { Tokens } from './tokens.js'

/** What a broker keeps of a password for SCRAM (RFC 5802, section 3). */
export interface ScramCredential {
  hash: Hash
  salt: Uint8Array<ArrayBuffer>
  iterations: number
  storedKey: Uint8Array<ArrayBuffer>
  serverKey: Uint8Array<ArrayBuffer>
}

export const hashNames: readonly HashName[] = ['SHA-256', 'SHA-512']
/** What clients may add to. */
const MAX_CREDENTIALS = 10_000

/** Who may log in, the same on every broker and listener. */
export class Users {
  readonly #credentials = new Map<string, Promise<ScramCredential>>()
  /** The rounds of each credential, by user and hash: those made of passwords, and those that clients set. */
  readonly #iterations = new Map<string, Map<HashName, number>>()

  constructor(
    readonly passwords: Map<string, string>,
    private readonly iterations: number,
    readonly tokens: Tokens,
  ) {
    for (const name of passwords.keys()) this.#knowPassword(name)
  }

  set(name: string, password: string): void {
    this.passwords.set(name, password)
    for (const hashName of hashNames) this.#credentials.delete(`${hashName} ${name}`)
    this.#knowPassword(name)
  }

  remove(name: string): void {
    this.passwords.delete(name)
    for (const hashName of hashNames) this.removeScram(name, hashName)
  }

  /** Whether clients may add another credential. */
  get hasRoom(): boolean {
    return this.#iterations.size < MAX_CREDENTIALS
  }
  get scramUsers(): string[] {
    return [...this.#iterations.keys()]
  }
  /** The hashes that a user has credentials for, and their rounds. */
  scramIterations(name: string): ReadonlyMap<HashName, number> {
    return this.#iterations.get(name) ?? new Map()
  }

  /** Made when it is first asked for. */
  scram(name: string, hashName: HashName): Promise<ScramCredential> | undefined {
    if (!this.scramIterations(name).has(hashName)) return undefined
    const key = `${hashName} ${name}`
    const password = this.passwords.get(name)
    let credential = this.#credentials.get(key)
    if (!credential && password !== undefined) this.#credentials.set(key, (credential = scramOf(password, hashName, this.iterations)))
    return credential
  }

  /** A credential as clients hand it in (KIP-554): the password itself is not in it. */
  setScram(name: string, hashName: HashName, salt: Uint8Array, saltedPassword: Uint8Array, iterations: number): void {
    this.#know(name, hashName, iterations)
    this.#credentials.set(`${hashName} ${name}`, keysOf(hashName, salt.slice(), saltedPassword.slice(), iterations))
  }

  removeScram(name: string, hashName: HashName): void {
    this.#credentials.delete(`${hashName} ${name}`)
    const hashes = this.#iterations.get(name)
    hashes?.delete(hashName)
    if (hashes?.size === 0) this.#iterations.delete(name)
  }

  #knowPassword(name: string): void {
    for (const hashName of hashNames) this.#know(name, hashName, this.iterations)
  }

  #know(name: string, hashName: HashName, iterations: number): void {
    let hashes = this.#iterations.get(name)
    if (!hashes) this.#iterations.set(name, (hashes = new Map()))
    hashes.set(hashName, iterations)
  }
}

/** The credential of a password, under a salt of its own. */
export async function scramOf(password: string, hashName: HashName, iterations: number): Promise<ScramCredential> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const hash = await hashOf(hashName)
  return keysOf(hashName, salt, await hash.pbkdf2(utf8(password), salt, iterations), iterations)
}

async function keysOf(
  hashName: HashName,
  salt: Uint8Array<ArrayBuffer>,
  salted: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<ScramCredential> {
  const hash = await hashOf(hashName)
  const storedKey = await hash.digest(await hash.hmac(salted, utf8('Client Key')))
  return { hash, salt, iterations, storedKey, serverKey: await hash.hmac(salted, utf8('Server Key')) }
}
