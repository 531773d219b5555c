import { describe, expect, test } from 'vitest'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { SaslAuthenticateRequest } from '../../protocol/api/sasl-authenticate.js'
import { SaslHandshakeRequest } from '../../protocol/api/sasl-handshake.js'
import { errnoOf } from '../../protocol/errors.js'
import { fromUtf8, utf8 } from '../../sasl/text.js'
import { createSandbox } from '../sandbox.js'
import { setup as open } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'
import type { SaslOptions } from './options.js'

const users = { alice: 'secret', bob: 'secret' }
const setup = (sasl: Partial<SaslOptions> = {}) => {
  const cuts: string[] = []
  return open({ sasl: { users, ...sasl }, onDisconnect: ({ reason }) => cuts.push(reason) }).then(all => ({ ...all, cuts }))
}
const choose = (client: TestClient, mechanism: string, version = 1) => client.ask(SaslHandshakeRequest, version, { mechanism })
const say = (client: TestClient, text: string) => client.ask(SaslAuthenticateRequest, 2, { authBytes: utf8(text) })
const metadata = (client: TestClient) => client.ask(MetadataRequest, 9, { topics: [] })
const logIn = async (client: TestClient, name = 'alice') => {
  await choose(client, 'PLAIN')
  return say(client, `\0${name}\0secret`)
}

describe('before a login', () => {
  test('a broker tells what it speaks, and cuts the connection for anything else', async () => {
    const { client, cuts } = await setup()
    expect((await client.ask(ApiVersionsRequest, 0, {})).errorCode).toBe(0)
    await client.tell(MetadataRequest, 9, { topics: [] })
    expect(await client.closed()).toBe(true)
    expect(cuts).toEqual(['Unexpected Kafka request of type Metadata during SASL handshake'])
  })

  test('a mechanism has to be chosen first; in the middle of a login anything else ends the connection, with an answer', async () => {
    const { client, dial } = await setup()
    await client.tell(SaslAuthenticateRequest, 2, { authBytes: utf8('\0alice\0secret') })
    expect(await client.closed()).toBe(true)
    for (const ask of [
      (other: TestClient) => choose(other, 'PLAIN'),
      (other: TestClient) => other.ask(ApiVersionsRequest, 0, {}),
      (other: TestClient) => other.ask(MetadataRequest, 13, { topics: [] }),
    ]) {
      const other = await dial()
      await choose(other, 'PLAIN')
      expect((await ask(other)).errorCode).toBe(errnoOf('ILLEGAL_SASL_STATE'))
      expect(await other.closed()).toBe(true)
    }
  })

  test('a mechanism that is not offered is answered with those that are, and the connection ends', async () => {
    const { client, cuts } = await setup({ mechanisms: ['PLAIN', 'SCRAM-SHA-512'] })
    expect(await choose(client, 'GSSAPI')).toEqual({
      errorCode: errnoOf('UNSUPPORTED_SASL_MECHANISM'),
      mechanisms: ['PLAIN', 'SCRAM-SHA-512'],
    })
    expect(await client.closed()).toBe(true)
    expect(cuts).toEqual(['Unsupported SASL mechanism GSSAPI'])
  })

  test('a listener without logins says that they are out of place', async () => {
    const { client } = await open()
    expect(await choose(client, 'PLAIN')).toEqual({ errorCode: errnoOf('ILLEGAL_SASL_STATE'), mechanisms: [] })
    expect((await say(client, 'x')).errorCode).toBe(errnoOf('ILLEGAL_SASL_STATE'))
    expect((await metadata(client)).brokers).toHaveLength(1)
  })
})

