import { describe, expect, test } from 'vitest'
import { KafkaError } from '../protocol/errors.js'
import { answer, fail } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { from, names, said, setup, text, values } from './testing/setup.js'

const one = { topics: { orders: 1 } }
const single = { brokers: 1, topics: { orders: 1 } }

describe('pauses', () => {
  test('what is buffered of a paused partition is dropped, and fetched again from the same offset when it goes on', async () => {
    const { sandbox, make, read, clock } = await setup(one)
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.at(2n), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect(client.bufferedFetchRecords).toBe(3)
    client.pauseFetchPartitions({ orders: [0] })
    expect((await client.pollFetches({ wait: false })).empty()).toBe(true)
    expect(client.bufferedFetchRecords).toBe(0)
    const fetched = sandbox.intercept('Fetch', () => undefined)
    await clock.advance(20_000)
    expect(fetched.count).toBe(0)
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 3)).toEqual(names(3, 2))
  })

  test('resuming a topic leaves partitions paused that were paused by themselves', async () => {
    const { sandbox, make, read, during } = await setup({ topics: { orders: 2 } })
    for (const p of [0, 1]) sandbox.append('orders', p, values(1, p))
    const client = make(from(Offset.atStart(), 0, 1))
    client.pauseFetchTopics('orders')
    client.pauseFetchPartitions({ orders: [1] })
    expect(said(await during(client, 1_000))).toEqual([])
    client.resumeFetchTopics('orders')
    expect(await read(client, 1)).toEqual(['v0'])
    expect(said(await during(client, 6_000))).toEqual([])
    expect(client.pauseFetchPartitions()).toEqual(new Map([['orders', [1]]]))
    client.resumeFetchPartitions({ orders: [1] })
    expect(await read(client, 1)).toEqual(['v1'])
  })

  test('pauses outlast removing and adding again', async () => {
    const { sandbox, make, during } = await setup(one)
    sandbox.append('orders', 0, values(1))
    const client = make(from(Offset.atStart(), 0))
    client.pauseFetchPartitions({ orders: [0] })
    client.removeConsumePartitions({ orders: [0] })
    client.addConsumePartitions({ orders: { 0: Offset.atStart() } })
    expect(said(await during(client, 1_000))).toEqual([])
  })
})

describe('limits', () => {
  test('while a broker’s rest waits, no new fetch goes to it; the rest comes first', async () => {
    const { sandbox, make, clock } = await setup(single)
    sandbox.append('orders', 0, values(5))
    const fetched = sandbox.intercept('Fetch', () => undefined)
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    const next = async () => (await client.pollRecords(2, { wait: false })).recordsArray().map(r => text(r.value))
    expect(await next()).toEqual(['v0', 'v1'])
    sandbox.append('orders', 0, values(1, 5))
    await clock.advance(20_000)
    expect(fetched.count).toBe(1)
    expect(await next()).toEqual(['v2', 'v3'])
    expect(await next()).toEqual(['v4'])
    await clock.advance(100)
    expect(fetched.count).toBe(2)
    expect(await next()).toEqual(['v5'])
  })

  test('a position that is set drops the rest that waits', async () => {
    const { sandbox, make, clock, read } = await setup(single)
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect((await client.pollRecords(2, { wait: false })).numRecords()).toBe(2)
    client.setOffsets({ orders: { 0: Offset.at(1n) } })
    expect(client.bufferedFetchRecords).toBe(0)
    expect(await read(client, 4)).toEqual(names(4, 1))
  })

  test('what is dropped with its position makes room for another fetch, and a rest that waits leaves none', async () => {
    const { sandbox, make, clock, read } = await setup({ brokers: 2, topics: { orders: 2 } })
    for (const p of [0, 1]) sandbox.append('orders', p, values(3, p * 10))
    const asked = new Set<number>()
    sandbox.intercept('Fetch', ({ broker }) => void asked.add(broker))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.at(0n), 1: Offset.at(0n) } }, maxConcurrentFetches: 1 } })
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    const [first] = (await client.pollRecords(1, { wait: false })).recordsArray()
    await clock.advance(20_000)
    expect(asked.size).toBe(1)
    client.setOffsets({ orders: { [first.partition]: Offset.at(0n) } })
    expect((await read(client, 6)).sort()).toEqual([...names(3), ...names(3, 10)].sort())
  })

  test('limited polls serve brokers in turn', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 2, topics: { orders: 2 } })
    for (const p of [0, 1]) for (let i = 0; i < 20; i++) sandbox.append('orders', p, values(1, p * 100 + i))
    const client = make({
      consumer: { partitions: { orders: { 0: Offset.atStart(), 1: Offset.atStart() } }, fetchMaxPartitionBytes: 1, fetchMaxBytes: 1 },
    })
    const seen: number[] = []
    for (let i = 0; i < 20; i++) {
      seen.push(...(await client.pollRecords(1, { wait: false })).recordsArray().map(r => r.partition))
      await clock.advance(50)
    }
    expect(seen.filter(p => p === 0).length).toBeGreaterThan(5)
    expect(seen.filter(p => p === 1).length).toBeGreaterThan(5)
  })

  test('closing while more brokers wait for one of the concurrent fetches does not hang, and leaves no timer', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 6, topics: { orders: 6 } })
    const partitions = Object.fromEntries([0, 1, 2, 3, 4, 5].map(p => [p, Offset.atEnd()]))
    const client = make({ consumer: { partitions: { orders: partitions }, maxConcurrentFetches: 1 } })
    const polling = client.pollFetches()
    await clock.advance(1_000)
    await client.close()
    expect((await polling).isClientClosed()).toBe(true)
    await sandbox.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('a broker that has nothing to fetch any more passes its turn on', async () => {
    const { sandbox, make, read, clock } = await setup({ brokers: 3, topics: { orders: 3 } })
    const client = make({
      consumer: {
        partitions: { orders: { 0: Offset.atStart(), 1: Offset.atStart(), 2: Offset.atStart() } },
        maxConcurrentFetches: 1,
        fetchMaxWaitMs: 200,
      },
    })
    await client.pollFetches({ wait: false })
    await clock.advance(50)
    client.pauseFetchPartitions({ orders: [0, 1] })
    sandbox.append('orders', 2, values(3))
    expect(await read(client, 3)).toEqual(names(3))
  })
})

