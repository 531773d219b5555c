import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Hash, hashOf } from './hash.js'
import { SaslFailure, type SaslSession } from './mechanism.js'
import { type ScramCredentials, scramSession, scramSha256, scramSha512 } from './scram.js'
import { escapeName } from './scram-messages.js'
import { fromUtf8, utf8 } from './text.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

const target = { host: 'broker', port: 9092 }
const signal = new AbortController().signal
const sha256 = await hashOf('SHA-256')
const { subtle } = globalThis.crypto
/** Only the standard's own example uses it. */
const sha1: Hash = {
  digest: async data => new Uint8Array(await subtle.digest('SHA-1', data)),
  async hmac(key, data) {
    const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
    return new Uint8Array(await subtle.sign('HMAC', imported, data))
  },
  async pbkdf2(password, salt, iterations) {
    const imported = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    return new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt, iterations }, imported, 160))
  },
}

const say = async (session: SaslSession, text: string) => {
  const answer = await session.next(utf8(text))
  return answer && fromUtf8(answer)
}

/** The four messages of an exchange: what the client sends must be the first and third. */
async function exchange(hash: Hash, credentials: ScramCredentials, nonce: string, messages: readonly string[]) {
  const session = scramSession(hash, credentials, nonce)
  expect(fromUtf8(session.first)).toBe(messages[0])
  expect(await say(session, messages[1])).toBe(messages[2])
  expect(await say(session, messages[3])).toBeUndefined()
}

const pencil = { username: 'user', password: 'pencil' }
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const rfc7677 = [
  'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
] as const

