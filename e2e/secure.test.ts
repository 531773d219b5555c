import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type Bridge, createBridge } from '@milena/bridge'
import { basicLogger, Client, type Hooks, Offset } from '@milena/client-core'
import { CreateDelegationTokenRequest, DescribeDelegationTokenRequest, MetadataRequest } from '@milena/client-core/protocol'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { tcp, tls } from '@milena/client-core/transport/node'
import { webSocket } from '@milena/client-core/transport/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until } from './kafka/admin.js'
import { must } from './scripts/run.mjs'
import { Explorer } from './testing/explorer.js'
import { usePage } from './testing/page.js'
import { alice, goodToken, LIFETIME_MS, SecureKafka } from './testing/secure-kafka.js'
import { nodeStartWith, type Started } from './testing/start.js'

/*
 * The command at a cluster of three that wants TLS and logins, and what must never be seen of either.
 */

let secure: SecureKafka
let folder: string
const browser = usePage()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milena-secure-'))
  secure = await SecureKafka.start({ brokers: 3 })
  await secure.kafka.createTopic('orders', { partitions: 3 })
  for (const partition of [0, 1, 2]) await secure.kafka.moveLeader('orders', partition, partition + 1)
  const client = new Client({ seedBrokers: [...secure.kafka.bootstrap], transport: tcp() })
  await Promise.all([0, 1, 2].map(partition => client.send({ topic: 'orders', partition, value: `record-in-${partition}` })))
  await client.close()
})
afterAll(async () => {
  await secure?.close()
  rmSync(folder, { recursive: true, force: true })
})
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** The ways in which a secret could stand somewhere. */
const shapes = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  ...(['base64', 'base64url', 'hex'] as const).map(as => Buffer.from(secret).toString(as)),
]
function expectNone(where: string, secrets: readonly string[]) {
  for (const shape of secrets.flatMap(shapes)) expect(where.includes(shape), `${shape} in ${where.slice(0, 200)}…`).toBe(false)
}

/** Runs with the command started against the listener; what it printed at last, and its arguments as other users of the machine see them, hold no secret. */
async function started(
  listener: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  work: (started: Started) => Promise<void>,
): Promise<string> {
  const milena = await nodeStartWith(env, '--port', '0', '--brokers', secure.bootstrapOf(listener)[0], ...args)
  try {
    await work(milena)
    const { stdout } = await must('ps', ['-ww', '-o', 'args=', '-p', String(milena.pid)])
    expect(String(stdout)).toContain('start.mjs')
    expectNone(String(stdout), [alice.password])
  } finally {
    expect((await milena.stop()).left).toEqual([])
  }
  expectNone(milena.output(), [alice.password])
  return milena.output()
}

