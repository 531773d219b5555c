import { Client, type ClientOptions, type Hooks, Offset } from '@milena/client-core'
import {
  CreateDelegationTokenRequest,
  ExpireDelegationTokenRequest,
  MetadataRequest,
  versionsFromString,
} from '@milena/client-core/protocol'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { type TlsOptions, tcp, tls } from '@milena/client-core/transport/node'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { until } from './kafka/admin.js'
import type { Kafka } from './kafka/kafka.js'
import { alice, expiredToken, goodToken, LIFETIME_MS, SecureKafka } from './testing/secure-kafka.js'

/*
 * Logins and TLS at a real broker with every kind of listener at once.
 */

/** Characters that SCRAM escapes, and some that RFC 4013 would change: Kafka takes passwords as they are. */
const awkward = { username: 'b=o,b', password: 'pässwörd Ⅸ' }

let secure: SecureKafka
let kafka: Kafka

beforeAll(async () => {
  secure = await SecureKafka.start()
  kafka = secure.kafka
  await kafka.createTopic('orders')
  await secure.setPassword(awkward, 'SCRAM-SHA-256')
})
afterAll(() => secure?.close())

type Options = Omit<ClientOptions, 'transport'> & { transport?: ClientOptions['transport'] }

/** A client of one listener, closed after the test. */
function clientOf(listener: string, options: Options = {}): Client {
  const client = new Client({ seedBrokers: secure.bootstrapOf(listener), transport: tcp(), ...options })
  onTestFinished(() => client.close())
  return client
}

/** The one error of a client that gets nowhere: it did not try again, and its connections say the same. */
async function failure(listener: string, options: Options = {}): Promise<Error & { code: string; step?: string; offered?: string[] }> {
  let dials = 0
  const hooks: Hooks[] = [{ onBrokerConnect: () => void dials++ }]
  const client = clientOf(listener, { ...options, hooks })
  const error = await client.request(MetadataRequest({ topics: null })).then(
    () => expect.unreachable('it succeeded'),
    error => error,
  )
  expect(dials).toBe(1)
  return error
}

const token = () => ({ token: goodToken() })

async function roundTrip(listener: string, options: Options): Promise<void> {
  const client = clientOf(listener, { ...options, consumer: { partitions: { orders: { 0: Offset.atEnd() } } } })
  const sent = await client.send({ topic: 'orders', partition: 0, value: `over ${listener}` })
  client.setOffsets({ orders: { 0: Offset.at(sent.offset) } })
  const fetches = await client.pollFetches()
  expect(fetches.errors()).toEqual([])
  expect(fetches.recordsArray()[0].offset).toBe(sent.offset)
}

