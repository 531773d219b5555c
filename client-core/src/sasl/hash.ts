import { inRealTime } from '../real-time.js'

type Bytes = Uint8Array<ArrayBuffer>

/** What SCRAM and SigV4 need of one hash function. */
export interface Hash {
  digest(data: Bytes): Promise<Bytes>
  hmac(key: Bytes, data: Bytes): Promise<Bytes>
  pbkdf2(password: Bytes, salt: Bytes, iterations: number): Promise<Bytes>
}
export type HashName = 'SHA-256' | 'SHA-512'

/**
 * WebCrypto where there is one: 4,096 rounds of SHA-256 take it 1 ms, a JavaScript implementation 9 to 17 ms. A page that was not loaded from
 * https, localhost or a file has none: it loads the other.
 */
export function hashOf(name: HashName, subtle: SubtleCrypto | null = globalThis.crypto?.subtle ?? null): Promise<Hash> {
  return subtle ? Promise.resolve(webHash(name, subtle)) : inRealTime(pureHash(name))
}

function webHash(name: HashName, subtle: SubtleCrypto): Hash {
  const bits = Number(name.slice(4))
  return {
    digest: async data => new Uint8Array(await inRealTime(subtle.digest(name, data))),
    async hmac(key, data) {
      const imported = await inRealTime(subtle.importKey('raw', key, { name: 'HMAC', hash: name }, false, ['sign']))
      return new Uint8Array(await inRealTime(subtle.sign('HMAC', imported, data)))
    },
    async pbkdf2(password, salt, iterations) {
      const imported = await inRealTime(subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']))
      return new Uint8Array(await inRealTime(subtle.deriveBits({ name: 'PBKDF2', hash: name, salt, iterations }, imported, bits)))
    },
  }
}

async function pureHash(name: HashName): Promise<Hash> {
  const [{ hmac }, { pbkdf2Async }, { sha256, sha512 }] = await Promise.all([
    import('@noble/hashes/hmac.js'),
    import('@noble/hashes/pbkdf2.js'),
    import('@noble/hashes/sha2.js'),
  ])
  const hash = name === 'SHA-256' ? sha256 : sha512
  return {
    digest: async data => hash(data),
    hmac: async (key, data) => hmac(hash, key, data),
    // It lets others run every few milliseconds.
    pbkdf2: (password, salt, c) => pbkdf2Async(hash, password, salt, { c, dkLen: hash.outputLen }),
  }
}