describe('what a poll gives', () => {
  test('a signal that is aborted already gives an error fetch, also when records wait; they are not lost', async () => {
    const { sandbox, make, clock, read } = await setup(one)
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    const fetches = await client.pollFetches({ signal: AbortSignal.abort() })
    expect(fetches.err0()).toMatchObject({ code: 'ABORTED' })
    expect(fetches.partitions).toMatchObject([{ topic: '', partition: -1 }])
    expect(await read(client, 2)).toEqual(names(2))
  })

  test('wait: false takes what is there and nothing else', async () => {
    const { make } = await setup(one)
    expect((await make(from(Offset.atEnd(), 0)).pollFetches({ wait: false })).partitions).toEqual([])
  })

  test('an error waits for a poll, whatever becomes of the partition meanwhile', async () => {
    const { sandbox, make, during, clock } = await setup(one)
    sandbox.intercept('ListOffsets', fail('TOPIC_AUTHORIZATION_FAILED'))
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(5_000)
    client.removeConsumePartitions({ orders: [0] })
    expect((await during(client, 100)).map(p => p.error)).toMatchObject([{ code: 'TOPIC_AUTHORIZATION_FAILED' }])
  })

  test('keepRetryableFetchErrors gives out what goes away by itself, and pauses before asking again', async () => {
    const { sandbox, make, partition, during } = await setup(one)
    sandbox.append('orders', 0, values(1))
    const refused = sandbox.intercept('Fetch', fail('NOT_LEADER_OR_FOLLOWER'))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, keepRetryableFetchErrors: true } })
    const { error } = await partition(client, p => p.error !== undefined)
    expect(error).toBeInstanceOf(KafkaError)
    expect(error).toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER', retriable: true })
    const before = refused.count
    await during(client, 1_000)
    expect(refused.count - before).toBeLessThanOrEqual(6)
    refused.remove()
    expect(said((await during(client, 2_000)).filter(p => !p.error))).toEqual(['v0'])
  })

  test('an answer of which all is stripped is followed by a pause: errors that go away are not asked for in a spin', async () => {
    const { sandbox, make, during } = await setup(single)
    const refused = sandbox.intercept('Fetch', fail('NOT_LEADER_OR_FOLLOWER'))
    const client = make(from(Offset.atStart(), 0))
    expect(await during(client, 2_000)).toEqual([])
    expect(refused.count).toBeGreaterThan(2)
    expect(refused.count).toBeLessThan(15)
  })

  test('pauses grow while nothing helps, and begin small again after something did', async () => {
    const { sandbox, make, clock, during } = await setup(single)
    sandbox.append('orders', 0, values(1))
    const times: number[] = []
    sandbox.intercept('Fetch', () => {
      times.push(clock.now())
      return times.length <= 4 || times.length === 6 ? fail('NOT_LEADER_OR_FOLLOWER') : undefined
    })
    const client = make({ consumer: { ...from(Offset.at(0n), 0).consumer, fetchSessions: false } })
    await during(client, 10_000)
    const gaps = times.slice(1).map((at, i) => at - times[i])
    expect(gaps.slice(0, 4)).toEqual([250, 500, 1_000, 2_000])
    expect(gaps[5]).toBe(250)
  })

  test('batches that do not move the position are not asked for in a spin', async () => {
    const { sandbox, make, during } = await setup(single)
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.at(3n), 0))
    let asked = 0
    let bytes: Uint8Array | null = null
    sandbox.intercept('Fetch', async request => {
      const response = await request.proceed()
      if (!response) return undefined
      asked++
      return answer({
        ...response,
        responses: response.responses.map(t => ({
          ...t,
          partitions: t.partitions.map(p => ({ ...p, records: bytes ?? new Uint8Array(20) })),
        })),
      })
    })
    sandbox.append('orders', 0, values(1, 3))
    const { encodeBatch } = await import('../records/encode.js')
    bytes = encodeBatch([{ value: 'below' }])
    expect(said(await during(client, 3_000))).toEqual([])
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(20)
  })

  test('a partition that an answer names twice is read once', async () => {
    const { sandbox, make, during } = await setup(single)
    sandbox.append('orders', 0, values(3))
    sandbox.intercept('Fetch', { once: true }, async request => {
      const response = await request.proceed()
      if (!response) return undefined
      const [topic] = response.responses
      return answer({
        ...response,
        responses: [{ ...topic, partitions: [...topic.partitions, ...topic.partitions] }, topic],
      })
    })
    expect(said(await during(make(from(Offset.atStart(), 0)), 2_000))).toEqual(names(3))
  })

  test('a partition that was not asked for is left alone', async () => {
    const { sandbox, make, during } = await setup({ brokers: 1, topics: { orders: 2 } })
    sandbox.append('orders', 0, values(1))
    sandbox.intercept('Fetch', { once: true }, async request => {
      const response = await request.proceed()
      if (!response) return undefined
      const [topic] = response.responses
      const [partition] = topic.partitions
      return answer({ ...response, responses: [{ ...topic, partitions: [partition, { ...partition, partitionIndex: 1 }] }] })
    })
    expect(said(await during(make(from(Offset.atStart(), 0)), 1_000))).toEqual(['v0'])
  })
})

