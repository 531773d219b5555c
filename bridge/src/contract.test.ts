import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { bearerProtocol, SUBPROTOCOL } from '@milena/client-core/transport/tunnel'
import { webSocket } from '@milena/client-core/transport/websocket'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { authority } from '../../client-core/src/transport/testing/certificates.js'
import { outcome, signal } from '../../client-core/src/transport/testing/streams.js'
import { createBridge } from './bridge.js'
import type { BridgeOptions, ClusterOptions } from './options.js'
import { withBridge } from './testing/bridges.js'
import { broker, dialler, freePort } from './testing/brokers.js'
import { request, requestHead } from './testing/bytes.js'
import { RawClient } from './testing/raw-client.js'

const echo = () => broker(socket => socket.pipe(socket))

describe('opening', () => {
  test('101 answers with the contract name alone; the first message tells of the open connection', async () => {
    const kafka = await echo()
    await withBridge(
      { bootstrap: [kafka.address] },
      {},
      async bridge => {
        const client = new RawClient(bridge, { addr: kafka.address })
        expect(await client.first()).toEqual({ t: 'open', id: expect.stringMatching(/^c_/), peer: kafka.address, max: 1048576, hb: 25000 })
        expect(client.ws.protocol).toBe(SUBPROTOCOL)
        client.ws.send(request(20))
        while (client.bytes < 24) await new Promise(resolve => setTimeout(resolve, 2))
        client.ws.close(1000)
        expect(await client.closed).toEqual({ code: 1000, reason: '' })
      },
      [kafka],
    )
  })

  test('bytes may be sent before it is open: they are kept in order, and the client is stopped beyond 64 KiB', async () => {
    const got: Buffer[] = []
    const kafka = await broker(socket => socket.on('data', chunk => got.push(chunk)))
    const dial = dialler({})
    const slow: BridgeOptions['dial'] = to => {
      const socket = dial({ ...to, lookup: (host, options, answer) => setTimeout(() => to.lookup(host, options, answer), 300) })
      return socket
    }
    await withBridge(
      { bootstrap: [`localhost:${kafka.port}`] },
      { dial: slow },
      async bridge => {
        const client = new RawClient(bridge, { addr: `localhost:${kafka.port}` })
        await client.upgraded()
        const whole = request(3_000_000)
        whole.fill(7, 8)
        await client.send(whole)
        await client.first()
        while (got.reduce((sum, chunk) => sum + chunk.length, 0) < whole.length) await new Promise(resolve => setTimeout(resolve, 5))
        expect(Buffer.concat(got).equals(whole)).toBe(true)
      },
      [kafka],
    )
  })

  test('a dial that takes long delays nobody: the next upgrade is answered, and connected, meanwhile', async () => {
    const kafka = await echo()
    const dial = dialler({ '10.255.255.1:9092': 'silent' })
    await withBridge(
      { bootstrap: [kafka.address, '10.255.255.1:9092'] },
      { dial },
      async bridge => {
        const hanging = new RawClient(bridge, { addr: '10.255.255.1:9092' })
        await hanging.upgraded()
        const next = new RawClient(bridge, { addr: kafka.address })
        expect(await next.first()).toMatchObject({ t: 'open' })
        expect(hanging.texts).toEqual([])
        hanging.ws.close()
        next.ws.close()
      },
      [kafka],
    )
  })

  test('a client that leaves while the dial hangs leaves nothing behind', async () => {
    const sockets: Array<ReturnType<NonNullable<BridgeOptions['dial']>>> = []
    const dial = dialler({ '10.255.255.1:9092': 'silent' })
    const watched: BridgeOptions['dial'] = to => {
      const socket = dial(to)
      sockets.push(socket)
      return socket
    }
    await withBridge({ bootstrap: ['10.255.255.1:9092'] }, { dial: watched }, async bridge => {
      const client = new RawClient(bridge, { addr: '10.255.255.1:9092' })
      await client.upgraded()
      client.ws.close(1000)
      await client.closed
      while (bridge.connections > 0 || !sockets[0].destroyed) await new Promise(resolve => setTimeout(resolve, 2))
    })
  })
})

/** The bridge's word and close for a client that does this. */
async function ending(
  cluster: Pick<ClusterOptions, 'bootstrap'> & Partial<ClusterOptions>,
  options: Partial<BridgeOptions>,
  client: ConstructorParameters<typeof RawClient>[1],
  act: (client: RawClient) => void = () => {},
) {
  let result: { first: unknown; code: number; reason: string } | undefined
  await withBridge(cluster, options, async bridge => {
    const raw = new RawClient(bridge, client)
    await raw.upgraded()
    act(raw)
    const closed = await raw.closed
    result = { first: raw.texts[0], ...closed }
    while (bridge.connections > 0) await new Promise(resolve => setTimeout(resolve, 2))
  })
  return result
}

describe('every close code', () => {
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
    const refused = (client: ConstructorParameters<typeof RawClient>[1], act?: (client: RawClient) => void) =>
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

  test('a bridge that nobody uses closes at once, whatever the drain', async () => {
    const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: ['127.0.0.1:1'] }] })
    await bridge.close({ drainMs: 60_000 })
  })
})

