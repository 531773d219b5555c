import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AwsMskIamCredentials, awsMskIam, signedLogin } from './aws-msk-iam.js'
import { hashOf } from './hash.js'
import { SaslFailure, type SaslMechanism } from './mechanism.js'
import { type OAuthBearerCredentials, oauthBearer } from './oauth-bearer.js'
import { type PlainCredentials, plain } from './plain.js'
import { presign, signingKey } from './sigv4.js'
import { fromUtf8, toHex, utf8 } from './text.js'

const target = { host: 'b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com', port: 9098 }
const signal = new AbortController().signal
const begin = async (mechanism: SaslMechanism) => mechanism.authenticate(target, signal)
const firstOf = async (mechanism: SaslMechanism) => fromUtf8((await begin(mechanism)).first)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('PLAIN', () => {
  test('is who to act as, user and password, with NUL between (RFC 4616)', async () => {
    expect(await firstOf(plain({ username: 'tim', password: 'tänstaaftanstaaf' }))).toBe('\0tim\0tänstaaftanstaaf')
    expect(await firstOf(plain({ username: 'Kurt', password: 'xipj3plmq', authzid: 'Ursel' }))).toBe('Ursel\0Kurt\0xipj3plmq')
  })

  test('ends with the first answer, which is empty', async () => {
    const session = await begin(plain({ username: 'u', password: 'p' }))
    expect(await session.next(new Uint8Array())).toBeUndefined()
    expect(() => session.next(utf8('?'))).toThrow(SaslFailure)
  })

  test('a NUL in name or password is refused, at once or when it comes', async () => {
    expect(() => plain({ username: 'a\0b', password: 'secret' })).toThrow(/^(?!.*secret).*username holds a NUL/)
    await expect(begin(plain(() => ({ username: 'a', password: 'secret\0' })))).rejects.toThrow(/^(?!.*secret).*password holds a NUL/)
    expect(() => plain({ username: 'a', password: 'secret', authzid: 'b\0c' })).toThrow(/^(?!.*secret).*authzid holds a NUL/)
    await expect(begin(plain(() => undefined as unknown as PlainCredentials))).rejects.toThrow('credentials must be an object')
  })
})

test('credentials that are given once are those of that moment; what an optional one may be is checked too', async () => {
  const given: PlainCredentials = { username: 'a', password: 'p' }
  const mechanism = plain(given)
  given.password = 'q\0'
  expect(await firstOf(mechanism)).toBe('\0a\0p')
  for (const authzid of [5, null]) {
    expect(() => plain({ username: 'a', password: 'p', authzid } as unknown as PlainCredentials)).toThrow('authzid must be text')
  }
})

describe('OAUTHBEARER', () => {
  test('is the token and the extensions in order, as RFC 7628 frames them', async () => {
    const token = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=='
    expect(await firstOf(oauthBearer({ token }))).toBe(`n,,\x01auth=Bearer ${token}\x01\x01`)
    const extensions = { traceId: '42', logicalCluster: 'lkc 1' }
    expect(await firstOf(oauthBearer({ token, extensions, authzid: 'a,b' }))).toBe(
      `n,a=a=2Cb,\x01auth=Bearer ${token}\x01logicalCluster=lkc 1\x01traceId=42\x01\x01`,
    )
  })

  test('bytes in the answer are a refusal: its reason is told, and the broker gets the character that it waits for', async () => {
    const refuse = async (said: string) => {
      const session = await begin(oauthBearer({ token: 'secret' }))
      try {
        return session.next(utf8(said))
      } catch (error) {
        return error
      }
    }
    const refused = await refuse('{"status":"invalid_token","scope":"kafka","openid-configuration":"","x":"y"}')
    expect(refused).toBeInstanceOf(SaslFailure)
    expect(refused).toMatchObject({ message: 'the broker refuses the token: status invalid_token, scope kafka', lastWord: utf8('\x01') })
    for (const said of ['x', '[]', 'null', '{"status":5}']) {
      expect(await refuse(said)).toMatchObject({ message: 'the broker refuses the token', lastWord: utf8('\x01') })
    }
    expect(await refuse(JSON.stringify({ status: 's'.repeat(10_000) }))).toMatchObject({
      message: `the broker refuses the token: status ${'s'.repeat(200)}`,
    })
    expect(await refuse('')).toBeUndefined()
  })

  test('a token or extension that could break out of its frame is refused, unseen', async () => {
    const refused = (credentials: unknown) => expect(() => oauthBearer(credentials as OAuthBearerCredentials))
    refused({ token: 'secret\x01auth=x' }).toThrow(/^(?!.*secret).*token holds/)
    refused({ token: 'secret key' }).toThrow(/^(?!.*secret).*token holds a space/)
    refused({ token: '' }).toThrow('token must be text')
    refused({ token: 't', authzid: 5 }).toThrow('authzid must be text')
    refused({ token: 't', extensions: 5 }).toThrow('extensions must be an object')
    refused({ token: 't', extensions: { a: '' } }).toThrow('extensions.a must be printable ASCII, and not empty')
    refused({ token: 't', extensions: { auth: 'x' } }).toThrow('extensions.auth')
    refused({ token: 't', extensions: { 'a=b': 'x' } }).toThrow('not letters alone')
    refused({ token: 't', extensions: { a: 'x\x01' } }).toThrow('printable ASCII')
    refused({ token: 't', extensions: { a: 5 } }).toThrow('printable ASCII')
  })

  test('is asked for a fresh token at every login', async () => {
    let token = 0
    const mechanism = oauthBearer(() => ({ token: `t${++token}` }))
    expect([await firstOf(mechanism), await firstOf(mechanism)]).toEqual(['n,,\x01auth=Bearer t1\x01\x01', 'n,,\x01auth=Bearer t2\x01\x01'])
  })
})