describe('where a fetch goes on', () => {
  test('nextOffset is behind what was given out, in a limited poll behind its last record', async () => {
    const { sandbox, make, clock } = await setup(single)
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect((await client.pollRecords(2, { wait: false })).partitions).toMatchObject([{ nextOffset: 2n }])
    expect((await client.pollRecords(2, { wait: false })).partitions).toMatchObject([{ nextOffset: 4n }])
    expect((await client.pollRecords(2, { wait: false })).partitions).toMatchObject([{ nextOffset: 5n }])
  })

  test('nextOffset is behind gaps that compaction left', async () => {
    const { sandbox, make, partition } = await setup(single)
    sandbox.append('orders', 0, [
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
      { key: 'a', value: '2' },
      { key: 'b', value: '2' },
    ])
    await sandbox.compact('orders', 0, ({ offset }: { offset: bigint }) => offset === 1n)
    expect(await partition(make(from(Offset.atStart(), 0)), p => p.records.length > 0)).toMatchObject({ nextOffset: 4n })
  })

  test('keepEmptyFetches leaves out nothing where an answer was full before a partition had its turn', async () => {
    const { sandbox, make, read } = await setup({ brokers: 1, topics: { orders: 2 } })
    for (const p of [0, 1]) for (let i = 0; i < 5; i++) sandbox.append('orders', p, values(1, p * 10 + i))
    const partitions = { orders: { 0: Offset.at(0n), 1: Offset.at(0n) } }
    const client = make({
      consumer: { partitions, fetchMaxBytes: 1, fetchMaxPartitionBytes: 1, fetchSessions: false, keepEmptyFetches: true },
    })
    expect((await read(client, 10)).sort()).toEqual([...names(5), ...names(5, 10)].sort())
  })

  test('keepEmptyFetches gives out what moved the position and brought no record', async () => {
    const { sandbox, make, partition, during } = await setup(single)
    sandbox.append('orders', 0, values(2), { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true })
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'abort' })
    const consumer = { partitions: { orders: { 0: Offset.atStart() } }, isolation: 'read_committed' as const }
    expect(await during(make({ consumer }), 500)).toEqual([])
    const client = make({ consumer: { ...consumer, keepEmptyFetches: true } })
    const fetched = await partition(client, () => true)
    expect(fetched).toMatchObject({ topic: 'orders', partition: 0, error: undefined, nextOffset: 3n })
    expect(fetched.records.length).toBe(0)
  })
})
