import { request as httpRequest } from 'node:http'
import { bearerProtocol, SUBPROTOCOL } from '@milena/client-core/transport/tunnel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bridge, createBridge } from './bridge.js'
import { dialler } from './testing/brokers.js'
import { RawClient } from './testing/raw-client.js'

const dial = dialler({ '127.0.0.1:1': 'silent' })
let bridge: Bridge
beforeAll(async () => {
  bridge = await createBridge({
    port: 0,
    clusters: [{ id: 'local', bootstrap: ['127.0.0.1:1'] }],
    publicHosts: ['Bridge.example.com'],
    origins: ['https://ui.example.com'],
    dial,
  })
})
afterAll(() => bridge.close())

const PATH = '/v1/tcp?addr=127.0.0.1:1'

/** The status of an upgrade; 101 when it was granted. */
function upgrade(headers: Record<string, string | undefined>, path = PATH, method = 'GET'): Promise<number> {
  const { port, host } = new URL(bridge.url)
  const all = {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
    'sec-websocket-protocol': `${SUBPROTOCOL}, ${bearerProtocol(bridge.token)}`,
    ...headers,
  }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: given })
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(101)
    })
    request.on('response', response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end()
  })
}

describe('an upgrade', () => {
  test('is granted to the bridge’s own page, to a listed origin, and to a program', async () => {
    const { host, origin } = new URL(bridge.url)
    const { port } = new URL(bridge.url)
    expect(await upgrade({ origin })).toBe(101)
    expect(await upgrade({ origin: 'https://ui.example.com' })).toBe(101)
    expect(await upgrade({})).toBe(101)
    expect(await upgrade({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(101)
    expect(await upgrade({ host: `[::1]:${port}` })).toBe(101)
    expect(await upgrade({ host: 'bridge.example.com' })).toBe(101)
    expect(host).toMatch(/^127\.0\.0\.1:/)
  })

  test('is answered with the contract’s name, never with the one that carries the token', async () => {
    for (const protocols of [
      [SUBPROTOCOL, bearerProtocol(bridge.token)],
      [bearerProtocol(bridge.token), SUBPROTOCOL],
    ]) {
      const client = new RawClient(bridge, { protocols })
      await client.upgraded()
      expect(client.ws.protocol).toBe(SUBPROTOCOL)
      client.ws.terminate()
    }
  })

  test('is refused with 403 to other origins, null among them', async () => {
    const { port } = new URL(bridge.url)
    const origins = [
      'null',
      'http://evil.example',
      'https://ui.example.com.evil.example',
      'http://ui.example.com',
      `http://127.0.0.1:${Number(port) + 1}`,
      `https://127.0.0.1:${port}`,
      '',
    ]
    for (const origin of origins) expect(await upgrade({ origin }), origin).toBe(403)
  })

  test('is refused with 403 under a name that is not ours, same origin or not: that is how DNS rebinding looks', async () => {
    const { port } = new URL(bridge.url)
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      '169.254.169.254',
      `127.0.0.1.evil.example:${port}`,
      `localhost@evil.example`,
      '2130706433',
      '',
    ]) {
      expect(await upgrade({ host, origin: `http://${host}` }), host).toBe(403)
    }
  })

  test('is refused with 426 without the contract’s name', async () => {
    for (const protocol of [undefined, 'chat', 'kafka-bridge.v2', bearerProtocol(bridge.token)])
      expect(await upgrade({ 'sec-websocket-protocol': protocol })).toBe(426)
  })

  test('is refused with 400 on another path, with a query that is not understood, or a token in it', async () => {
    const strange = [
      '/',
      '/v1/tcp/',
      '/v1/tcp',
      '/v1/tcp?addr=',
      '/v1/tcp?addr=host',
      '/v1/tcp?addr=host:0',
      '/v1/tcp?addr=user@host:1',
      `${PATH}&addr=127.0.0.1:2`,
      `${PATH}&tls=yes`,
    ]
    const secrets = [`${PATH}&token=${bridge.token}`, `${PATH}&t=${bridge.token}`, `${PATH}&access_token=${bridge.token}`]
    for (const path of [...strange, ...secrets]) expect(await upgrade({}, path), path).toBe(400)
  })

  test('needs to be a WebSocket’s', async () => {
    expect(await upgrade({ 'sec-websocket-key': 'short' })).toBe(400)
    expect(await upgrade({ 'sec-websocket-version': '7' })).toBe(400)
    expect(await upgrade({}, PATH, 'POST')).toBe(405)
  })

  test('that was refused has led to no dial', () => {
    expect(dial.asked.every(address => address === '127.0.0.1:1')).toBe(true)
  })
})

test('the address that the bridge listens on is a name of its own', async () => {
  const other = await createBridge({ port: 0, host: '127.0.0.2', clusters: [{ id: 'local', bootstrap: ['127.0.0.1:1'] }] })
  expect(other.url).toMatch(/^http:\/\/127\.0\.0\.2:/)
  expect((await fetch(`${other.url}healthz`)).status).toBe(200)
  await other.close()
})

test('headers that trickle in are not waited for', async () => {
  const { connect } = await import('node:net')
  const { port } = new URL(bridge.url)
  const started = performance.now()
  await new Promise<void>(resolve => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n'))
    const drip = setInterval(() => socket.write('x'), 500)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(drip)
      resolve()
    })
    socket.resume()
  })
  // A limit of the server's, not a speed: five seconds, looked at every second.
  expect(performance.now() - started).toBeLessThan(10_000)
}, 15_000)