describe('AWS Signature Version 4', () => {
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

  test("derives the key of AWS's documentation", async () => {
    const key = await signingKey(await hashOf('SHA-256'), secretAccessKey, ['20150830', 'us-east-1', 'iam', 'aws4_request'])
    expect(toHex(key)).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9')
  })

  test("signs the request of AWS's documentation for S3 as it does", async () => {
    const signed = await presign(await hashOf('SHA-256'), {
      keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
      region: 'us-east-1',
      service: 's3',
      host: 'examplebucket.s3.amazonaws.com',
      path: '/test.txt',
      query: {},
      atMs: Date.UTC(2013, 4, 24),
      expiresSeconds: 86400,
      payload: 'UNSIGNED-PAYLOAD',
    })
    expect(signed.get('X-Amz-Signature')).toBe('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404')
  })
})

describe('AWS_MSK_IAM', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
  const at = Date.UTC(2026, 10, 22, 10, 20, 30)

  test('is a signed request in JSON; the signature is the one that botocore 1.44 makes', async () => {
    expect(await signedLogin(keys, target.host, at)).toEqual({
      version: '2020_10_22',
      host: target.host,
      'user-agent': 'milena',
      action: 'kafka-cluster:Connect',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIDEXAMPLE/20261122/eu-west-1/kafka-cluster/aws4_request',
      'x-amz-date': '20261122T102030Z',
      'x-amz-expires': '900',
      'x-amz-signedheaders': 'host',
      'x-amz-signature': 'e33accd9f885dab8938d78df11252b4317c3d69dac2d5536d03504da95d53e35',
    })
  })

  test('temporary credentials add their token, whatever characters it has; the same by botocore', async () => {
    const sessionToken = "FwoGZXIvYXdzE+/=!*'()"
    const login = await signedLogin({ ...keys, sessionToken }, 'boot-x.c1.kafka-serverless.us-east-1.amazonaws.com', at)
    expect(login).toMatchObject({
      'x-amz-security-token': sessionToken,
      'x-amz-credential': 'AKIDEXAMPLE/20261122/us-east-1/kafka-cluster/aws4_request',
      'x-amz-signature': '1593e5dd90fe8c676d763e626f644eb115af1afb51418245973eacdedd6cb0b8',
    })
  })

  test('the region is in the name of the broker, or given', async () => {
    const regionOf = async (host: string, region?: string) =>
      (await signedLogin({ ...keys, region }, host, at))['x-amz-credential'].split('/')[2]
    expect(await regionOf('b-2.x.kafka.cn-north-1.amazonaws.com.cn')).toBe('cn-north-1')
    expect(await regionOf('B-1.X.KAFKA.EU-WEST-1.AMAZONAWS.COM')).toBe('eu-west-1')
    expect(await regionOf('10.0.0.1', 'eu-central-1')).toBe('eu-central-1')
    expect(await regionOf(target.host, 'us-west-2')).toBe('us-west-2')
    await expect(regionOf('10.0.0.1')).rejects.toThrow("region cannot be told from the broker's name 10.0.0.1: pass it as `region`")
    await expect(regionOf('kafka.eu-west-1.amazonaws.com.evil.example')).rejects.toThrow(SaslFailure)
  })

  test('is signed with the time of the login', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(at)
    expect(JSON.parse(await firstOf(awsMskIam(keys)))).toEqual(await signedLogin(keys, target.host, at))
  })

  test('is sent for the host that was dialled; the broker confirms with anything but nothing', async () => {
    const session = await begin(awsMskIam({ ...keys, userAgent: 'test' }))
    expect(JSON.parse(fromUtf8(session.first))).toMatchObject({ host: target.host, 'user-agent': 'test' })
    expect(await session.next(utf8('{"version":"2020_10_22","request-id":"1"}'))).toBeUndefined()
    expect(() => session.next(new Uint8Array())).toThrow('did not confirm')
  })

  test('the secret key does not leave', async () => {
    expect(await firstOf(awsMskIam(keys))).not.toContain('wJalrXUtn')
    expect(() => awsMskIam({ ...keys, sessionToken: 7777 } as unknown as AwsMskIamCredentials)).toThrow(
      /^(?!.*7777).*sessionToken must be text/,
    )
    expect(() => awsMskIam({ accessKeyId: 'a', secretAccessKey: 7777 } as unknown as AwsMskIamCredentials)).toThrow(
      /^(?!.*7777).*secretAccessKey/,
    )
  })
})
