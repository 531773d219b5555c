import { describe, expect, test } from 'vitest'
import type { Client } from '../client/client.js'
import type { FetchResponse } from '../protocol/api/fetch.js'
import { type BatchRecordInput, encodeBatch } from '../records/encode.js'
import { at } from '../records/layout.js'
import { answer, type Sandbox } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { type Consuming, from, names, setup, values } from './testing/setup.js'

type Partition = FetchResponse['responses'][number]['partitions'][number]

const one = { brokers: 1, topics: { orders: 1 } }
/** Requests in half a minute, metadata included: first tries at once, then ever longer pauses. A spin makes thousands. */
const few = 60

/** The broker answers each fetch at once, with its answer changed like this. */
function always(sandbox: Sandbox, change: (real: FetchResponse, partition: Partition, offset: bigint) => Partial<FetchResponse>) {
  return sandbox.intercept('Fetch', ({ request }) => {
    const topic = request.topics[0]
    const partition = {
      partitionIndex: topic?.partitions[0]?.partition ?? 0,
      errorCode: 0,
      highWatermark: 100n,
      lastStableOffset: 100n,
      logStartOffset: 0n,
      abortedTransactions: null,
      preferredReadReplica: -1,
      records: new Uint8Array(0),
    } as unknown as Partition
    const real = {
      errorCode: 0,
      sessionId: 0,
      responses: [{ topic: topic?.topic ?? '', topicId: topic?.topicId ?? sandbox.topicId('orders'), partitions: [partition] }],
    } as unknown as FetchResponse
    return answer({ ...real, ...change(real, partition, topic?.partitions[0]?.fetchOffset ?? -1n) } as never)
  })
}
const withPartition = (real: FetchResponse, ...partitions: Partial<Partition>[]) => ({
  responses: real.responses.map(t => ({ ...t, partitions: partitions.map(p => ({ ...t.partitions[0], ...p })) })),
})

