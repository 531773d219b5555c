import type { Socket } from 'node:net'
import { TransportError } from '@milena/client-core/transport/tunnel'
import { expect, test } from 'vitest'
import { createBridge } from './bridge.js'
import { type Dial, dialBroker, openBroker } from './dial.js'
import { withBridge } from './testing/bridges.js'
import { broker, dialler, echo, freePort } from './testing/brokers.js'
import { request, requestHead } from './testing/bytes.js'
import { ending } from './testing/ending.js'
import { RawClient, type RawOptions } from './testing/raw-client.js'

test('4502: nothing listens', async () => {
  const addr = `127.0.0.1:${await freePort()}`
  expect(await ending({ bootstrap: [addr] }, {}, { addr })).toEqual({
    first: {
      t: 'err',
      code: 'ECONNREFUSED',
      class: 'connect',
      msg: `nothing listens on ${addr}; check the address and that the broker is running`,
      retry: true,
    },
    code: 4502,
    reason: 'ECONNREFUSED',
  })
})

test('4502 and 4530: what the network and the DNS say', async () => {
  const addr = 'broker.invalid:9092'
  const fails = (code: string) => ending({ bootstrap: [addr] }, { dial: dialler({ [addr]: { fails: code } }) }, { addr })
  expect(await fails('EHOSTUNREACH')).toMatchObject({
    first: { code: 'EHOSTUNREACH', class: 'connect', retry: true },
    code: 4502,
    reason: 'EHOSTUNREACH',
  })
  expect(await fails('ENOTFOUND')).toMatchObject({
    first: { code: 'ENOTFOUND', class: 'dns', retry: false },
    code: 4530,
    reason: 'ENOTFOUND',
  })
  expect(await fails('EAI_AGAIN')).toMatchObject({
    first: { code: 'EAI_AGAIN', class: 'dns', retry: true },
    code: 4530,
    reason: 'EAI_AGAIN',
  })
})

test('4504: a black hole', async () => {
  const addr = '10.255.255.1:9092'
  const result = await ending({ bootstrap: [addr] }, { dial: dialler({ [addr]: 'silent' }), times: { dial: 50 } }, { addr })
  expect(result).toMatchObject({
    first: { code: 'ETIMEDOUT', class: 'timeout', retry: true, msg: expect.stringContaining(addr) },
    code: 4504,
    reason: 'ETIMEDOUT',
  })
})

test('4502: the broker breaks an open connection off', async () => {
  const kafka = await broker(socket => setTimeout(() => socket.resetAndDestroy(), 20))
  expect(await ending({ bootstrap: [kafka.address] }, {}, { addr: kafka.address })).toMatchObject({
    first: { t: 'open' },
    code: 4502,
    reason: 'ECONNRESET',
  })
  await kafka.close()
})

