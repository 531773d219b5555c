import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { bytesOf, Timeline } from '../../client-core/src/transport/testing/streams.js'
import type { Dial } from './dial.js'
import { withBridge } from './testing/bridges.js'
import { broker, dialler } from './testing/brokers.js'
import { requestHead } from './testing/bytes.js'
import { RawClient } from './testing/raw-client.js'

const MB = 1024 * 1024
const CHUNK = Buffer.alloc(64 * 1024, 5)

/** Pushes without an end, as fast as the socket takes it; says how much has left. */
function pushForever(socket: Socket, line: Timeline): () => number {
  const push = () => {
    line.mark()
    while (!socket.destroyed && socket.write(CHUNK)) line.mark()
  }
  socket.on('drain', push)
  push()
  return () => socket.bytesWritten - socket.writableLength
}

describe('a side that does not read', () => {
  test('a client: the broker is stopped within 16 MiB, and the bridge holds about one', async () => {
    const line = new Timeline()
    let sent = () => 0
    const kafka = await broker(socket => {
      sent = pushForever(socket, line)
    })
    await withBridge(
      { bootstrap: [kafka.address] },
      {},
      async bridge => {
        const client = new RawClient(bridge, { addr: kafka.address })
        await client.first()
        client.ws.pause()
        await line.quiet(400)
        expect(sent()).toBeLessThan(16 * MB)
        client.ws.resume()
        const stopped = sent()
        while (client.bytes < stopped + 20 * MB) await new Promise(resolve => setTimeout(resolve, 2))
        client.ws.terminate()
      },
      [kafka],
    )
  })

  test('a broker: the client is stopped within 16 MiB', async () => {
    const kafka = await broker(socket => socket.pause())
    await withBridge(
      { bootstrap: [kafka.address] },
      { maxRequestBytes: 0x7fffffff },
      async bridge => {
        const client = new RawClient(bridge, { addr: kafka.address })
        await client.first()
        client.ws.send(requestHead(0x7fffffff))
        const line = new Timeline()
        let sent = 0
        let stop = false
        const pushing = (async () => {
          while (!stop) {
            client.ws.send(CHUNK)
            sent += CHUNK.length
            if (client.ws.bufferedAmount <= MB) line.mark()
            while (client.ws.bufferedAmount > MB && !stop) await new Promise(resolve => setTimeout(resolve, 1))
          }
        })()
        await line.quiet(400)
        expect(sent).toBeLessThan(16 * MB)
        stop = true
        await pushing
        client.ws.terminate()
      },
      [kafka],
    )
  })

  test('before the connection is open, a client is stopped as well', async () => {
    await withBridge(
      { bootstrap: ['10.255.255.1:9092'] },
      { dial: dialler({ '10.255.255.1:9092': 'silent' }), maxRequestBytes: 0x7fffffff },
      async bridge => {
        const client = new RawClient(bridge, { addr: '10.255.255.1:9092' })
        await client.upgraded()
        client.ws.send(requestHead(0x7fffffff))
        for (let i = 0; i < 640; i++) client.ws.send(CHUNK)
        await new Promise(resolve => setTimeout(resolve, 300))
        expect(client.ws.bufferedAmount).toBeGreaterThan(24 * MB)
        client.ws.terminate()
      },
    )
  })

  test('4408: no progress for the length of the stall timer ends it, towards either side, both at once too', async () => {
    const kafka = await broker(socket => void pushForever(socket, new Timeline()))
    const deaf = await broker(socket => socket.pause())
    const both = await broker(socket => {
      pushForever(socket, new Timeline())
      socket.pause()
    })
    const times = { stall: 150 }
    await withBridge(
      { bootstrap: [kafka.address, deaf.address, both.address] },
      { times, maxRequestBytes: 0x7fffffff },
      async (bridge, lines) => {
        const reader = new RawClient(bridge, { addr: kafka.address })
        await reader.first()
        reader.ws.pause()
        const writer = new RawClient(bridge, { addr: deaf.address })
        await writer.first()
        writer.ws.send(requestHead(0x7fffffff))
        for (let i = 0; i < 400; i++) writer.ws.send(CHUNK)
        const stuck = new RawClient(bridge, { addr: both.address })
        await stuck.first()
        stuck.ws.pause()
        stuck.ws.send(requestHead(0x7fffffff))
        for (let i = 0; i < 400; i++) stuck.ws.send(CHUNK)
        expect(await writer.closed).toEqual({ code: 4408, reason: 'WRITE_STALL' })
        while (lines.filter(line => line.startsWith('close') && line.includes('code=4408 by=WRITE_STALL')).length < 3)
          await new Promise(resolve => setTimeout(resolve, 5))
        reader.ws.resume()
        expect(await reader.closed).toEqual({ code: 4408, reason: 'WRITE_STALL' })
        stuck.ws.terminate()
      },
      [kafka, deaf, both],
    )
  })

  test('many of them: each holds about a megabyte, and when that is too much together no more are let in until it has gone', async () => {
    const line = new Timeline()
    const kafka = await broker(socket => void pushForever(socket, line))
    await withBridge(
      { bootstrap: [kafka.address] },
      { maxBufferedBytes: 8 * MB },
      async bridge => {
        const clients: RawClient[] = []
        // What the kernel holds does not count: it takes a few more than eight.
        for (let status = 0; status !== 503 && clients.length < 64; ) {
          const client = new RawClient(bridge, { addr: kafka.address })
          status = await Promise.race([client.refused, client.first().then(() => 101)])
          if (status !== 101) continue
          client.ws.pause()
          clients.push(client)
          await line.quiet(100)
        }
        expect(clients.length).toBeGreaterThanOrEqual(7)
        expect(clients.length).toBeLessThan(32)
        clients.pop()?.ws.terminate()
        clients.pop()?.ws.terminate()
        for (let status = 0; status !== 101; ) {
          const client = new RawClient(bridge, { addr: kafka.address })
          status = await Promise.race([client.refused, client.first().then(() => 101)])
          client.ws.terminate()
        }
        for (const client of clients) client.ws.terminate()
      },
      [kafka],
    )
  })

  test('slow progress is no stall', async () => {
    const kafka = await broker(socket => void pushForever(socket, new Timeline()))
    await withBridge(
      { bootstrap: [kafka.address] },
      // The pauses together are longer than the limit, each of them is far below it.
      { times: { stall: 3_000 } },
      async (bridge, lines) => {
        const client = new RawClient(bridge, { addr: kafka.address })
        await client.first()
        for (let i = 0; i < 7; i++) {
          client.ws.pause()
          await new Promise(resolve => setTimeout(resolve, 500))
          client.ws.resume()
          const before = client.bytes
          while (client.bytes < before + 4 * MB) await new Promise(resolve => setTimeout(resolve, 1))
        }
        expect(lines.filter(line => line.startsWith('close'))).toEqual([])
        client.ws.terminate()
      },
      [kafka],
    )
  })
})

