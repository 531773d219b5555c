import { describe, expect, test } from 'vitest'
import { AlterUserScramCredentialsRequest } from '../../protocol/api/alter-user-scram-credentials.js'
import { CreateDelegationTokenRequest } from '../../protocol/api/create-delegation-token.js'
import { DescribeUserScramCredentialsRequest } from '../../protocol/api/describe-user-scram-credentials.js'
import { ExpireDelegationTokenRequest } from '../../protocol/api/expire-delegation-token.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { RenewDelegationTokenRequest } from '../../protocol/api/renew-delegation-token.js'
import { SaslAuthenticateRequest } from '../../protocol/api/sasl-authenticate.js'
import { SaslHandshakeRequest } from '../../protocol/api/sasl-handshake.js'
import { errnoOf } from '../../protocol/errors.js'
import { type HashName, hashOf } from '../../sasl/hash.js'
import { type ScramCredentials, scramSha256, scramSha512 } from '../../sasl/scram.js'
import { toBase64, utf8 } from '../../sasl/text.js'
import type { SandboxOptions } from '../options.js'
import { setup as open } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

const setup = (more: SandboxOptions = {}) =>
  open({
    topics: { orders: 1 },
    sasl: { users: { alice: 'secret', bob: 'secret' }, sessionLifetimeMs: 60_000 },
    brokerConfigs: { 'delegation.token.secret.key': '0123456789abcdef0123456789abcdef' },
    ...more,
  })
const plain = async (client: TestClient, name: string) => {
  await client.ask(SaslHandshakeRequest, 1, { mechanism: 'PLAIN' })
  return client.ask(SaslAuthenticateRequest, 2, { authBytes: utf8(`\0${name}\0secret`) })
}
/** The broker's last answer to a login by SCRAM, whose signature the client's own mechanism checks. */
async function scram(client: TestClient, hashName: HashName, credentials: ScramCredentials) {
  const mechanism = hashName === 'SHA-256' ? scramSha256(credentials) : scramSha512(credentials)
  const session = await mechanism.authenticate({ host: 'broker-1', port: 9092 }, new AbortController().signal)
  await client.ask(SaslHandshakeRequest, 1, { mechanism: mechanism.name })
  let answer = await client.ask(SaslAuthenticateRequest, 2, { authBytes: session.first })
  while (answer.errorCode === 0) {
    const next = await session.next(answer.authBytes)
    if (!next) break
    answer = await client.ask(SaslAuthenticateRequest, 2, { authBytes: next })
  }
  return answer
}
const REFUSED = errnoOf('SASL_AUTHENTICATION_FAILED')
const HASHES: HashName[] = ['SHA-256', 'SHA-512']

