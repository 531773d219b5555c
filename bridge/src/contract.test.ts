import { once } from 'node:events'
import { bearerProtocol, SUBPROTOCOL } from '@milena/client-core/transport/tunnel'
import { webSocket } from '@milena/client-core/transport/websocket'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { outcome, signal } from '../../client-core/src/transport/testing/streams.js'
import type { BridgeOptions } from './options.js'
import { withBridge } from './testing/bridges.js'
import { broker, dialler, echo, freePort } from './testing/brokers.js'
import { request } from './testing/bytes.js'
import { RawClient } from './testing/raw-client.js'

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
    { times: { heartbeat: 2_000 } },
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
