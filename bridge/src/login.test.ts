import { Client, Offset } from '@milena/client-core'
import { encodeResponseFrame, SaslAuthenticateRequest, SaslHandshakeRequest } from '@milena/client-core/protocol'
import { createSandbox, type Sandbox } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { webSocket } from '@milena/client-core/transport/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { dialBroker, openBroker } from './dial.js'
import { withBridge } from './testing/bridges.js'
import { broker } from './testing/brokers.js'
import { ending } from './testing/ending.js'
import { RawClient } from './testing/raw-client.js'

/** The bridge logs in for the pages: they need no credentials, and the brokers are learned from metadata all the same. */
const alice = { username: 'alice', password: 'sEcReT' }
let sandbox: Sandbox
let brokers: string[]
let open: string[]

beforeAll(async () => {
  sandbox = await createSandbox({ brokers: 3, sasl: { users: { alice: alice.password } }, topics: { orders: { partitions: 3 } } })
  brokers = (await listen(sandbox)).seedBrokers
  open = (await listen(sandbox, { sasl: false })).seedBrokers
})
afterAll(() => sandbox?.close())

const token = () => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: 'alice', iat: 1, exp: Math.floor(Date.now() / 1000) + 600 })}.`
}

test.each<[string, SaslMechanism]>([
  ['PLAIN', plain(alice)],
  ['SCRAM-SHA-256', scramSha256(alice)],
  ['SCRAM-SHA-512', scramSha512(alice)],
  ['OAUTHBEARER', oauthBearer(() => ({ token: token() }))],
])('%s: a client without credentials produces to and reads from brokers that only the metadata names', async (_, sasl) => {
  await withBridge({ bootstrap: [brokers[0]], sasl }, {}, async bridge => {
    const client = new Client({
      seedBrokers: [brokers[0]],
      transport: webSocket({ url: bridge.url, token: bridge.token, WebSocket }),
      consumer: { partitions: { orders: { 0: Offset.atEnd(), 1: Offset.atEnd(), 2: Offset.atEnd() } } },
    })
    const sent = await Promise.all([0, 1, 2].map(partition => client.send({ topic: 'orders', partition, value: `to ${partition}` })))
    client.setOffsets({ orders: Object.fromEntries(sent.map(({ partition, offset }) => [partition, Offset.at(offset)])) })
    const got: number[] = []
    while (got.length < 3) for (const { partition } of (await client.pollFetches()).records()) got.push(partition)
    expect(got.sort()).toEqual([0, 1, 2])
    await client.close()
  })
})

test.each<[string, () => string, SaslMechanism, RegExp]>([
  [
    'a wrong password',
    () => brokers[0],
    scramSha256({ ...alice, password: 'wrong-PaSsWoRd' }),
    /refused the bridge's login with SCRAM-SHA-256: .*check what the bridge/,
  ],
  [
    'a token that ran out',
    () => brokers[0],
    oauthBearer({ token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiZXhwIjoxfQ.' }),
    /login at \S+ with OAUTHBEARER failed: the broker refuses the token/,
  ],
  [
    'a mechanism that is not offered',
    () => brokers[0],
    { name: 'GSSAPI', authenticate: () => expect.unreachable() },
    /it offers PLAIN, SCRAM-SHA-256, .*--sasl-mechanism/,
  ],
  ['a login where none is asked for', () => open[0], plain(alice), /asks for no login on this listener/],
  [
    'credentials that cannot be had',
    () => brokers[0],
    plain(() => Promise.reject(new Error('the vault is shut'))),
    /failed: the vault is shut/,
  ],
])('%s: AUTHENTICATION_FAILED, told to the page, not to be tried again, and no secret in it', async (_, address, sasl, words) => {
  const addr = address()
  const end = await ending({ bootstrap: [addr], sasl }, {}, { addr })
  expect(end).toMatchObject({
    code: 4526,
    reason: 'AUTHENTICATION_FAILED',
    first: { code: 'AUTHENTICATION_FAILED', class: 'auth', retry: false },
  })
  expect(JSON.stringify(end)).toMatch(words)
  expect(JSON.stringify(end)).not.toMatch(/wrong-PaSsWoRd|sEcReT|eyJ/)
})

test('a mechanism that lets the broker speak first begins with an empty message', async () => {
  const sasl: SaslMechanism = { name: 'PLAIN', authenticate: () => ({ first: new Uint8Array(), next: () => undefined }) }
  expect(await ending({ bootstrap: [brokers[0]], sasl }, {}, { addr: brokers[0] })).toMatchObject({
    code: 4526,
    first: { msg: expect.stringContaining('refused the bridge') },
  })
})

test('credentials that never come are not waited for longer than a connection', async () => {
  const sasl = plain(() => new Promise(() => {}))
  const end = await ending({ bootstrap: [brokers[0]], sasl }, { times: { dial: 200 } }, { addr: brokers[0] })
  expect(end).toMatchObject({ code: 4526, first: { msg: expect.stringContaining('with PLAIN failed: nothing came within 200 ms') } })
})

test('a page that leaves during the login has not been refused: the next one logs in', async () => {
  const leaving = new AbortController()
  const asked = () => {
    leaving.abort()
    return new Promise<never>(() => {})
  }
  const [host, port] = brokers[0].split(':')
  const to = { host, port: Number(port), lookup: () => {}, shown: { tls: false } }
  await expect(openBroker(dialBroker, { ...to, sasl: plain(asked) }, 60_000, leaving.signal)).rejects.toBeInstanceOf(Error)
  const socket = await openBroker(dialBroker, { ...to, sasl: plain(alice) }, 60_000, new AbortController().signal)
  expect(socket.destroyed).toBe(false)
  socket.destroy()
})

test('a refused login is not tried again for a while, however many pages ask', async () => {
  let logins = 0
  const sasl: SaslMechanism = {
    name: 'PLAIN',
    authenticate: (to, signal) => {
      logins++
      return plain({ ...alice, password: 'wrong' }).authenticate(to, signal)
    },
  }
  await withBridge({ bootstrap: [brokers[0]], sasl }, {}, async bridge => {
    for (let i = 0; i < 20; i++)
      expect(await new RawClient(bridge, { addr: brokers[0] }).closed).toMatchObject({ code: 4526, reason: 'AUTHENTICATION_FAILED' })
    expect(logins).toBe(1)
  })
})

test('a broker that hangs, hangs up, or is none is no refused login', async () => {
  const sasl = plain(alice)
  const against = async (serve: Parameters<typeof broker>[0]) => {
    const other = await broker(serve)
    const end = await ending({ bootstrap: [other.address], sasl }, { times: { dial: 300 } }, { addr: other.address })
    await other.close()
    return end?.first
  }
  expect(await against(() => {})).toMatchObject({ code: 'ETIMEDOUT', retry: true })
  expect(await against(socket => socket.once('data', () => socket.end()))).toMatchObject({ code: 'ECONNRESET', retry: true })
  expect(await against(socket => socket.once('data', () => socket.resetAndDestroy()))).toMatchObject({ code: 'ECONNRESET', retry: true })
  expect(await against(socket => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')))).toMatchObject({
    code: 'NOT_KAFKA',
    retry: false,
  })
  expect(await against(socket => socket.once('data', () => socket.write(new Uint8Array([0x15, 3, 3, 0, 2, 2, 50]))))).toMatchObject({
    code: 'NOT_KAFKA',
    msg: expect.stringContaining('--tls'),
  })
})

test('what a broker says to a login stays one line of the log', async () => {
  const rogue = await broker(socket =>
    socket.on('data', bytes => {
      const version = bytes.readInt16BE(6)
      const frames =
        bytes.readInt16BE(4) === 17
          ? encodeResponseFrame(SaslHandshakeRequest.response, version, 17, { errorCode: 0, mechanisms: ['PLAIN'] })
          : encodeResponseFrame(SaslAuthenticateRequest.response, version, 36, {
              errorCode: 58,
              errorMessage: 'no\nopen c_forged addr=x\u001b[2J',
              authBytes: new Uint8Array(),
            })
      for (const frame of frames) socket.write(frame)
    }),
  )
  await withBridge(
    { bootstrap: [rogue.address], sasl: plain(alice) },
    {},
    async (bridge, lines) => {
      await new RawClient(bridge, { addr: '127.0.0.1:1' }).closed
      expect(lines[0]).toMatch(/^metadata cluster=local failed: .* no open c_forged addr=x \[2J/)
      expect(lines.join('')).not.toMatch(/\p{Cc}/u)
    },
    [rogue],
  )
})

test('without a login of its own the bridge says what would help, when brokers that only metadata names are asked for', async () => {
  const end = await ending({ bootstrap: [brokers[0]] }, {}, { addr: brokers[1] })
  expect(end?.first).toMatchObject({ code: 'BRIDGE_DENIED', retry: true, msg: expect.stringMatching(/--sasl-mechanism.*--allow/) })
})

test('a client that leaves while the bridge logs in leaves nothing behind', async () => {
  const silent = await broker(socket => socket.resume())
  await ending(
    { bootstrap: [silent.address], sasl: plain(alice) },
    { times: { linger: 50, dial: 300_000 } },
    { addr: silent.address },
    async client => {
      while (silent.accepted < 1) await new Promise(resolve => setTimeout(resolve, 2))
      client.ws.close()
    },
  )
  while (silent.sockets.some(socket => !socket.destroyed)) await new Promise(resolve => setTimeout(resolve, 2))
  await silent.close()
})