describe('TLS to the brokers', () => {
  const { ca, issue, selfSigned, dispose } = authority()
  const listen = async (certificate: { cert: string; key: string }) => {
    const server = createTlsServer(certificate, socket => socket.on('error', () => {}).pipe(socket))
    server.on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: (server.address() as AddressInfo).port, close: () => new Promise<void>(resolve => server.close(() => resolve())) }
  }

  test('the cluster’s own settings, or the client’s wish', async () => {
    const server = await listen(issue())
    const addr = `127.0.0.1:${server.port}`
    await withBridge({ bootstrap: [addr], tls: { ca } }, {}, async bridge => {
      const client = new RawClient(bridge, { addr })
      expect(await client.first()).toMatchObject({ t: 'open', tls: { v: 'TLSv1.3', cn: 'localhost' } })
      client.ws.send(request(10))
      while (client.bytes < 14) await new Promise(resolve => setTimeout(resolve, 2))
      client.ws.close()
      await client.closed
    })
    expect(await ending({ bootstrap: [addr] }, {}, { addr, query: { tls: '1' } })).toMatchObject({
      code: 4525,
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
    await server.close()
  })

  test('4525: certificates that do not hold, each with its code', async () => {
    const failures = [
      [selfSigned(), 'DEPTH_ZERO_SELF_SIGNED_CERT', {}],
      [issue({ days: -1 }), 'CERT_HAS_EXPIRED', { ca }],
      [issue({ names: 'DNS:other.example' }), 'ERR_TLS_CERT_ALTNAME_INVALID', { ca }],
    ] as const
    for (const [certificate, code, tls] of failures) {
      const server = await listen(certificate)
      const addr = `127.0.0.1:${server.port}`
      expect(await ending({ bootstrap: [addr], tls }, {}, { addr })).toMatchObject({
        first: { code, class: 'tls', retry: false },
        code: 4525,
        reason: code,
      })
      await server.close()
    }
  })

  test('4525: a plaintext listener that hangs up, or answers; 4504: one that is silent', async () => {
    const hangingUp = await broker(socket => socket.once('data', () => socket.destroy()))
    const answering = await broker(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const silent = await broker()
    const against = (addr: string) => ending({ bootstrap: [addr], tls: true }, { times: { dial: 200 } }, { addr })
    expect(await against(hangingUp.address)).toMatchObject({
      first: { code: 'ECONNRESET', class: 'tls', msg: expect.stringContaining('plaintext listener') },
      code: 4525,
    })
    expect(await against(answering.address)).toMatchObject({
      first: { class: 'tls', msg: expect.stringContaining('plaintext listener') },
      code: 4525,
    })
    expect(await against(silent.address)).toMatchObject({
      first: { code: 'ETIMEDOUT', msg: expect.stringContaining('TLS handshake') },
      code: 4504,
    })
    await Promise.all([hangingUp, answering, silent].map(each => each.close()))
    dispose()
  })
})

test('the transport gives what the bridge says, with the same codes as TCP', async () => {
  const kafka = await echo()
  await withBridge(
    { bootstrap: [kafka.address] },
    {},
    async bridge => {
      const connecting = (options: { token?: string; url?: string }, port = kafka.port) =>
        outcome(webSocket({ url: bridge.url, token: bridge.token, WebSocket, ...options }).connect({ host: '127.0.0.1', port }, signal()))
      expect(await connecting({}, 22)).toMatchObject({ code: 'BRIDGE_DENIED', message: expect.stringContaining('--allow 127.0.0.1:22') })
      expect(await connecting({ token: 'wrong-wrong-wrong-wrong' })).toMatchObject({ code: 'BRIDGE_UNAUTHENTICATED' })
      expect(await connecting({ token: '' })).toMatchObject({ code: 'BRIDGE_UNAUTHENTICATED' })
      expect(await connecting({ url: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
        code: 'BRIDGE_UNREACHABLE',
        retriable: true,
      })
    },
    [kafka],
  )
})

test('a bridge that is full is BRIDGE_BUSY', async () => {
  const kafka = await echo()
  await withBridge(
    { bootstrap: [kafka.address] },
    { maxConnections: 1 },
    async bridge => {
      const first = new RawClient(bridge, { addr: kafka.address })
      await first.first()
      expect(await new RawClient(bridge, { addr: kafka.address }).refused).toBe(503)
      const transport = webSocket({ url: bridge.url, token: bridge.token, WebSocket })
      expect(await outcome(transport.connect({ host: '127.0.0.1', port: kafka.port }, signal()))).toMatchObject({
        code: 'BRIDGE_BUSY',
        retriable: true,
      })
      first.ws.close()
    },
    [kafka],
  )
})

test('a client whose network dies is noticed by a ping that nobody answers', async () => {
  const kafka = await echo()
  await withBridge(
    { bootstrap: [kafka.address] },
    { times: { heartbeat: 400 } },
    async bridge => {
      const living = new RawClient(bridge, { addr: kafka.address })
      const dead = new WebSocket(
        `${bridge.url.replace('http', 'ws')}v1/tcp?addr=${kafka.address}`,
        [SUBPROTOCOL, bearerProtocol(bridge.token)],
        { autoPong: false },
      )
      await once(dead, 'close')
      while (bridge.connections > 1) await new Promise(resolve => setTimeout(resolve, 2))
      expect(living.ws.readyState).toBe(WebSocket.OPEN)
      living.ws.close()
    },
    [kafka],
  )
})