describe('delegation tokens (KIP-48)', () => {
  const create = (client: TestClient, maxLifetimeMs = -1n) =>
    client.ask(CreateDelegationTokenRequest, 3, { renewers: [{ principalType: 'User', principalName: 'bob' }], maxLifetimeMs })

  test.each(HASHES)('who has one logs in by SCRAM-%s as its owner, no longer than it lives, and gets no other with it', async hashName => {
    const { client, dial, sandbox } = await setup()
    await plain(client, 'alice')
    const token = await create(client, 5000n)
    expect(token).toMatchObject({ errorCode: 0, principalName: 'alice', tokenRequesterPrincipalName: 'alice' })
    expect(token.hmac).toHaveLength(64)
    const credentials = { username: token.tokenId, password: toBase64(token.hmac), tokenAuth: true }
    const other = await dial()
    const answer = await scram(other, hashName, credentials)
    expect([answer.errorCode, answer.sessionLifetimeMs]).toEqual([0, 5000n])
    sandbox.deny({ topic: 'orders', principal: 'User:alice' })
    const { topics } = await other.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    expect(topics[0].errorCode).toBe(errnoOf('TOPIC_AUTHORIZATION_FAILED'))
    expect((await create(other)).errorCode).toBe(errnoOf('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'))
    // Without the extension the token's id is the name of a user, whom nobody knows.
    expect((await scram(await dial(), hashName, { ...credentials, tokenAuth: false })).errorCode).toBe(REFUSED)
  })

  test('it can be renewed up to its end, runs out, and is ended by those who may', async () => {
    const { client, dial, clock } = await setup()
    await plain(client, 'alice')
    const { hmac, tokenId, issueTimestampMs, maxTimestampMs } = await create(client, 10_000n)
    const login = async () =>
      (await scram(await dial(), 'SHA-256', { username: tokenId, password: toBase64(hmac), tokenAuth: true })).errorCode
    const bob = await dial()
    await plain(bob, 'bob')
    const renewed = await bob.ask(RenewDelegationTokenRequest, 2, { hmac, renewPeriodMs: 2000n })
    expect(renewed).toMatchObject({ errorCode: 0, expiryTimestampMs: issueTimestampMs + 2000n })
    expect((await bob.ask(RenewDelegationTokenRequest, 2, { hmac, renewPeriodMs: 99_000n })).expiryTimestampMs).toBe(maxTimestampMs)
    expect(await login()).toBe(0)
    await clock.advance(10_000)
    expect(await login()).toBe(REFUSED)
    expect((await bob.ask(RenewDelegationTokenRequest, 2, { hmac, renewPeriodMs: 1n })).errorCode).toBe(errnoOf('DELEGATION_TOKEN_EXPIRED'))
    const second = await create(client)
    await client.ask(ExpireDelegationTokenRequest, 2, { hmac: second.hmac, expiryTimePeriodMs: -1n })
    const gone = await client.ask(ExpireDelegationTokenRequest, 2, { hmac: second.hmac, expiryTimePeriodMs: -1n })
    expect(gone.errorCode).toBe(errnoOf('DELEGATION_TOKEN_NOT_FOUND'))
  })

  test('without a secret key there are none', async () => {
    const { client } = await setup({ brokerConfigs: {} })
    await plain(client, 'alice')
    expect((await create(client)).errorCode).toBe(errnoOf('DELEGATION_TOKEN_AUTH_DISABLED'))
  })
})

describe('SCRAM credentials (KIP-554)', () => {
  test('set over the wire they log in, without a password that PLAIN would know; taken away they do not', async () => {
    const { client, dial } = await setup()
    await plain(client, 'alice')
    const hash = await hashOf('SHA-512')
    const salt = utf8('a salt of its own')
    const saltedPassword = await hash.pbkdf2(utf8('new-secret'), salt, 4096)
    const carol = { name: 'carol', mechanism: 2, iterations: 4096, salt, saltedPassword }
    const alter = async (deletions: { name: string; mechanism: number }[], upsertions: (typeof carol)[]) =>
      (await client.ask(AlterUserScramCredentialsRequest, 0, { deletions, upsertions })).results.map(({ errorCode }) => errorCode)
    expect(await alter([], [carol])).toEqual([0])
    const { results } = await client.ask(DescribeUserScramCredentialsRequest, 0, { users: null })
    expect(results.map(({ user, credentialInfos }) => [user, credentialInfos.length])).toEqual([
      ['alice', 2],
      ['bob', 2],
      ['carol', 1],
    ])
    const login = async (hashName: HashName, password = 'new-secret') =>
      (await scram(await dial(), hashName, { username: 'carol', password })).errorCode
    expect([await login('SHA-512'), await login('SHA-256'), await login('SHA-512', 'wrong')]).toEqual([0, REFUSED, REFUSED])
    expect((await plain(await dial(), 'carol')).errorCode).toBe(REFUSED)
    expect(await alter([{ name: 'carol', mechanism: 2 }], [])).toEqual([0])
    expect(await login('SHA-512')).toBe(REFUSED)
    expect(await alter([{ name: 'carol', mechanism: 2 }], [])).toEqual([errnoOf('RESOURCE_NOT_FOUND')])
  })

  test('a user whose password is changed has new ones, one who is removed has none', async () => {
    const { dial, sandbox } = await setup()
    const login = async (password: string) => (await scram(await dial(), 'SHA-256', { username: 'alice', password })).errorCode
    expect(await login('secret')).toBe(0)
    sandbox.setUser('alice', 'other')
    expect([await login('secret'), await login('other')]).toEqual([REFUSED, 0])
    sandbox.removeUser('alice')
    expect(await login('other')).toBe(REFUSED)
  })
})