interface BatchChange {
  baseOffset?: bigint
  lastOffsetDelta?: number
  count?: number
  length?: number
  attributes?: number
  producerId?: bigint
}
/** A batch that claims something else than it holds, under a CRC that is right. */
async function batch(count: number, change: BatchChange = {}, records: BatchRecordInput[] = values(count)): Promise<Uint8Array> {
  const { crc32c } = await import('../bytes/crc32c.js')
  const bytes = encodeBatch(records)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (change.baseOffset !== undefined) view.setBigInt64(at.baseOffset, change.baseOffset)
  if (change.lastOffsetDelta !== undefined) view.setInt32(at.lastOffsetDelta, change.lastOffsetDelta)
  if (change.count !== undefined) view.setInt32(at.recordCount, change.count)
  if (change.attributes !== undefined) view.setInt16(at.attributes, change.attributes)
  if (change.producerId !== undefined) view.setBigInt64(at.producerId, change.producerId)
  if (change.length !== undefined) view.setInt32(at.length, change.length)
  view.setUint32(at.crc, crc32c(bytes, at.attributes, bytes.length) >>> 0)
  return bytes
}
const concat = (...parts: Uint8Array[]) => {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Half a minute of polls; how many requests that took. */
async function requestsOf(c: Consuming, client: Client): Promise<number> {
  const before = c.sandbox.brokers.reduce((n, id) => n + c.sandbox.broker(id).requests, 0)
  for (let i = 0; i < 30; i++) {
    await client.pollFetches({ wait: false })
    await c.clock.advance(1_000)
  }
  return c.sandbox.brokers.reduce((n, id) => n + c.sandbox.broker(id).requests, 0) - before
}

describe('a broker that answers at once, again and again, with nothing that helps, is not asked in a spin', () => {
  test.each<[string, (real: FetchResponse) => Partial<FetchResponse>]>([
    ['nothing at all', () => ({ responses: [] })],
    ['a partition without records', real => real],
    ['a partition that was not asked for', real => withPartition(real, { partitionIndex: 7 })],
    ['a topic that was not asked for', real => ({ responses: real.responses.map(t => ({ ...t, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' })) })],
    ['a session that it does not know', () => ({ errorCode: 70, responses: [] })],
    ['a session in another epoch', () => ({ errorCode: 71, responses: [] })],
    ['a session with other topic ids', () => ({ errorCode: 106, responses: [] })],
    ['another session each time', real => ({ ...real, sessionId: 1 + Math.floor(Math.random() * 1e9) })],
    ['itself as the better replica', real => withPartition(real, { preferredReadReplica: 1 })],
    ['a replica that is not there', real => withPartition(real, { preferredReadReplica: 99 })],
    ['a negative length', real => withPartition(real, { records: new Uint8Array(80).fill(255) })],
    ['partitions many times', real => withPartition(real, ...Array.from({ length: 1_000 }, () => ({})))],
    ['a batch that never comes whole', real => withPartition(real, { records: encodeBatch(values(9)).subarray(0, 100) })],
  ])('%s', async (_, change) => {
    const c = await setup(one)
    const client = c.make(from(Offset.at(0n), 0))
    const hostile = always(c.sandbox, change)
    expect(await requestsOf(c, client)).toBeLessThan(few)
    hostile.remove()
    // An honest answer, and all is well.
    c.sandbox.append('orders', 0, values(2))
    expect(await c.read(client, 2)).toEqual(names(2))
  })

  test('replicas that name each other in a circle', async () => {
    const c = await setup({ brokers: 3, topics: { orders: { partitions: 1, replicationFactor: 3 } } })
    c.sandbox.append('orders', 0, values(2))
    const client = c.make({ ...from(Offset.at(0n), 0), rack: 'here' })
    const circle = c.sandbox.intercept('Fetch', ({ broker, request }) =>
      request.topics.length === 0
        ? undefined
        : answer({
            errorCode: 0,
            responses: request.topics.map(({ topic, topicId, partitions }) => ({
              topic,
              topicId,
              partitions: partitions.map(({ partition }) => ({
                partitionIndex: partition,
                errorCode: 0,
                highWatermark: 2n,
                abortedTransactions: null,
                preferredReadReplica: (broker % 3) + 1,
                records: new Uint8Array(0),
              })),
            })),
          }),
    )
    expect(await requestsOf(c, client)).toBeLessThan(few)
    circle.remove()
    expect(await c.read(client, 2)).toEqual(names(2))
  })
})

describe('a batch that claims what is not so ends its partition with one error that says where', () => {
  test.each<[string, BatchChange]>([
    ['more records than it holds', { count: 3, lastOffsetDelta: 2 }],
    ['fewer records than it holds', { count: 1 }],
    ['two thousand million records', { count: 0x7fffffff, lastOffsetDelta: 0x7ffffffe }],
    ['records, more than offsets', { count: 2, lastOffsetDelta: 0 }],
    ['less than no records', { count: -1 }],
    ['to end before it begins', { lastOffsetDelta: -1 }],
    ['offsets beyond the last that there can be', { baseOffset: 0x7fffffffffffffffn }],
    ['a codec that nobody knows', { attributes: 5 }],
    ['to be compressed, and is not', { attributes: 4 }],
  ])('%s', async (_, change) => {
    const c = await setup(one)
    const damaged = await batch(2, change)
    const good = await batch(1)
    const client = c.make(from(Offset.at(0n), 0))
    const moved = await batch(2, { ...change, baseOffset: change.baseOffset ?? 1n })
    const hostile = always(c.sandbox, real => withPartition(real, { records: concat(good, moved) }))
    expect(await c.read(client, 1)).toEqual(['v0'])
    const { error, records } = await c.partition(client, p => p.error !== undefined)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(CORRUPT_BATCH|CORRUPT_COMPRESSION|UNKNOWN_CODEC)$/), offset: 1n })
    expect(records.length).toBe(0)
    expect(await requestsOf(c, client)).toBe(0)
    hostile.remove()
    for (let i = 0; i < 3; i++) c.sandbox.append('orders', 0, values(1, i))
    client.setOffsets({ orders: { 0: Offset.at(1n) } })
    expect(await c.read(client, 2)).toEqual(names(2, 1))
    expect(damaged.length).toBe(moved.length)
  })
})

test('offsets that go backwards within an answer are not given out twice', async () => {
  const c = await setup(one)
  const client = c.make(from(Offset.at(0n), 0))
  const [first, again] = [await batch(3), await batch(3, { baseOffset: 1n })]
  const hostile = always(c.sandbox, real => withPartition(real, { records: concat(first, first, again, first) }))
  const { records, nextOffset } = await c.partition(client, p => p.records.length > 0)
  expect(records.toArray().map(r => r.offset)).toEqual([0n, 1n, 2n, 3n])
  expect(nextOffset).toBe(4n)
  hostile.remove()
})

test('a hundred thousand empty batches move the position and hold no memory; nothing spins', async () => {
  const c = await setup(one)
  const empty = (await batch(1, { count: 0 })).subarray(0, at.records)
  const { crc32c } = await import('../bytes/crc32c.js')
  new DataView(empty.buffer, empty.byteOffset).setInt32(at.length, empty.length - 12)
  const count = 100_000
  const log = new Uint8Array(count * empty.length)
  const view = new DataView(log.buffer)
  new DataView(empty.buffer, empty.byteOffset).setUint32(at.crc, crc32c(empty, at.attributes, empty.length) >>> 0)
  for (let i = 0; i < count; i++) {
    log.set(empty, i * empty.length)
    view.setBigInt64(i * empty.length, BigInt(i))
  }
  const asked: bigint[] = []
  always(c.sandbox, (real, _, offset) => {
    asked.push(offset)
    return withPartition(real, { records: asked.length === 1 ? log : new Uint8Array(0) })
  })
  const client = c.make(from(Offset.at(0n), 0))
  await c.during(client, 1_000)
  expect(client.bufferedFetchBytes).toBe(0)
  expect(asked.slice(0, 2)).toEqual([0n, BigInt(count)])
})

test.each<[string, Uint8Array | null]>([
  ['no key', null],
  ['an empty key', new Uint8Array(0)],
  ['half a key', Uint8Array.of(0, 0, 0)],
  ['a type that nobody knows', Uint8Array.of(0, 0, 0, 77)],
])('a control batch with %s is passed over, and ends no transaction', async (_, key) => {
  const c = await setup(one)
  const transaction = { producerId: 5n, producerEpoch: 0, baseSequence: 0, transactional: true }
  c.sandbox.append('orders', 0, values(1), transaction)
  const transactionalControl = 0x30
  const marker = await batch(1, { attributes: transactionalControl, producerId: 5n }, [{ key, value: null }])
  c.sandbox.appendBatch('orders', 0, marker)
  c.sandbox.append('orders', 0, values(1, 1), { ...transaction, baseSequence: 1 })
  c.sandbox.endTransaction('orders', 0, { producerId: 5n, producerEpoch: 0, how: 'abort' })
  c.sandbox.append('orders', 0, values(1, 2))
  const client = c.make({ consumer: { ...from(Offset.at(0n), 0).consumer, isolation: 'read_committed' } })
  expect(await c.read(client, 1)).toEqual(['v2'])
})

test('nonsense in the list of what was aborted hides nothing of others', async () => {
  const c = await setup(one)
  c.sandbox.append('orders', 0, values(2))
  const nonsense = [
    { producerId: -1n, firstOffset: -5n },
    { producerId: 77n, firstOffset: 0n },
    { producerId: 77n, firstOffset: 0n },
    { producerId: -(2n ** 63n), firstOffset: 2n ** 63n - 1n },
  ]
  c.sandbox.intercept('Fetch', async ({ proceed }) => {
    const real = await proceed()
    if (!real) return undefined
    const spoil = (p: object) => ({ ...p, abortedTransactions: nonsense })
    return answer({
      ...real,
      responses: real.responses.map(t => ({ ...t, partitions: t.partitions.map(p => spoil(p) as unknown as typeof p) })),
    })
  })
  const client = c.make({ consumer: { ...from(Offset.at(0n), 0).consumer, isolation: 'read_committed' } })
  expect(await c.read(client, 2)).toEqual(names(2))
})