describe('npm start', () => {
  test.each<[string, string[], NodeJS.ProcessEnv]>([
    ['SASLSSL', ['--sasl-mechanism', 'SCRAM-SHA-512', '--sasl-username', 'alice'], { MILENA_SASL_PASSWORD: alice.password }],
    ['MTLS', ['--cert', 'cert', '--key', 'key'], {}],
  ])('opens the explorer on %s: all brokers are found, every partition is read, no secret is in the page', async (listener, flags, env) => {
    const { certificate, ours } = secure
    const files: Record<string, string> = { cert: file('our.crt', certificate.cert), key: file('our.key', certificate.key) }
    const args = ['--ca', file('ca.crt', ours.ca), ...flags.map(flag => files[flag] ?? flag)]
    const output = await started(listener, args, env, async milena => {
      const page = await browser().open(milena.link)
      const explorer = new Explorer(page)
      await explorer.connected()
      await page.getByRole('link', { name: 'orders', exact: true }).click()
      for (const partition of [0, 1, 2]) await page.getByText(`record-in-${partition}`).first().waitFor()
      await explorer.go('wire')
      await page.getByRole('row').first().waitFor()
      const [shown, stored] = await page.evaluate(() => [
        document.documentElement.outerHTML + location.href,
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      ])
      // The start token is kept for a reload of the tab, and shown nowhere.
      expectNone(shown, [alice.password, milena.token, certificate.key.slice(40, 80)])
      expectNone(stored, [alice.password, certificate.key.slice(40, 80)])
    })
    for (const address of secure.bootstrapOf(listener)) expect(output).toContain(`addr=${address} `)
    expectNone(output, [certificate.key.slice(40, 80)])
  })

  test('TLS only where the page asks for it, when no flag does; authorities are those that Node trusts', async () => {
    await started('SSL', [], { NODE_EXTRA_CA_CERTS: secure.ours.caFile }, async ({ url, token }) => {
      const asking = async (tls: boolean) => {
        const transport = webSocket({ url, token, tls, WebSocket })
        const client = new Client({ seedBrokers: [secure.bootstrapOf('SSL')[0]], transport, requestRetries: 0 })
        const said = await client.request(MetadataRequest({ topics: null })).catch(error => error)
        await client.close()
        return said
      }
      expect((await asking(true)).brokers).toHaveLength(3)
      expect(await asking(false)).toMatchObject({ code: 'NOT_KAFKA' })
    })
  })

  test('a wrong password is one error in the page, final, and a line of the log without it', async () => {
    const passwordFile = file('password', 'wrong-secret\n')
    const args = [
      '--ca',
      file('ca.crt', secure.ours.ca),
      '--sasl-mechanism',
      'PLAIN',
      '--sasl-username',
      'alice',
      '--sasl-password-file',
      passwordFile,
    ]
    const output = await started('SASLSSL', args, {}, async ({ url, token }) => {
      const client = new Client({ seedBrokers: [secure.bootstrapOf('SASLSSL')[0]], transport: webSocket({ url, token, WebSocket }) })
      const error = await client.ping().catch(error => error)
      expect(error).toMatchObject({ name: 'TransportError', code: 'AUTHENTICATION_FAILED', retriable: false })
      expect(error.message).toMatch(
        /refused the bridge's login with PLAIN: .*Invalid username or password; check what the bridge was started with/,
      )
      expectNone(inspect(error, { depth: 10 }), ['wrong-secret'])
      await client.close()
      // The file is read at each login: put right, it works without a restart.
      file('password', alice.password)
      await until('the new password is tried', async () => {
        const again = new Client({ seedBrokers: [secure.bootstrapOf('SASLSSL')[0]], transport: webSocket({ url, token, WebSocket }) })
        const refusal = await again.ping().catch(error => error)
        await again.close()
        return refusal === undefined
      })
    })
    expect(output).toContain('by=AUTHENTICATION_FAILED')
    expectNone(output, ['wrong-secret'])
  })
})

test('a login of the bridge that runs out: the broker closes, the client comes again, and what is produced is there once and in order', async () => {
  await secure.kafka.createTopic('renewed', { partitions: 1 })
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'c', bootstrap: secure.bootstrapOf('REAUTH'), sasl: scramSha256(alice) }] })
  let cuts = 0
  const client = new Client({
    seedBrokers: secure.bootstrapOf('REAUTH'),
    transport: webSocket({ url: bridge.url, token: bridge.token, WebSocket }),
    hooks: [{ onBrokerDisconnect: () => void cuts++ }],
    consumer: { partitions: { renewed: { 0: Offset.atStart() } } },
  })
  const sent: Promise<unknown>[] = []
  const end = Date.now() + 3 * LIFETIME_MS
  while (Date.now() < end) {
    sent.push(client.send({ topic: 'renewed', partition: 0, value: `${sent.length}` }))
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await Promise.all(sent)
  const values: string[] = []
  while (values.length < sent.length)
    for (const { value } of (await client.pollFetches()).records()) values.push(new TextDecoder().decode(value ?? new Uint8Array()))
  expect(values).toEqual(sent.map((_, i) => `${i}`))
  expect(cuts).toBeGreaterThanOrEqual(2)
  await client.close()
  await bridge.close()
})