describe('with pauses at random on every side', () => {
  const seed = Math.floor(Math.random() * 1e9)
  /** Pauses and goes on at random until `done`. */
  const stutter = (seed: number, pause: () => void, resume: () => void, done: () => boolean) => {
    const dice = bytesOf(4096, seed)
    let at = 0
    const step = () => {
      if (done()) return resume()
      if (dice[at++ % dice.length] & 1) pause()
      else resume()
      setTimeout(step, dice[at % dice.length] >> 4)
    }
    step()
  }
  const whole = bytesOf(50 * MB, seed)
  const digest = createHash('sha256').update(whole).digest('hex')

  test(`50 MB arrive unchanged each way, at the same time (seed ${seed})`, async () => {
    const up = createHash('sha256')
    let upBytes = 0
    const kafka = await broker(socket => {
      socket.on('data', chunk => {
        // The request's head is not part of the sum.
        up.update(upBytes < 8 ? chunk.subarray(8 - upBytes) : chunk)
        upBytes += chunk.length
      })
      stutter(
        seed + 1,
        () => socket.pause(),
        () => socket.resume(),
        () => upBytes === whole.length + 8,
      )
      socket.write(whole)
    })
    await withBridge(
      { bootstrap: [kafka.address] },
      { maxRequestBytes: 0x7fffffff },
      async bridge => {
        const client = new RawClient(bridge, { addr: kafka.address })
        const down = createHash('sha256')
        client.onBytes = bytes => down.update(bytes)
        await client.first()
        stutter(
          seed + 2,
          () => client.ws.pause(),
          () => client.ws.resume(),
          () => client.bytes === whole.length,
        )
        client.ws.send(requestHead(whole.length + 4))
        await client.send(whole)
        while (client.bytes < whole.length || upBytes < whole.length + 8) await new Promise(resolve => setTimeout(resolve, 5))
        expect([down.digest('hex'), up.digest('hex')]).toEqual([digest, digest])
        client.ws.close()
      },
      [kafka],
    )
  }, 60_000)
})

test('what a client sent before it closed reaches the broker, then an end', async () => {
  let got = 0
  let ended = false
  const kafka = await broker(socket => socket.on('data', chunk => (got += chunk.length)).on('end', () => (ended = true)))
  await withBridge(
    { bootstrap: [kafka.address] },
    {},
    async bridge => {
      const client = new RawClient(bridge, { addr: kafka.address })
      await client.first()
      client.ws.send(requestHead(4 * MB))
      for (let i = 0; i < 48; i++) client.ws.send(CHUNK)
      client.ws.close(1000)
      while (!ended) await new Promise(resolve => setTimeout(resolve, 2))
      expect(got).toBe(8 + 48 * CHUNK.length)
    },
    [kafka],
  )
})

test('a broker that never ends is let go after the linger', async () => {
  const kafka = await broker(socket => {
    socket.allowHalfOpen = true
    socket.resume()
  })
  const dialled: Socket[] = []
  const dial = dialler({})
  const watched: Dial = to => {
    const socket = dial(to)
    dialled.push(socket)
    return socket
  }
  await withBridge(
    { bootstrap: [kafka.address] },
    { times: { linger: 50 }, dial: watched },
    async bridge => {
      const client = new RawClient(bridge, { addr: kafka.address })
      await client.first()
      client.ws.close(1000)
      while (!dialled[0].destroyed) await new Promise(resolve => setTimeout(resolve, 2))
      expect(kafka.sockets[0].readableEnded).toBe(true)
    },
    [kafka],
  )
})
