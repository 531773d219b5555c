import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type BridgeOptions, createBridge } from '@milena/bridge'
import { Client, type ClientOptions, type Hooks, Offset, type Transport } from '@milena/client-core'
import { MetadataRequest, versionsFromString } from '@milena/client-core/protocol'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { tcp, tls } from '@milena/client-core/transport/node'
import { webSocket } from '@milena/client-core/transport/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Mischief, startProxy, type TcpProxy } from './testing/proxy.js'
import { alice, goodToken, SecureKafka } from './testing/secure-kafka.js'

/*
 * Between client and broker, and between bridge and broker, stands a proxy that cuts, delays, chops up and closes halves.
 */

let secure: SecureKafka

beforeAll(async () => {
  secure = await SecureKafka.start()
})
afterAll(() => secure?.close())

async function proxyTo(listener: string, seed: number, mischief: Mischief): Promise<TcpProxy> {
  const [host, port] = secure.bootstrapOf(listener)[0].split(':')
  const proxy = await startProxy({ host, port: Number(port) }, seed, mischief)
  onTestFinished(() => proxy.close())
  return proxy
}

/** Brokers advertise their own address: every dial is led to the proxy. */
function led({ port }: TcpProxy, transport: Transport): Transport {
  return { name: transport.name, connect: (target, signal) => transport.connect({ ...target, port }, signal) }
}

async function bridgeOver(
  listener: string,
  { port }: TcpProxy,
  cluster: Partial<BridgeOptions['clusters'][number]> = {},
): Promise<Transport> {
  const bridge = await createBridge({
    port: 0,
    clusters: [{ id: 'c', bootstrap: secure.bootstrapOf(listener), ...cluster }],
    // A client that reconnects for every few kilobytes is what this is about.
    dialRate: { perSecond: 1000, burst: 1000 },
    dial: ({ host, tls }) => (tls ? connectTls({ ...tls, host, port }) : connect({ host, port })),
  })
  onTestFinished(() => bridge.close())
  return webSocket({ url: bridge.url, token: bridge.token, WebSocket })
}

/** What must never be said of bytes that are merely late, cut or chopped. */
const MISREAD = [
  'NOT_KAFKA',
  'MALFORMED',
  'FRAME_TOO_LARGE',
  'UNEXPECTED_RESPONSE',
  'CORRUPT_MESSAGE',
  'BRIDGE_PROTOCOL',
  'AUTHENTICATION_FAILED',
]

function clientOf(seedBrokers: string[], transport: Transport, options: Partial<ClientOptions> = {}): { client: Client; codes: string[] } {
  const codes: string[] = []
  const note = ({ error }: { error?: Error & { code?: string } }) => void (error && codes.push(error.code ?? error.name))
  const hooks: Hooks = { onBrokerConnect: note, onBrokerDisconnect: note, onBrokerRead: note, onBrokerWrite: note }
  const client = new Client({
    seedBrokers,
    transport,
    hooks: [hooks],
    retryBackoff: () => 10,
    requestRetries: 1000,
    retryTimeoutMs: 60_000,
    ...options,
  })
  onTestFinished(() => client.close())
  return { client, codes }
}

const COUNT = 400
const nthValue = (i: number) => `${i} ${'x'.repeat((i * 7919) % 700)}`

/** Produces, and asks for metadata all the while; then reads. */
async function everything(
  topic: string,
  seeds: string[],
  transport: Transport,
  proxy: TcpProxy,
  sasl: SaslMechanism[] = [],
): Promise<void> {
  const { client, codes } = clientOf(seeds, transport, {
    sasl,
    producer: { lingerMs: 2, batchMaxBytes: 8000, compression: 'none' },
    consumer: { partitions: { [topic]: { 0: Offset.atStart() } }, fetchMaxBytes: 15_000, fetchMaxWaitMs: 100 },
  })
  // What breaks off before anything ever worked looks like a wrong setting, and is final.
  await client.ping()
  proxy.begin()
  let asking = true
  const asked = (async () => {
    let answers = 0
    for (; asking; answers++) {
      const { topics } = await client.request(MetadataRequest({ topics: [{ name: topic }] }))
      expect(topics.map(({ name }) => name)).toEqual([topic])
    }
    return answers
  })()
  asked.catch(() => {})
  const sent: Promise<unknown>[] = []
  for (let i = 0; i < COUNT; i++) {
    sent.push(client.send({ topic, partition: 0, value: nthValue(i) }))
    if (i % 20 === 0) await new Promise(resolve => setTimeout(resolve, 2))
  }
  await Promise.all(sent)
  const values: string[] = []
  const utf8 = new TextDecoder()
  while (values.length < COUNT)
    for (const { value } of (await client.pollFetches()).records()) values.push(utf8.decode(value ?? new Uint8Array()))
  asking = false
  expect(await asked).toBeGreaterThan(0)
  expect(values).toEqual(Array.from({ length: COUNT }, (_, i) => nthValue(i)))
  expect(codes.filter(code => MISREAD.includes(code))).toEqual([])
}