test('a connection to a broker that was waited for is not begun when the client has left', async () => {
  const dial = dialler({})
  const to = { host: '127.0.0.1', port: 1, lookup: () => {} }
  await expect(openBroker(dial, to, 1000, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
  expect(dial.asked).toEqual([])
})

test('a login that was refused is tried again after three seconds', async () => {
  const error = new TransportError('AUTHENTICATION_FAILED', 'refused', false)
  const kafka = await broker()
  const dialled = async (ago: number) => {
    const dial = dialler({})
    const shown = { tls: false, refused: { error, at: performance.now() - ago } }
    const to = { host: '127.0.0.1', port: kafka.port, lookup: () => {}, shown }
    const outcome = await openBroker(dial, to, 10_000, new AbortController().signal).then(
      socket => void socket.destroy(),
      error => error,
    )
    return [outcome, dial.asked.length]
  }
  expect(await dialled(0)).toEqual([error, 0])
  expect(await dialled(3000)).toEqual([undefined, 1])
  await kafka.close()
})

test('a client that breaks a rule has its broker’s connection closed at once, whatever the broker does', async () => {
  const dialled: Socket[] = []
  const dial: Dial = to => {
    const socket = dialBroker(to)
    dialled.push(socket)
    return socket
  }
  const kafka = await broker(socket => {
    socket.allowHalfOpen = true
    socket.resume()
  })
  await withBridge(
    { bootstrap: [kafka.address] },
    { times: { linger: 0x7fffffff }, dial },
    async bridge => {
      const client = new RawClient(bridge, { addr: kafka.address })
      await client.first()
      client.ws.send(Buffer.from('GET / HTTP/1.1\r\n'))
      expect(await client.closed).toEqual({ code: 4400, reason: 'NOT_KAFKA' })
      while (!dialled[0].destroyed) await new Promise(resolve => setTimeout(resolve, 2))
    },
    [kafka],
  )
})

test('1000: the broker ends, after all it said', async () => {
  const kafka = await broker(socket => socket.end(Buffer.alloc(3_000_000)))
  await withBridge(
    { bootstrap: [kafka.address] },
    {},
    async bridge => {
      const client = new RawClient(bridge, { addr: kafka.address })
      expect(await client.closed).toEqual({ code: 1000, reason: '' })
      expect(client.bytes).toBe(3_000_000)
    },
    [kafka],
  )
})

test('4401: no token, a wrong one, one that comes too late or after bytes', async () => {
  const denied = {
    first: { t: 'err', code: 'BRIDGE_UNAUTHENTICATED', class: 'auth', retry: false },
    code: 4401,
    reason: 'BRIDGE_UNAUTHENTICATED',
  }
  const dial = dialler({})
  const refused = (client: RawOptions, act?: (client: RawClient) => void) =>
    ending({ bootstrap: ['127.0.0.1:1'] }, { dial, times: { hello: 60 } }, client, act)
  expect(await refused({ token: 'x'.repeat(43) })).toMatchObject(denied)
  expect(await refused({ token: null }, client => client.say({ t: 'auth', token: '' }))).toMatchObject(denied)
  expect(await refused({ token: null }, client => client.ws.send(request(8)))).toMatchObject(denied)
  expect(await refused({ token: null })).toEqual({ first: undefined, code: 4408, reason: 'HELLO_TIMEOUT' })
  expect(dial.asked).toEqual([])
})

test('the token may come in the first text message', async () => {
  const kafka = await echo()
  await withBridge(
    { bootstrap: [kafka.address] },
    {},
    async bridge => {
      const client = new RawClient(bridge, { addr: kafka.address, token: null })
      await client.upgraded()
      client.say({ t: 'auth', token: bridge.token })
      expect(await client.first()).toMatchObject({ t: 'open' })
      client.ws.close()
    },
    [kafka],
  )
})

test('4403: an address that is not the cluster’s, the same for hosts that exist and that do not; nothing is resolved or dialled', async () => {
  const kafka = await echo()
  const dial = dialler({})
  const addresses = ['127.0.0.1:22', '169.254.169.254:80', 'localhost:9092', 'no-such-host.invalid:9092']
  const deny = async (addr: string) => ending({ bootstrap: [kafka.address] }, { dial }, { addr })
  for (const addr of addresses) {
    expect(await deny(addr)).toMatchObject({
      first: { t: 'err', code: 'BRIDGE_DENIED', class: 'denied', msg: expect.stringContaining(`--allow ${addr}`) },
      code: 4403,
      reason: 'BRIDGE_DENIED',
    })
  }
  expect(new Set(dial.asked)).toEqual(new Set([kafka.address]))
  await kafka.close()
})

test('4403: a cluster that does not exist', async () => {
  const result = await ending({ bootstrap: ['127.0.0.1:1'] }, {}, { query: { cluster: 'prod' } })
  expect(result).toMatchObject({ first: { code: 'BRIDGE_DENIED', msg: "this bridge has no cluster 'prod'; it has: local" }, code: 4403 })
})

test('4400 and 4403: bytes that the guard stops, with its word as the reason; the broker sees none of them', async () => {
  let got = 0
  const kafka = await broker(socket => socket.on('data', chunk => (got += chunk.length)))
  const stopped = async (bytes: Uint8Array) => {
    const result = await ending({ bootstrap: [kafka.address] }, {}, { addr: kafka.address }, client => client.ws.send(bytes))
    return [result?.code, result?.reason]
  }
  expect(await stopped(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual([4400, 'NOT_KAFKA'])
  expect(await stopped(Buffer.from('SSH-2.0-client\r\n'))).toEqual([4400, 'NOT_KAFKA'])
  expect(await stopped(new Uint8Array([0x16, 3, 1, 2, 0]))).toEqual([4400, 'TLS_INSIDE'])
  expect(await stopped(requestHead(0x7fffffff))).toEqual([4400, 'FRAME_TOO_LARGE'])
  expect(await stopped(requestHead(20, 17, 0))).toEqual([4400, 'SASL_HANDSHAKE_V0'])
  expect(await stopped(new Uint8Array([...request(8), ...requestHead(8, 4)]))).toEqual([4403, 'API_NOT_ALLOWED'])
  expect(got).toBe(0)
  await kafka.close()
})

test('4400: text that is no control message; 1009: a message over 1 MiB', async () => {
  const kafka = await echo()
  const act = (send: string | Uint8Array) =>
    ending({ bootstrap: [kafka.address] }, {}, { addr: kafka.address }, client => client.ws.send(send))
  expect(await act('hello')).toMatchObject({ code: 4400, reason: 'BRIDGE_PROTOCOL' })
  expect(await act(new Uint8Array(1024 * 1024 + 1))).toMatchObject({ code: 1009 })
  await kafka.close()
})

test('4429: more dials at once than allowed', async () => {
  const dial = dialler({ '10.255.255.1:9092': 'silent' })
  await withBridge({ bootstrap: ['10.255.255.1:9092'] }, { dial, dialRate: { perSecond: 0.001, burst: 2 } }, async bridge => {
    const clients = Array.from({ length: 3 }, () => new RawClient(bridge, { addr: '10.255.255.1:9092' }))
    const refused = await Promise.race(clients.map(async client => ({ ...(await client.closed), first: client.texts[0] })))
    expect(refused).toMatchObject({
      code: 4429,
      reason: 'BRIDGE_BUSY',
      first: { t: 'err', code: 'BRIDGE_BUSY', class: 'busy', retry: true },
    })
    while (bridge.connections > 2) await new Promise(resolve => setTimeout(resolve, 2))
    for (const client of clients) client.ws.close()
  })
})

test('1001: the bridge closes; before, it says so and lets connections go on', async () => {
  const kafka = await echo()
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: [kafka.address] }] })
  const client = new RawClient(bridge, { addr: kafka.address })
  await client.first()
  const closing = bridge.close({ drainMs: 150 })
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(client.texts[1]).toEqual({ t: 'goaway', in: 150 })
  client.ws.send(request(100))
  while (client.bytes < 104) await new Promise(resolve => setTimeout(resolve, 2))
  expect(await new RawClient(bridge, { addr: kafka.address }).refused).toBe(503)
  expect(await client.closed).toEqual({ code: 1001, reason: 'BRIDGE_CLOSING' })
  await closing
  await bridge.close()
  await kafka.close()
})