describe('what a login is made of is in no event, log line, error or object that is printed', () => {
  const marked = { username: 'alice', password: 'wrong-but-secret-all-the-same' }
  const bearer = { token: `${goodToken()}` }
  test.each<[string, string, (() => SaslMechanism)[], readonly string[]]>([
    ['PLAIN', 'SASL', [() => plain(alice)], [alice.password]],
    ['SCRAM', 'SASLSSL', [() => scramSha512(alice)], [alice.password]],
    ['OAUTHBEARER', 'SASL', [() => oauthBearer(bearer)], [bearer.token]],
    ['a refused PLAIN', 'SASL', [() => plain(marked)], [marked.password]],
    ['a refused SCRAM', 'SASL', [() => scramSha256(marked)], [marked.password]],
    ['a refused token', 'SASL', [() => oauthBearer({ token: `${bearer.token}x` })], [bearer.token]],
    ['a mechanism that is not offered', 'FEW', [() => plain(alice)], [alice.password]],
  ])('%s, in Node and through a bridge', async (_, listener, mechanisms, secrets) => {
    const lines: string[] = []
    const cluster = { id: 'c', bootstrap: secure.bootstrapOf(listener), tls: listener === 'SASLSSL' && { ca: secure.ours.ca } }
    const bridge: Bridge = await createBridge({ port: 0, clusters: [cluster], log: line => void lines.push(line) })
    const direct = listener === 'SASLSSL' ? tls({ ca: secure.ours.ca }) : tcp()
    for (const transport of [direct, webSocket({ url: bridge.url, token: bridge.token, WebSocket })]) {
      const seen: unknown[] = []
      const record = (event: object) => void seen.push(event, 'frame' in event && (event.frame as { take(): Uint8Array }).take())
      const hooks = new Proxy<Hooks>({}, { get: () => record, has: () => true })
      const client = new Client({
        seedBrokers: secure.bootstrapOf(listener),
        transport,
        sasl: mechanisms.map(make => make()),
        hooks: [hooks],
        logger: basicLogger(line => void lines.push(line), 'debug'),
        consumer: { partitions: { orders: { 0: Offset.atStart() } } },
      })
      const ping = await client.ping().catch(error => error)
      if (!(ping instanceof Error)) await client.pollFetches()
      const bytes = seen.flatMap(event => (event instanceof Uint8Array ? [Buffer.from(event).toString('latin1')] : []))
      expect(seen.length).toBeGreaterThan(5)
      for (const text of [
        inspect(seen, { depth: 12 }),
        inspect(client, { depth: 20, showHidden: true, maxArrayLength: null }),
        inspect(ping, { depth: 12, showHidden: true }),
      ])
        expectNone(text, secrets)
      expectNone(bytes.join('\n'), secrets)
      await client.close()
    }
    await bridge.close()
    expect(lines.length).toBeGreaterThan(1)
    expectNone(lines.join('\n'), [...secrets, bridge.token])
  })

  test('nor is a delegation token, whose HMAC is its password', async () => {
    const frames: string[] = []
    const hooks: Hooks = { onBrokerRead: ({ frame }) => void (frame && frames.push(Buffer.from(frame.take()).toString('latin1'))) }
    const client = new Client({ seedBrokers: secure.bootstrapOf('SASL'), transport: tcp(), sasl: [scramSha256(alice)], hooks: [hooks] })
    const { hmac, errorCode } = await client.request(CreateDelegationTokenRequest({ renewers: [], maxLifetimeMs: 600_000n }))
    expect([errorCode, hmac.length]).toEqual([0, 64])
    await client.request(DescribeDelegationTokenRequest({ owners: null }))
    expect(frames.join().includes(Buffer.from(hmac).toString('latin1'))).toBe(false)
    await client.close()
  })
})
