import { expect, test } from 'vitest'
import { memoryPair, memoryTransport } from './memory.js'
import { explain } from './reasons.js'
import type { ByteStream } from './stream.js'
import { transportCompliance } from './testing/compliance.js'
import { Arrivals, bytesOf, collect, outcome, readExactly, signal } from './testing/streams.js'

const TARGET = { host: 'broker-1', port: 9092 }
const REFUSED = { host: 'broker-2', port: 9092 }
const SILENT = { host: 'broker-3', port: 9092 }

transportCompliance('memory', { reset: false, silence: true }, async () => {
  const arrivals = new Arrivals()
  const transport = memoryTransport((stream, target) => {
    if (target.host === REFUSED.host) throw explain('ECONNREFUSED', target)
    if (target.host === SILENT.host) return new Promise(() => {})
    arrivals.add(stream)
  })
  return { transport, target: TARGET, refused: REFUSED, silent: SILENT, accept: arrivals.next, close: async () => {} }
})

test('a write waits exactly while more than the high water mark is unread', async () => {
  const [here, there] = memoryPair({ highWaterMark: 100 })
  await here.write([bytesOf(100, 1)])
  let through = false
  const second = here.write([bytesOf(1, 2)]).then(() => (through = true))
  for (let i = 0; i < 10; i++) await Promise.resolve()
  expect(through).toBe(false)
  await readExactly(there, 100)
  await second
  expect(through).toBe(true)
})

test('what was written is there in the next microtask, without a timer', async () => {
  const [here, there] = memoryPair()
  const got: number[] = []
  void there.incoming[Symbol.asyncIterator]()
    .next()
    .then(step => got.push(step.value?.length ?? -1))
  void here.write([new Uint8Array(3), new Uint8Array(4)])
  await Promise.resolve()
  await Promise.resolve()
  expect(got).toEqual([7])
})

test('bytes come in pieces of at most 64 KiB, filled across chunks', async () => {
  const [here, there] = memoryPair()
  await here.write([new Uint8Array(65_000), new Uint8Array(1000), new Uint8Array(200)])
  here.close()
  const lengths: number[] = []
  for await (const chunk of there.incoming) lengths.push(chunk.length)
  expect(lengths).toEqual([65_536, 664])
})

test('a write that waits is refused with EPIPE when the reader closes, and with the reason when closed here', async () => {
  const [here, there] = memoryPair({ highWaterMark: 1 })
  const waiting = outcome(here.write([new Uint8Array(10)]))
  there.close(new Error('only the one who closes sees this'))
  expect(await waiting).toMatchObject({ code: 'EPIPE' })
  const [left, right] = memoryPair({ highWaterMark: 1 })
  const reason = new Error('enough')
  const pending = outcome(left.write([new Uint8Array(10)]))
  left.close(reason)
  expect(await pending).toBe(reason)
  expect(await collect(right)).toHaveLength(10)
})

test('whatever else accept throws is a refusal that keeps its cause', async () => {
  const bug = new Error('no such broker')
  const transport = memoryTransport(() => {
    throw bug
  })
  expect(await outcome(transport.connect(TARGET, signal()))).toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED', cause: bug })
})

test('a connect that is aborted while accept ponders closes both ends', async () => {
  const abort = new AbortController()
  let other: ByteStream | undefined
  const transport = memoryTransport(stream => {
    other = stream
    return new Promise(() => {})
  })
  const connecting = outcome(transport.connect(TARGET, abort.signal))
  for (let i = 0; i < 5; i++) await Promise.resolve()
  abort.abort()
  expect(await connecting).toMatchObject({ code: 'ABORTED' })
  expect(await collect(other as ByteStream)).toHaveLength(0)
})