test('what the bridge says does not come between the frames of a message: what there is of an answer goes before it', async () => {
  const answer = Buffer.alloc(4 + 3_000_000, 7)
  answer.writeInt32BE(3_000_000)
  const kafka = await broker(socket => void socket.write(answer.subarray(0, 2_000_000)))
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: [kafka.address] }] })
  const client = new RawClient(bridge, { addr: kafka.address })
  const got: Buffer[] = []
  client.onBytes = bytes => got.push(bytes)
  await client.first()
  const closing = bridge.close({ drainMs: 5000 })
  while (client.texts.length < 2 || client.bytes < 2_000_000) await new Promise(resolve => setTimeout(resolve, 2))
  expect(client.texts[1]).toEqual({ t: 'goaway', in: 5000 })
  kafka.sockets[0].end(answer.subarray(2_000_000))
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(Buffer.concat(got).equals(answer)).toBe(true)
  await closing
  await kafka.close()
})

test('4502 in the middle of an answer: what came of it is handed on before', async () => {
  const half = Buffer.alloc(1_500_000, 7)
  half.writeInt32BE(3_000_000)
  const kafka = await broker(socket => void socket.write(half))
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: [kafka.address] }] })
  const client = new RawClient(bridge, { addr: kafka.address })
  while (client.bytes === 0) await new Promise(resolve => setTimeout(resolve, 2))
  kafka.sockets[0].resetAndDestroy()
  const { code, reason } = await client.closed
  expect([client.bytes, code, reason]).toEqual([half.length, 4502, 'ECONNRESET'])
  await bridge.close()
  await kafka.close()
})

test('a bridge that nobody uses closes at once, whatever the drain', async () => {
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: ['127.0.0.1:1'] }] })
  await bridge.close({ drainMs: 60_000 })
})
