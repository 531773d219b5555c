import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ClientOptions } from '../client/options.js'
import type { CodecName } from '../compression/codec.js'
import type { Hooks } from '../hooks/hooks.js'
import type { RecordHeader } from '../records/record.js'
import { chaosTransport } from '../transport/chaos.js'
import { Fetches, newErrFetch } from './fetches.js'
import { Offset } from './offset.js'
import { setup } from './testing/setup.js'
import './recycler.js'

const seconds = 60_000
const places = [0, 1, 2]
const everything = { orders: Object.fromEntries(places.map(p => [p, Offset.atStart()])) }

interface Sent {
  topic: string
  partition: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: RecordHeader[]
}
/** A record's own bytes: a number that no other has, repeated to the length. */
const sized = (n: number, length: number) => new Uint8Array(length).map((_, i) => (n * 31 + i * (1 + (n % 5))) & 255)
const sent = (n: number, partition: number, length: number): Sent => ({
  topic: 'orders',
  partition,
  key: n % 3 === 0 ? null : sized(n + 1, n % 40),
  value: n % 11 === 0 ? null : sized(n, length),
  headers: n % 4 === 0 ? [{ key: `h${n}`, value: n % 8 === 0 ? null : sized(n + 2, 9) }] : [],
})

/** Pieces, as TCP brings them: a frame that comes as one message stays in the message's memory. */
async function piecewise(options: Partial<ClientOptions> = {}, compression: 'none' | CodecName = 'none') {
  const { clock, sandbox, make } = await setup()
  const transport = chaosTransport(sandbox.transport, { seed: 1, clock, chunkBytes: [3000, 9000] })
  const { consumer, ...rest } = options
  const client = make({ transport, producer: { compression: [compression] }, consumer: { partitions: everything, ...consumer }, ...rest })
  const poll = async (max = 0) => {
    for (let i = 0; i < 1000; i++) {
      const fetches = await client.pollRecords(max, { wait: false })
      if (fetches.numRecords() > 0) return fetches
      await clock.advance(10)
    }
    throw new Error('nothing came')
  }
  const write = async (records: Sent[]) => {
    const writing = client.produceSync(records)
    await clock.advance(1000)
    expect((await writing).firstError()).toBeUndefined()
  }
  return { clock, sandbox, client, poll, write }
}
/** What recycles is loaded with the first call; what was asked for before lies in memory of its own. */
async function warm({ poll, write, clock }: Awaited<ReturnType<typeof piecewise>>) {
  for (let i = 0; i < 2; i++) {
    await write(places.map(p => sent(1, p, 100)))
    for (let n = 0; n < places.length; ) {
      const fetches = await poll()
      n += fetches.numRecords()
      fetches.recycle()
      await clock.settle()
    }
  }
}

test.each(['none', 'lz4', 'gzip', 'snappy', 'zstd'] as const)(
  'whatever is recycled and when, every record that was not has its own bytes (%s)',
  async compression => {
    let detached = 0
    const plan = fc.record({
      lengths: fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 20, maxLength: 120 }),
      limits: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 }),
      recycled: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      partitionBytes: fc.constantFrom(6000, 30_000, 1_000_000),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ lengths, limits, recycled, partitionBytes }) => {
        const its = await piecewise({ consumer: { fetchMaxPartitionBytes: partitionBytes } }, compression)
        await warm(its)
        const wanted = lengths.map((length, i) => sent(i, i % 3, length))
        // In several batches.
        for (let i = 0; i < wanted.length; i += 25) await its.write(wanted.slice(i, i + 25))
        const queues = places.map(p => wanted.filter(({ partition }) => partition === p))
        const kept: [Fetches, Sent[]][] = []
        const check = (fetches: Fetches, those: Sent[]) =>
          expect(
            fetches.recordsArray().map(({ topic, partition, key, value, headers }) => ({ topic, partition, key, value, headers })),
          ).toEqual(those)
        for (let n = 0, turn = 0; n < wanted.length; turn++) {
          const fetches = await its.poll(limits[turn % limits.length])
          const those = fetches.recordsArray().map(({ partition }) => queues[partition].shift()!)
          n += those.length
          check(fetches, those)
          if (recycled[turn % recycled.length]) {
            const { value } = fetches.recordsArray().find(r => r.value !== null && r.value.length > 0) ?? { value: null }
            fetches.recycle()
            if (value?.length === 0) detached++
          } else kept.push([fetches, those])
        }
        for (const [fetches, those] of kept) check(fetches, those)
      }),
      { numRuns: 12, seed: 7 },
    )
    // The property says something only where memory really came back.
    expect(detached).toBeGreaterThan(10)
  },
  seconds,
)