describe('logging in', () => {
  test.each<[string, string, SaslMechanism]>([
    ['PLAIN', 'SASL', plain(alice)],
    ['SCRAM-SHA-256', 'SASL', scramSha256(alice)],
    ['SCRAM-SHA-512', 'SASL', scramSha512(alice)],
    ['SCRAM-SHA-256 with names to escape and a password as it is', 'SASL', scramSha256(awkward)],
    ['OAUTHBEARER', 'SASL', oauthBearer(token)],
    ['OAUTHBEARER with extensions', 'SASL', oauthBearer(() => ({ ...token(), extensions: { traceId: '1', logicalCluster: 'lkc-1' } }))],
    ['PLAIN over TLS', 'SASLSSL', plain(alice)],
    ['SCRAM-SHA-512 over TLS', 'SASLSSL', scramSha512(alice)],
  ])('%s: produce and fetch', async (_, listener, mechanism) => {
    await roundTrip(listener, { sasl: [mechanism], transport: listener === 'SASLSSL' ? tls({ ca: secure.ours.ca }) : tcp() })
  })

  test.each([
    ['PLAIN', plain(alice), plain({ ...alice, password: 'wrong' })],
    ['SCRAM-SHA-256', scramSha256(alice), scramSha256({ ...alice, password: 'wrong' })],
  ])('as clients of Kafka 0.11 do, with %s in frames of its own', async (_, good, bad) => {
    const maxVersions = new Map([...versionsFromString('4.0')].filter(([key]) => key !== 36))
    await roundTrip('SASL', { sasl: [good], maxVersions })
    const error = await failure('SASL', { sasl: [bad], maxVersions })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate' })
    expect(error.message).toContain('check user name and password')
  })

  test('a mechanism that the listener does not offer: the next that it does, remembered', async () => {
    let dials = 0
    const client = clientOf('FEW', { sasl: [plain(alice), scramSha512(alice)], hooks: [{ onBrokerConnect: () => void dials++ }] })
    await client.ping()
    await client.send({ topic: 'orders', partition: 0, value: 'x' })
    const { nodeId } = client.discoveredBrokers()[0]
    const before = dials
    await client.broker(nodeId).request(MetadataRequest({ topics: null }))
    expect(dials - before).toBeLessThanOrEqual(1)
  })

  test('a password as RFC 4013 would have it is another for Kafka', async () => {
    expect(await failure('SASL', { sasl: [scramSha256({ ...awkward, saslPrep: true })] })).toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  })

  test('a delegation token, until it is expired', async () => {
    const owner = clientOf('SASL', { sasl: [scramSha256(alice)] })
    const made = await owner.request(CreateDelegationTokenRequest({ renewers: [], maxLifetimeMs: 600_000n }))
    expect(made.errorCode).toBe(0)
    const login = { username: made.tokenId, password: Buffer.from(made.hmac).toString('base64'), tokenAuth: true }
    for (const mechanism of [scramSha256(login), scramSha512(login)]) {
      await until('the token is known', () => secure.logsIn([mechanism]))
      await roundTrip('SASL', { sasl: [mechanism] })
    }
    const ended = await owner.request(ExpireDelegationTokenRequest({ hmac: made.hmac, expiryTimePeriodMs: -1n }))
    expect(ended.errorCode).toBe(0)
    await until('the token is gone', () =>
      secure.logsIn([scramSha256(login)]).then(
        () => false,
        error => error.code === 'AUTHENTICATION_FAILED',
      ),
    )
  })
})

describe('a login that fails gives one error, at once, that says which step, why, and what to do', () => {
  test.each([
    ['PLAIN', plain({ ...alice, password: 'wrong' }), 'Invalid username or password'],
    ['SCRAM-SHA-256', scramSha256({ ...alice, password: 'wrong' }), 'invalid credentials'],
    ['SCRAM-SHA-512', scramSha512({ username: 'nobody', password: 'wrong' }), 'invalid credentials'],
  ])('%s, wrong password or user', async (name, mechanism, words) => {
    const error = await failure('SASL', { sasl: [mechanism] })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate', mechanism: name, broker: { host: '127.0.0.1' } })
    expect(error.message).toMatch(
      new RegExp(`127\\.0\\.0\\.1:\\d+ refused the login with ${name}: .*${words}.*; check user name and password`),
    )
  })

  test('a token that has run out', async () => {
    const error = await failure('SASL', { sasl: [oauthBearer({ token: expiredToken() })] })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate' })
    expect(error.message).toMatch(/with OAUTHBEARER failed: the broker refuses the token: status invalid_token.*; check that the token/)
  })

  test('no mechanism in common', async () => {
    const error = await failure('FEW', { sasl: [plain(alice)] })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'handshake', offered: ['SCRAM-SHA-512'] })
    expect(error.message).toContain('it offers SCRAM-SHA-512')
  })

  test('a login where none is asked for', async () => {
    const error = await failure('PLAINTEXT', { sasl: [plain(alice)] })
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'handshake' })
    expect(error.message).toContain('asks for no login on this listener')
  })

  test('no login where one is asked for', async () => {
    const error = await failure('SASL')
    expect(error).toMatchObject({ code: 'FIRST_READ_EOF' })
    expect(error.message).toContain('seems to want a login; pass `sasl`')
  })
})