describe('exchanges that others have written down', () => {
  test('RFC 5802, section 5: SHA-1', async () => {
    await exchange(sha1, pencil, 'fyko+d2lbbFgONRv9qkxdawL', [
      'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ])
  })

  test('RFC 7677, section 3: SHA-256', () => exchange(sha256, pencil, nonce, rfc7677))

  test("SHA-512, as Python's hashlib computes it", async () => {
    await exchange(await hashOf('SHA-512'), pencil, nonce, [
      rfc7677[0],
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=8192',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=6HZ5rUA3PgkE/X3DbWzXrokJFsM9zr9o7EgisWdnKczXrIzjgD4BKpBTn7XAOVwLeZUg1pFRTcesJnSwFTQsIw==',
      'v=RqO11yK/xS8vUqXJmCYvXcKjTIkTicWzQEDh94upkSMgEZfW9mqg9ws9DPT5rQ74uE1weAEpGS1Y6Q6l6KVKXw==',
    ])
  })

  test('a delegation token, acting as somebody else, with names to escape and a password outside ASCII: the same by Python', async () => {
    const credentials = { username: 'a=b,c', password: 'pässwörd ☃', tokenAuth: true, authzid: 'we,you' }
    await exchange(sha256, credentials, 'abc', [
      'n,a=we=2Cyou,n=a=3Db=2Cc,r=abc,tokenauth=true',
      'r=abcdef,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4097',
      'c=bixhPXdlPTJDeW91LA==,r=abcdef,p=TanAqtjrwvuFdZLG1QgjYdcaPD/6t4c+FhLjR94Tl8E=',
      'v=YExzEMAcpyy7+1TEWh6vRhrMMBuBuFHpkPtXHWDtX50=',
    ])
  })
})

test('without WebCrypto the results are the same', async () => {
  for (const name of ['SHA-256', 'SHA-512'] as const) {
    const [web, pure] = await Promise.all([hashOf(name), hashOf(name, null)])
    const [a, b] = [utf8('pencil'), utf8('some salt')]
    expect(await pure.digest(a)).toEqual(await web.digest(a))
    expect(await pure.hmac(a, b)).toEqual(await web.hmac(a, b))
    expect(await pure.pbkdf2(a, b, 4096)).toEqual(await web.pbkdf2(a, b, 4096))
  }
  await exchange(await hashOf('SHA-256', null), pencil, nonce, rfc7677)
})

test('a page that has no WebCrypto, because it was not loaded over https, logs in all the same', async () => {
  const { crypto } = globalThis
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) })
  const session = await scramSha512(pencil).authenticate(target, signal)
  const [, sent] = fromUtf8(session.first).split(',r=')
  expect(await say(session, `r=${sent}more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)).toMatch(/^c=biws,r=.+more,p=[A-Za-z0-9+/]{86}==$/)
})

test('every login has a nonce of its own, of 24 random bytes', async () => {
  const firsts = await Promise.all(Array.from({ length: 50 }, () => scramSha256(pencil).authenticate(target, signal)))
  const nonces = new Set(firsts.map(session => fromUtf8(session.first).split(',r=')[1]))
  expect(nonces.size).toBe(50)
  for (const each of nonces) expect(atob(each)).toHaveLength(24)
})

describe('a broker that is not what it claims to be', () => {
  const refusal = async (said: string, credentials: Partial<ScramCredentials> = {}) => {
    const session = scramSession(sha256, { ...pencil, ...credentials }, nonce)
    const error = await say(session, said).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(SaslFailure)
    return String(error)
  }
  const salt = 's=W22ZaJ0SNY7soEsUEjb6gQ=='

  test('must extend our nonce', async () => {
    expect(await refusal(`r=${nonce},${salt},i=4096`)).toContain('nonce')
    expect(await refusal(`r=somebodyelse,${salt},i=4096`)).toContain('nonce')
    expect(await refusal(`r=x${nonce}more,${salt},i=4096`)).toContain('nonce')
  })

  test('cannot ask for fewer iterations than are safe, nor for so many that we hash for hours', async () => {
    expect(await refusal(`r=${nonce}x,${salt},i=4095`)).toContain('4095 iterations')
    expect(await refusal(`r=${nonce}x,${salt},i=100001`)).toContain('`maxIterations` 100000')
    expect(await refusal(`r=${nonce}x,${salt},i=${'9'.repeat(400)}`)).toContain('maxIterations')
    expect(await refusal(`r=${nonce}x,${salt},i=8192`, { maxIterations: 5000 })).toContain('`maxIterations` 5000')
    expect(await say(scramSession(sha256, { ...pencil, maxIterations: 200_000 }, nonce), `r=${nonce}x,${salt},i=100001`)).toMatch(/^c=biws/)
  })

  test('must prove that it knows the password', async () => {
    const session = scramSession(sha256, pencil, nonce)
    await say(session, rfc7677[1])
    await expect(say(session, 'v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).rejects.toThrow('not the broker it claims to be')
    // Nothing, and the first byte of the right signature.
    for (const said of ['v=', 'v=6g==']) {
      const short = scramSession(sha256, pencil, nonce)
      await say(short, rfc7677[1])
      await expect(say(short, said)).rejects.toThrow(SaslFailure)
    }
  })

  test('is told apart from one that refuses', async () => {
    const session = scramSession(sha256, pencil, nonce)
    await say(session, rfc7677[1])
    await expect(say(session, 'e=invalid-proof')).rejects.toThrow('refuses: invalid-proof')
    const long = scramSession(sha256, pencil, nonce)
    await say(long, rfc7677[1])
    await expect(say(long, `e=${'x'.repeat(10_000)}`)).rejects.toThrow(new SaslFailure(`the broker refuses: ${'x'.repeat(100)}`))
  })

  test('may send anything: it is refused with one error', async () => {
    expect(await refusal('m=unknown,r=x')).toContain('extension')
    expect(await say(scramSession(sha256, pencil, nonce), `r=${nonce}m=x,${salt},i=4096`)).toMatch(/^c=biws/)
    for (const said of [
      '',
      'r=',
      `r=${nonce}x`,
      `r=${nonce}x,s=%%%%,i=4096`,
      `r=${nonce}x,${salt},i=-1`,
      `r=${nonce}x,s=abc,i=4096`,
      `r=${nonce}x,y,${salt},i=4096`,
      '\0',
    ]) {
      expect(await refusal(said)).toContain('not SCRAM')
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async bytes => {
        const session = scramSession(sha256, pencil, nonce)
        await expect((async () => session.next(bytes))()).rejects.toThrow(SaslFailure)
      }),
    )
  })

  test('that goes on after the end is not listened to', async () => {
    const session = scramSession(sha256, pencil, nonce)
    await say(session, rfc7677[1])
    await say(session, rfc7677[3])
    await expect(say(session, rfc7677[3])).rejects.toThrow('after the end')
  })
})

describe('names', () => {
  test('whatever is in them, they end where they should: no comma is left, and every = begins an escape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        const escaped = escapeName(name)
        expect(escaped).not.toContain(',')
        expect(escaped.match(/=(?!3D|2C)/g)).toBeNull()
        expect(escaped.replaceAll('=2C', ',').replaceAll('=3D', '=')).toBe(name)
      }),
    )
  })

  test('are prepared only when asked to, as Kafka itself does not', () => {
    const credentials = { username: 'I\u00adX', password: 'pencil' }
    expect(fromUtf8(scramSession(sha256, credentials, 'n').first)).toBe('n,,n=I\u00adX,r=n')
    const prepared = { ...credentials, saslPrep: true }
    expect(fromUtf8(scramSession(sha256, prepared, 'n').first)).toBe('n,,n=IX,r=n')
    expect(fromUtf8(scramSession(sha256, { ...prepared, authzid: '\u2168' }, 'n').first)).toBe('n,a=IX,n=IX,r=n')
    expect(() => scramSession(sha256, { ...credentials, password: '\u0007', saslPrep: true }, 'n')).toThrow(SaslFailure)
  })
})

describe('credentials', () => {
  test('that are wrong are refused at once, by name and without their value', () => {
    const wrong = (credentials: object) => {
      try {
        scramSha256(credentials as ScramCredentials)
        return 'accepted'
      } catch (error) {
        expect(error).toMatchObject({ name: 'ClientError', code: 'INVALID_OPTION' })
        return String(error)
      }
    }
    expect(wrong({ username: '', password: 'secret' })).toContain('username must be text')
    expect(wrong({ username: 'u', password: 1234567 })).toMatch(/password must be text(?!.*1234567)/)
    expect(wrong({ username: 'u', password: 'secret', tokenAuth: 'yes' })).toContain('tokenAuth')
    expect(wrong({ username: 'u', password: 'secret', saslPrep: 1 })).toContain('saslPrep must be true or false')
    expect(wrong({ username: 'u', password: 'secret', maxIterations: 4096.5 })).toContain('maxIterations must be a whole number')
    expect(wrong({ username: 'u', password: 'secret', maxIterations: 1000 })).toContain('maxIterations must be a whole number from 4096')
  })

  test('as a function are asked for anew at every login, and given its signal', async () => {
    const asked: AbortSignal[] = []
    const mechanism = scramSha256(async given => {
      asked.push(given)
      return { username: `user-${asked.length}`, password: 'p' }
    })
    for (const user of ['user-1', 'user-2']) {
      expect(fromUtf8((await mechanism.authenticate(target, signal)).first)).toContain(`n=${user},`)
    }
    expect(asked).toEqual([signal, signal])
  })

  test('do not show in the mechanism', () => {
    expect(JSON.stringify(scramSha256({ username: 'alice', password: 'hidden' }))).toBe('{"name":"SCRAM-SHA-256"}')
  })
})