test('the rest of a batch that a limited poll left, and what another poll brought, stay as they are', async () => {
  const its = await piecewise()
  await warm(its)
  await its.write(Array.from({ length: 40 }, (_, i) => sent(i, 0, 500)))
  const first = await its.poll(10)
  const [record] = first.recordsArray()
  first.recycle()
  const second = await its.poll(10)
  const third = await its.poll()
  expect(second.recordsArray().map(r => r.value)).toEqual(Array.from({ length: 10 }, (_, i) => sent(i + 10, 0, 500).value))
  third.recycle()
  expect(record.key).toEqual(sent(0, 0, 0).key)
  expect(second.recordsArray()[9].value).toEqual(sent(19, 0, 500).value)
  second.recycle()
  expect(() => record.key).toThrow(expect.objectContaining({ code: 'RECYCLED' }))
})

test.each(['none', 'lz4', 'gzip', 'snappy', 'zstd'] as const)(
  'a record that was recycled says so, and an array that was taken from it is empty (%s)',
  async compression => {
    const its = await piecewise({}, compression)
    await warm(its)
    await its.write(Array.from({ length: 20 }, (_, i) => sent(i + 1, 0, 900)))
    const fetches = await its.poll()
    const records = fetches.recordsArray()
    const copy = records[3].copy()
    const value = records[3].value
    expect(value).toHaveLength(900)
    fetches.recycle()
    expect(value).toHaveLength(0)
    expect(copy.value).toEqual(sent(4, 0, 900).value)
    const ofTheBatch = compression === 'none' ? (['producerId', 'producerEpoch', 'leaderEpoch'] as const) : []
    for (const field of ['key', 'value', 'headers', 'offset', 'timestamp', ...ofTheBatch] as const) {
      expect(() => records[3][field], field).toThrow(
        expect.objectContaining({ code: 'RECYCLED', message: expect.stringContaining('orders') }),
      )
    }
    expect(() => fetches.recordsArray()).toThrow(expect.objectContaining({ code: 'RECYCLED' }))
  },
)

test('recycling twice, nothing, an error, or after the close does no harm', async () => {
  const its = await piecewise()
  await warm(its)
  await its.write(Array.from({ length: 20 }, (_, i) => sent(i, 0, 900)))
  const first = await its.poll(5)
  first.recycle()
  first.recycle()
  first.recycle()
  const rest = await its.poll()
  const [record] = rest.recordsArray()
  new Fetches(rest.partitions).recycle()
  new Fetches([]).recycle()
  newErrFetch(new Error('none')).recycle()
  ;(await its.client.pollFetches({ wait: false })).recycle()
  expect(record.value).toEqual(sent(5, 0, 900).value)
  await its.client.close()
  rest.recycle()
  expect(() => record.value).toThrow(expect.objectContaining({ code: 'RECYCLED' }))
})

test('nothing that came before somebody recycled is touched', async () => {
  const its = await piecewise()
  await its.write(Array.from({ length: 20 }, (_, i) => sent(i, 0, 900)))
  const fetches = await its.poll()
  const [, record] = fetches.recordsArray()
  fetches.recycle()
  await its.clock.settle()
  expect(record.value).toEqual(sent(1, 0, 900).value)
})

test('a frame that a hook took is left to it', async () => {
  const taken: [Uint8Array, Uint8Array][] = []
  const hooks: Hooks = {
    onBrokerRead({ apiKey, frame }) {
      const bytes = apiKey === 1 && frame?.take()
      if (bytes && bytes.length > 5000) taken.push([bytes, bytes.slice()])
    },
  }
  const its = await piecewise({ hooks: [hooks] })
  await warm(its)
  for (let i = 0; i < 5; i++) {
    await its.write(Array.from({ length: 20 }, (_, n) => sent(n + i, 0, 900)))
    ;(await its.poll()).recycle()
  }
  expect(taken.length).toBeGreaterThanOrEqual(5)
  for (const [bytes, copy] of taken) expect(bytes).toEqual(copy)
})

test('what records() hands out stays, whatever polls recycle', async () => {
  const its = await piecewise()
  await warm(its)
  await its.write(Array.from({ length: 60 }, (_, i) => sent(i + 1, i % 3, 900)))
  const seen: [number, Uint8Array | null, Uint8Array | null][] = []
  const reading = (async () => {
    for await (const { partition, value } of its.client.records()) {
      seen.push([partition, value, value?.slice() ?? null])
      if (seen.length === 60) break
    }
  })()
  await its.clock.advance(1000)
  await reading
  await its.write(Array.from({ length: 60 }, (_, i) => sent(i + 90, i % 3, 900)))
  for (let n = 0; n < 60; ) {
    const fetches = await its.poll(7)
    n += fetches.numRecords()
    fetches.recycle()
  }
  for (const [, value, copy] of seen) expect(value).toEqual(copy)
})