const harsh: Record<string, Mischief> = {
  'chops into pieces of up to 30 bytes': { pieces: 30 },
  'delays and chops': { pieces: 3000, delayMs: 20 },
  'resets connections after up to 40 kB': { endAfter: 40_000, ending: 'reset' },
  'closes halves after up to 40 kB': { endAfter: 40_000, ending: 'half-close' },
  'does it all': { pieces: 2000, delayMs: 5, endAfter: 40_000 },
}

describe.each(Object.entries(harsh))('a proxy that %s', (what, mischief) => {
  const seeds = what === 'does it all' ? [1, 2, 3] : [1]
  test.each(seeds)(
    'between client and broker (seed %i): what is produced is there once and in order, requests go on, nothing is misread',
    async seed => {
      const proxy = await proxyTo('PLAINTEXT', seed, mischief)
      const topic = `direct-${what.replaceAll(' ', '-')}-${seed}`
      await secure.kafka.createTopic(topic)
      await everything(topic, secure.bootstrapOf('PLAINTEXT'), led(proxy, tcp()), proxy)
      if (mischief.endAfter) expect(proxy.ended).toBeGreaterThan(3)
      expect(await secure.kafka.endOffset(topic)).toBe(BigInt(COUNT))
    },
  )

  test.each(seeds)('between bridge and broker (seed %i)', async seed => {
    const proxy = await proxyTo('PLAINTEXT', seed, mischief)
    const topic = `bridged-${what.replaceAll(' ', '-')}-${seed}`
    await secure.kafka.createTopic(topic)
    await everything(topic, secure.bootstrapOf('PLAINTEXT'), await bridgeOver('PLAINTEXT', proxy), proxy)
    if (mischief.endAfter) expect(proxy.ended).toBeGreaterThan(3)
    expect(await secure.kafka.endOffset(topic)).toBe(BigInt(COUNT))
  })

  test('under TLS and a login, straight and through the bridge that logs in itself', async () => {
    const { ca } = secure.ours
    for (const way of ['direct', 'bridged']) {
      const proxy = await proxyTo('SASLSSL', 3, mischief)
      const topic = `${way}-tls-${what.replaceAll(' ', '-')}`
      await secure.kafka.createTopic(topic)
      const login = scramSha256(alice)
      const transport = way === 'direct' ? led(proxy, tls({ ca })) : await bridgeOver('SASLSSL', proxy, { tls: { ca }, sasl: login })
      await everything(topic, secure.bootstrapOf('SASLSSL'), transport, proxy, way === 'direct' ? [login] : [])
      if (mischief.endAfter) expect(proxy.ended).toBeGreaterThan(3)
      expect(await secure.kafka.endOffset(topic)).toBe(BigInt(COUNT))
    }
  })
})

describe('logins survive byte by byte', () => {
  const old = new Map([...versionsFromString('4.0')].filter(([key]) => key !== 36))
  const logins: [string, SaslMechanism, Partial<ClientOptions>?][] = [
    ['PLAIN', plain(alice)],
    ['SCRAM-SHA-256', scramSha256(alice)],
    ['SCRAM-SHA-512', scramSha512(alice)],
    ['OAUTHBEARER', oauthBearer(() => ({ token: goodToken() }))],
    ['PLAIN after SaslHandshake v0', plain(alice), { maxVersions: old }],
    ['SCRAM-SHA-256 after SaslHandshake v0', scramSha256(alice), { maxVersions: old }],
  ]
  test.each(logins)('%s', async (_, login, options = {}) => {
    for (const listener of ['SASL', 'SASLSSL']) {
      const proxy = await proxyTo(listener, 1, { pieces: 1 })
      proxy.begin()
      const transport = led(proxy, listener === 'SASL' ? tcp() : tls({ ca: secure.ours.ca }))
      const { client, codes } = clientOf(secure.bootstrapOf(listener), transport, { sasl: [login], requestRetries: 0, ...options })
      expect((await client.request(MetadataRequest({ topics: [] }))).brokers).toHaveLength(1)
      expect(codes).toEqual([])
    }
  })

  test.each(logins.slice(0, 4))('%s through the bridge, and as the login of the bridge itself', async (_, login) => {
    const tls = { ca: secure.ours.ca }
    for (const [sasl, own] of [
      [[login], undefined],
      [[], login],
    ] as const) {
      const proxy = await proxyTo('SASLSSL', 1, { pieces: 1 })
      proxy.begin()
      const transport = await bridgeOver('SASLSSL', proxy, { tls, sasl: own })
      const { client, codes } = clientOf(secure.bootstrapOf('SASLSSL'), transport, { sasl: [...sasl], requestRetries: 0 })
      expect((await client.request(MetadataRequest({ topics: [] }))).brokers).toHaveLength(1)
      expect(codes).toEqual([])
    }
  })

  test('a wrong password is the same error byte by byte', async () => {
    const proxy = await proxyTo('SASL', 1, { pieces: 1 })
    proxy.begin()
    const { client } = clientOf(secure.bootstrapOf('SASL'), led(proxy, tcp()), { sasl: [scramSha256({ ...alice, password: 'wrong' })] })
    await expect(client.ping()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate' })
    expect(proxy.passed).toBe(1)
  })
})