describe('a login', () => {
  test('that is good lets everything through', async () => {
    const { client } = await setup()
    expect(await logIn(client)).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0n, authBytes: new Uint8Array() })
    expect((await metadata(client)).brokers).toHaveLength(1)
  })

  test.each([
    ['a wrong password', '\0alice\0wrong', 'Authentication failed: Invalid username or password'],
    ['an unknown user', '\0eve\0secret', 'Authentication failed: Invalid username or password'],
    ['somebody acting as another', 'bob\0alice\0secret', 'Client requested an authorization id that is different from username'],
    ['what is no PLAIN', 'alice', 'expected 3 tokens'],
  ])('%s is told, and the connection ends', async (_, message, words) => {
    const { client } = await setup()
    await choose(client, 'PLAIN')
    const answer = await say(client, message)
    expect(answer.errorCode).toBe(errnoOf('SASL_AUTHENTICATION_FAILED'))
    expect(answer.errorMessage).toContain(words)
    expect(await client.closed()).toBe(true)
  })

  test('of bytes that are no text is refused', async () => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'OAUTHBEARER']) {
      const { client } = await setup()
      await choose(client, mechanism)
      const answer = await client.ask(SaslAuthenticateRequest, 0, { authBytes: Uint8Array.of(255, 0, 128) })
      expect(answer).toMatchObject({
        errorCode: errnoOf('SASL_AUTHENTICATION_FAILED'),
        errorMessage: 'Authentication failed: the message cannot be read',
      })
    }
  })

  test.each([
    ['a user without a password', 'n,,n=eve,r=abc'],
    ['a delegation token, of which there are none', 'n,,n=alice,r=abc,tokenauth=true'],
    ['what is no SCRAM', 'hello'],
    ['channel binding, which there is none to', 'p=tls-unique,,n=alice,r=abc'],
  ])('by SCRAM of %s is refused at the first message', async (_, message) => {
    const { client } = await setup()
    await choose(client, 'SCRAM-SHA-256')
    expect(await say(client, message)).toMatchObject({
      errorCode: errnoOf('SASL_AUTHENTICATION_FAILED'),
      errorMessage: 'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256',
    })
  })

  test('by SCRAM whose proof is wrong, or that forgets the nonce, is refused at the second', async () => {
    for (const last of ['c=biws,r=NONCE,p=AAAA', 'c=biws,r=NONCE', 'c=biws,r=other,p=AAAA', 'c=eSws,r=NONCE,p=AAAA', 'x']) {
      const { client } = await setup({ scramIterations: 5000 })
      await choose(client, 'SCRAM-SHA-512')
      const first = fromUtf8((await say(client, 'n,,n=alice,r=abc')).authBytes)
      const [, nonce] = /^r=(abc[^,]{24}),s=[A-Za-z0-9+/=]{24},i=5000$/.exec(first) ?? []
      expect((await say(client, last.replace('NONCE', nonce))).errorCode).toBe(errnoOf('SASL_AUTHENTICATION_FAILED'))
    }
  })

  test.each([
    ['has run out', { sub: 'alice', exp: 1 }],
    ['has no subject', { exp: 4e9 }],
    ['has no end', { sub: 'alice' }],
  ])('by a token that %s is refused in JSON first, then for good', async (_, claims) => {
    const { client } = await setup()
    await choose(client, 'OAUTHBEARER')
    const token = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims)).replace(/=+$/, '')}.`
    const refused = await say(client, `n,,\x01auth=Bearer ${token}\x01\x01`)
    expect([refused.errorCode, fromUtf8(refused.authBytes)]).toEqual([0, '{"status":"invalid_token"}'])
    expect((await say(client, '\x01')).errorCode).toBe(errnoOf('SASL_AUTHENTICATION_FAILED'))
    expect(await client.closed()).toBe(true)
  })
})

describe('a login that ends', () => {
  test('says when; used later for anything but another login, the connection is cut', async () => {
    const { client, clock, cuts } = await setup({ sessionLifetimeMs: 2000 })
    expect((await logIn(client)).sessionLifetimeMs).toBe(2000n)
    await clock.advance(1999)
    expect((await metadata(client)).brokers).toHaveLength(1)
    await clock.advance(1)
    await client.tell(MetadataRequest, 9, { topics: [] })
    expect(await client.closed()).toBe(true)
    expect(cuts).toEqual(['the login of alice has run out, and Metadata came instead of another'])
  })

  test('is renewed on its connection, also after its end; not twice within a second', async () => {
    const { client, clock } = await setup({ sessionLifetimeMs: 2000 })
    await logIn(client)
    expect((await logIn(client)).errorCode).toBe(0)
    await clock.advance(999)
    expect((await choose(client, 'PLAIN')).errorCode).toBe(errnoOf('ILLEGAL_SASL_STATE'))
    expect((await metadata(client)).brokers).toHaveLength(1)
    await clock.advance(5000)
    expect((await logIn(client)).sessionLifetimeMs).toBe(2000n)
    await clock.advance(1500)
    expect((await metadata(client)).brokers).toHaveLength(1)
  })

  test('stays with its user and its mechanism', async () => {
    const { client, clock, dial } = await setup({ sessionLifetimeMs: 2000 })
    const other = await dial()
    await logIn(client)
    await logIn(other)
    await clock.advance(1000)
    expect((await logIn(client, 'bob')).errorMessage).toContain('Cannot change principals')
    await choose(other, 'SCRAM-SHA-256')
    await other.tell(SaslAuthenticateRequest, 2, { authBytes: utf8('n,,n=alice,r=abc') })
    expect(await other.closed()).toBe(true)
  })

  test('ends no later than the token that it was made with', async () => {
    const { client, clock } = await setup({ sessionLifetimeMs: 60_000 })
    await choose(client, 'OAUTHBEARER')
    const token = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sub: 'alice', exp: clock.wallNow() / 1000 + 7 })).replace(/=+$/, '')}.`
    expect((await say(client, `n,,\x01auth=Bearer ${token}\x01\x01`)).sessionLifetimeMs).toBe(7000n)
  })
})

test('users can be added, changed and removed; who is in stays in', async () => {
  const { sandbox, client, dial } = await setup()
  await logIn(client)
  sandbox.setUser('carol', 'secret')
  expect((await logIn(await dial(), 'carol')).errorCode).toBe(0)
  sandbox.setUser('alice', 'another')
  sandbox.removeUser('bob')
  for (const name of ['alice', 'bob']) expect((await logIn(await dial(), name)).errorCode).toBe(errnoOf('SASL_AUTHENTICATION_FAILED'))
  expect((await metadata(client)).brokers).toHaveLength(1)
})

test.each([
  [{ users: { '': 'x' } }, 'sasl.users'],
  [{ users: { a: 5 } }, 'sasl.users'],
  [{ mechanisms: ['GSSAPI'] }, 'sasl.mechanisms names GSSAPI, which the sandbox does not have'],
  [{ sessionLifetimeMs: -1 }, 'sasl.sessionLifetimeMs is -1'],
  [{ scramIterations: 0 }, 'sasl.scramIterations'],
])('options that make no sense are refused: %j', async (sasl, words) => {
  await expect(createSandbox({ sasl: sasl as unknown as SaslOptions })).rejects.toThrow(words)
})
