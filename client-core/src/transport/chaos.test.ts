import { expect, test } from 'vitest'
import { virtualClock } from '../clock.js'
import { type ChaosOptions, chaosTransport } from './chaos.js'
import { memoryTransport } from './memory.js'
import type { ByteStream } from './stream.js'
import { transportCompliance } from './testing/compliance.js'
import { Arrivals, bytesOf, collect, outcome, readExactly, signal } from './testing/streams.js'

const TARGET = { host: 'broker-1', port: 9092 }
const REFUSED = { host: 'broker-2', port: 9092 }

/** Without deaths it is a transport like any other, however small its pieces. */
transportCompliance('chaos', { reset: false, silence: false }, async () => {
  const arrivals = new Arrivals()
  const inner = memoryTransport((stream, target) => {
    if (target.host === REFUSED.host) throw new Error('refused')
    arrivals.add(stream)
  })
  const transport = chaosTransport(inner, { seed: 1, chunkBytes: [1, 60_000] })
  return { transport, target: TARGET, refused: REFUSED, accept: arrivals.next, close: async () => {} }
})

async function connected(options: Omit<ChaosOptions, 'seed' | 'clock'>) {
  const clock = virtualClock()
  const arrivals = new Arrivals()
  const transport = chaosTransport(
    memoryTransport(stream => arrivals.add(stream)),
    { seed: 2, clock, ...options },
  )
  const accepted = arrivals.next()
  const stream = await transport.connect(TARGET, signal())
  return { clock, transport, stream, peer: (await accepted) as ByteStream }
}

test('a connection dies at its time: both ends see it, and no timer stays', async () => {
  const { clock, transport, stream, peer } = await connected({ lifetimeMs: [500, 1_500], delayMs: [10, 10] })
  const [read, written] = [outcome(collect(stream)), outcome(peer.write([bytesOf(10, 1)]))]
  await clock.advance(1_500)
  expect(await read).toMatchObject({ code: 'ECONNRESET' })
  expect(await written).toBe(undefined)
  expect(await collect(peer)).toHaveLength(0)
  expect(await outcome(stream.write([bytesOf(1, 1)]))).toMatchObject({ code: 'ECONNRESET' })
  expect([transport.opened, transport.deaths, clock.pending]).toEqual([1, 1, 0])
})

test('a half-close ends what the peer says in order, and takes what is written to nowhere', async () => {
  const { clock, stream, peer } = await connected({ lifetimeMs: [100, 100], halfClose: 1 })
  await clock.advance(101)
  expect(await collect(stream)).toHaveLength(0)
  await stream.write([bytesOf(10, 1)])
  stream.close()
  expect(await collect(peer)).toHaveLength(0)
})

test('bytes come late, in their order, in pieces', async () => {
  const { clock, stream, peer } = await connected({ delayMs: [20, 20], chunkBytes: [3, 3] })
  const whole = bytesOf(10, 1)
  void stream.write([whole.subarray(0, 5)])
  const last = stream.write([whole.subarray(5)])
  let arrived = false
  const got = readExactly(peer, 10).then(bytes => {
    arrived = true
    return bytes
  })
  await clock.advance(79)
  expect(arrived).toBe(false)
  await clock.advance(1)
  await last
  expect(await got).toEqual(whole)
})