describe('TLS', () => {
  const over = (options: TlsOptions) => ({ transport: tls(options) })

  test('with the authority that issued the certificate', () => roundTrip('SSL', over({ ca: secure.ours.ca })))

  test('with a certificate of our own where the broker asks for one', () =>
    roundTrip('MTLS', over({ ca: secure.ours.ca, cert: secure.certificate.cert, key: secure.certificate.key })))

  test('1.2 where the broker speaks nothing newer, unless we want more', async () => {
    await roundTrip('TLS12', over({ ca: secure.ours.ca }))
    const error = await failure('TLS12', over({ ca: secure.ours.ca, minVersion: 'TLSv1.3' }))
    expect(error).toMatchObject({ name: 'TransportError', code: expect.stringMatching(/^(EPROTO|ERR_SSL_)/), retriable: false })
  })

  test('a certificate for another name', async () => {
    const error = await failure('MISNAMED', over({ ca: secure.ours.ca }))
    expect(error).toMatchObject({ name: 'TransportError', code: 'ERR_TLS_CERT_ALTNAME_INVALID', retriable: false })
    expect(error.message).toContain('for another name; connect by a name it lists or set `servername`')
    await roundTrip('MISNAMED', over({ ca: secure.ours.ca, servername: 'elsewhere.example' }))
  })

  test('an authority that we do not know', async () => {
    const error = await failure('SSL', over({ ca: secure.strangers.ca }))
    expect(error).toMatchObject({ name: 'TransportError', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', retriable: false })
    expect(error.message).toContain('`ca`')
  })

  test.each([
    ['no certificate', () => ({})],
    ["a stranger's certificate", () => ({ cert: secure.strange.cert, key: secure.strange.key })],
  ])('%s where the broker asks for one that it knows', async (_, own) => {
    const error = await failure('MTLS', over({ ca: secure.ours.ca, ...own() }))
    expect(error).toMatchObject({ name: 'TransportError', code: expect.stringMatching(/^ERR_SSL_/), retriable: false })
    expect(error.message).toContain('wants a client certificate that it trusts; pass one as `cert` and `key`')
  })

  test('a plaintext client at a TLS port', async () => {
    const error = await failure('SSL')
    expect(error).toMatchObject({ name: 'ClientError', code: 'NOT_KAFKA' })
    expect(error.message).toContain('turn TLS on')
  })

  test('a plaintext client that would log in at a TLS port', async () => {
    expect(await failure('SASLSSL', { sasl: [plain(alice)] })).toMatchObject({ name: 'ClientError', code: 'NOT_KAFKA' })
  })

  test('a TLS client at a plaintext port', async () => {
    const error = await failure('PLAINTEXT', over({ ca: secure.ours.ca }))
    expect(error).toMatchObject({ name: 'TransportError', code: 'ECONNRESET', retriable: false })
    expect(error.message).toContain('plaintext listener')
  })

  test('a TLS client at a plaintext port that wants a login', async () => {
    expect(await failure('SASL', { ...over({ ca: secure.ours.ca }), sasl: [plain(alice)] })).toMatchObject({
      code: 'ECONNRESET',
      retriable: false,
    })
  })
})

describe(`logins that last ${LIFETIME_MS} ms`, () => {
  /** What the hooks saw of logins and connections. */
  function watch() {
    const seen = { renewals: new Map<number, number>(), purposes: [] as string[], cuts: [] as Error[], tokens: 0 }
    const hooks: Hooks = {
      onBrokerConnect: ({ purpose, error }) => void seen.purposes.push(error ? `failed ${purpose}` : purpose),
      onBrokerDisconnect: ({ error }) => void (error && seen.cuts.push(error)),
      onBrokerWrite: ({ apiKey, connectionId, frame }) => {
        if (apiKey !== 36) return
        if (frame.take().length > 0 || !frame.redacted) seen.tokens++
        seen.renewals.set(connectionId, (seen.renewals.get(connectionId) ?? -1) + 1)
      },
    }
    return { seen, hooks: [hooks] }
  }

  /** Twenty callers without a pause. */
  async function load(client: Client): Promise<number> {
    const end = Date.now() + 3 * LIFETIME_MS
    let answered = 0
    const ask = async () => {
      while (Date.now() < end) {
        await client.broker(1).request(MetadataRequest({ topics: [] }))
        answered++
      }
    }
    await Promise.all(Array.from({ length: 20 }, ask))
    return answered
  }

  test('are renewed in place under constant load, without a loss, whatever the mechanism', async () => {
    const ways: [SaslMechanism, messages: number][] = [
      [plain(alice), 1],
      [scramSha256(alice), 2],
      [oauthBearer(token), 1],
    ]
    const renewed = async ([mechanism, messages]: (typeof ways)[number]) => {
      const { seen, hooks } = watch()
      const client = clientOf('REAUTH', { sasl: [mechanism], hooks, requestRetries: 0 })
      await client.ping()
      expect(await load(client)).toBeGreaterThan(100)
      expect([seen.cuts, seen.tokens]).toEqual([[], 0])
      expect(seen.purposes).toEqual(['rest', 'rest'])
      const renewals = Math.max(...seen.renewals.values())
      expect(renewals).toBeGreaterThanOrEqual(3 * messages)
      expect(renewals).toBeLessThanOrEqual(6 * messages)
    }
    await Promise.all(ways.map(renewed))
  })

  /** Produces all the while; gives what was said of it, and how often a connection for it was opened. */
  async function producing(producer: ClientOptions['producer']): Promise<number> {
    const topic = `renewed-${producer?.acks}`
    await kafka.createTopic(topic)
    const { seen, hooks } = watch()
    const client = clientOf('REAUTH', { sasl: [scramSha512(alice)], hooks, producer: { lingerMs: 2, compression: 'none', ...producer } })
    const failures: Error[] = []
    const end = Date.now() + 3 * LIFETIME_MS
    let count = 0
    while (Date.now() < end) {
      for (let i = 0; i < 20; i++) {
        await client.produce({ topic, value: `${count++}` }, { onDelivery: (_, error) => void (error && failures.push(error)) })
      }
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    await client.flush()
    await until('the broker has all', async () => (await kafka.endOffset(topic)) >= BigInt(count))
    expect(await valuesOf(topic, count)).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
    expect([failures, seen.cuts]).toEqual([[], []])
    return seen.purposes.filter(purpose => purpose === 'produce').length
  }

  async function valuesOf(topic: string, count: number): Promise<string[]> {
    const values: string[] = []
    const reader = clientOf('PLAINTEXT', { consumer: { partitions: { [topic]: { 0: Offset.atStart() } } } })
    const utf8 = new TextDecoder()
    while (values.length < count) {
      for (const { value } of (await reader.pollFetches()).records()) values.push(utf8.decode(value ?? new Uint8Array()))
    }
    return values
  }

  test('what is produced meanwhile is there, once and in order, with answers over one connection, without them over several', async () => {
    const [all, none] = await Promise.all([producing({ acks: 'all' }), producing({ acks: 'none', idempotent: false })])
    expect(all).toBe(1)
    expect(none).toBeGreaterThanOrEqual(3)
  })

  test('idle beyond the end, the connection is still good', async () => {
    const { seen, hooks } = watch()
    const client = clientOf('REAUTH', { sasl: [plain(alice)], hooks, requestRetries: 0 })
    await client.ping()
    await client.broker(1).request(MetadataRequest({ topics: [] }))
    await new Promise(resolve => setTimeout(resolve, LIFETIME_MS + 1000))
    await client.broker(1).request(MetadataRequest({ topics: [] }))
    expect(seen.cuts).toEqual([])
  })

  test('a password that was changed meanwhile ends it, with the error of a login', async () => {
    const carol = { username: 'carol', password: 'first' }
    await secure.setPassword(carol, 'SCRAM-SHA-256')
    const client = clientOf('REAUTH', { sasl: [scramSha256(carol)] })
    await client.ping()
    await secure.setPassword({ ...carol, password: 'second' }, 'SCRAM-SHA-256')
    await new Promise(resolve => setTimeout(resolve, LIFETIME_MS))
    await expect(client.ping()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate' })
  })
})
