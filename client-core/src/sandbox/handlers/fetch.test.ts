import { describe, expect, test } from 'vitest'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Input } from '../../protocol/message.js'
import { decodeBatches } from '../../records/decode.js'
import { batchOf, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

interface Ask {
  offset?: bigint
  partition?: number
  topic?: string
  version?: number
  maxWaitMs?: number
  minBytes?: number
  maxBytes?: number
  partitionMaxBytes?: number
  readCommitted?: boolean
  currentLeaderEpoch?: number
  lastFetchedEpoch?: number
  rackId?: string
}

function request({ topic = 'orders', partition = 0, offset = 0n, version = 12, ...rest }: Ask): Input<typeof FetchRequest> {
  const { maxWaitMs = 0, minBytes = 1, maxBytes = 1_000_000, partitionMaxBytes = 1_000_000, readCommitted = false, rackId = '' } = rest
  const { currentLeaderEpoch = -1, lastFetchedEpoch = -1 } = rest
  const asked = { partition, fetchOffset: offset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }
  const topics = [{ ...(version >= 13 ? { topicId: topic } : { topic }), partitions: [asked] }]
  return { maxWaitMs, minBytes, maxBytes, isolationLevel: readCommitted ? 1 : 0, sessionEpoch: -1, topics, forgottenTopicsData: [], rackId }
}

async function fetchFrom(client: TestClient, ask: Ask = {}) {
  const { responses } = await client.ask(FetchRequest, ask.version ?? 12, request(ask))
  return responses[0].partitions[0]
}

function valuesOf(records: Uint8Array | null): (string | null)[] {
  const utf8 = new TextDecoder()
  return [...decodeBatches(records ?? new Uint8Array(0))].flatMap(batch => [...batch].map(({ value }) => value && utf8.decode(value)))
}

describe('reading', () => {
  test('gives the batch that holds the offset, whole, and what follows', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    for (const values of [['a', 'b'], ['c'], ['d']])
      sandbox.append(
        'orders',
        0,
        values.map(value => ({ value })),
      )
    const answer = await fetchFrom(client, { offset: 1n })
    expect(valuesOf(answer.records)).toEqual(['a', 'b', 'c', 'd'])
    expect(answer).toMatchObject({ errorCode: 0, highWatermark: 4n, lastStableOffset: 4n, logStartOffset: 0n, abortedTransactions: null })
    expect(valuesOf((await fetchFrom(client, { offset: 2n })).records)).toEqual(['c', 'd'])
    expect(valuesOf((await fetchFrom(client, { offset: 4n })).records)).toEqual([])
  })

  test.each([4, 7, 11, 12, 13, 16, 18])('version %i', async version => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'a' }])
    const topic = version >= 13 ? await idOf(client, 'orders') : 'orders'
    expect(valuesOf((await fetchFrom(client, { version, topic })).records)).toEqual(['a'])
  })

  test('offsets outside the log are out of range; the end itself is not', async () => {
    const { sandbox, client } = await setup({ topics: { orders: { startOffset: 9_007_199_254_740_993n } } })
    const start = 9_007_199_254_740_993n
    sandbox.append('orders', 0, [{ value: 'a' }])
    expect((await fetchFrom(client, { offset: start - 1n })).errorCode).toBe(errnoOf('OFFSET_OUT_OF_RANGE'))
    expect((await fetchFrom(client, { offset: start + 2n })).errorCode).toBe(errnoOf('OFFSET_OUT_OF_RANGE'))
    expect((await fetchFrom(client, { offset: start + 1n })).errorCode).toBe(0)
    const [batch] = decodeBatches((await fetchFrom(client, { offset: start })).records!)
    expect(batch.baseOffset).toBe(start)
  })

  test('the first batch is given whatever its size (KIP-74); later ones only as far as the limit goes, cut inside', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    for (const value of ['a', 'b', 'c']) sandbox.append('orders', 0, [{ value }])
    const size = batchOf(['a']).length
    expect((await fetchFrom(client, { maxBytes: 1 })).records).toHaveLength(size)
    expect((await fetchFrom(client, { partitionMaxBytes: 1 })).records).toHaveLength(size)
    const cut = await fetchFrom(client, { partitionMaxBytes: 2 * size + 10 })
    expect(cut.records).toHaveLength(2 * size + 10)
    expect(valuesOf(cut.records)).toEqual(['a', 'b'])
  })

  test('only the first partition that has something is given more than the limit', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 3 } })
    for (const partition of [1, 2]) sandbox.append('orders', partition, [{ value: 'x'.repeat(100) }])
    const partitions = [0, 1, 2].map(partition => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1000 }))
    const { responses } = await client.ask(FetchRequest, 12, { ...request({ maxBytes: 50 }), topics: [{ topic: 'orders', partitions }] })
    expect(responses[0].partitions.map(p => valuesOf(p.records).length)).toEqual([0, 1, 0])
  })

  test('unknown topics, partitions and topic ids', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    expect((await fetchFrom(client, { topic: 'nothing' })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await fetchFrom(client, { partition: 1 })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await fetchFrom(client, { version: 13, topic: 'BBBBBBBBBBBBBBBBBBBBBA' })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_ID'))
  })
})

describe('waiting (virtual time)', () => {
  test('parks until a record comes', async () => {
    const { sandbox, client, clock } = await setup({ topics: { orders: 1 } })
    const answer = track(fetchFrom(client, { maxWaitMs: 500 }))
    await clock.advance(400)
    expect(answer.settled).toBe(false)
    sandbox.append('orders', 0, [{ value: 'a' }])
    await clock.settle()
    expect(valuesOf((await answer.promise).records)).toEqual(['a'])
    expect(clock.pending).toBe(0)
  })

  test('parks no longer than maxWaitMs', async () => {
    const { client, clock } = await setup({ topics: { orders: 1 } })
    const answer = track(fetchFrom(client, { maxWaitMs: 500 }))
    await clock.advance(499)
    expect(answer.settled).toBe(false)
    await clock.advance(1)
    expect(answer.settled).toBe(true)
    expect((await answer.promise).errorCode).toBe(0)
  })

  test('parks until minBytes are there, over all partitions', async () => {
    const { sandbox, client, clock } = await setup({ topics: { orders: 2 } })
    const size = batchOf(['a']).length
    const partitions = [0, 1].map(partition => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1000 }))
    const answer = track(
      client.ask(FetchRequest, 12, { ...request({ maxWaitMs: 500, minBytes: size + 1 }), topics: [{ topic: 'orders', partitions }] }),
    )
    await clock.settle()
    sandbox.append('orders', 0, [{ value: 'a' }])
    await clock.settle()
    expect(answer.settled).toBe(false)
    sandbox.append('orders', 1, [{ value: 'b' }])
    await clock.settle()
    expect(answer.settled).toBe(true)
  })

  test.each<[string, Ask]>([
    ['an error', { partition: 7 }],
    ['minBytes of 0', { minBytes: 0 }],
    ['maxWaitMs of 0', { maxWaitMs: 0 }],
  ])('does not park with %s', async (_, ask) => {
    const { client, clock } = await setup({ topics: { orders: 1 } })
    await fetchFrom(client, { maxWaitMs: 500, ...ask })
    expect(clock.pending).toBe(0)
  })

  test('a parked fetch is told at once when its leader moves or its topic goes', async () => {
    const { sandbox, dial, clock } = await setup({
      brokers: 2,
      topics: { orders: { replicationFactor: 1 }, gone: { replicationFactor: 1 } },
    })
    const moved = track(fetchFrom(await dial(sandbox.leader('orders', 0)), { maxWaitMs: 5000 }))
    const deleted = track(fetchFrom(await dial(sandbox.leader('gone', 0)), { maxWaitMs: 5000, topic: 'gone' }))
    await clock.settle()
    sandbox.moveLeader('orders', 0, 3 - sandbox.leader('orders', 0))
    sandbox.deleteTopic('gone')
    await clock.settle()
    expect((await moved.promise).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
    expect((await deleted.promise).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  test('a parked fetch holds up its own connection and no other, and ends with it', async () => {
    const { client, dial, clock, sandbox } = await setup({ topics: { orders: 1 } })
    await client.tell(FetchRequest, 12, request({ maxWaitMs: 5000 }))
    await client.tell(MetadataRequest, 12, { topics: [] })
    const answer = track(client.nextFrame())
    await (await dial()).ask(MetadataRequest, 12, { topics: [] })
    expect(answer.settled).toBe(false)
    expect(clock.pending).toBe(1)
    client.close()
    await clock.settle()
    expect(await answer.promise).toBe(undefined)
    expect(clock.pending).toBe(0)
    expect(sandbox.broker(1).connections).toBe(1)
  })
})

describe('leaders, followers, epochs', () => {
  test('an epoch that is behind is fenced, one that is ahead unknown; the new leader is named from v16 on (KIP-951)', async () => {
    const { sandbox, dial } = await setup({ brokers: 2, topics: { orders: 1 } })
    const old = sandbox.leader('orders', 0)
    sandbox.moveLeader('orders', 0, 3 - old)
    const client = await dial(old)
    const topic = await idOf(client, 'orders')
    const { responses, nodeEndpoints } = await client.ask(FetchRequest, 16, request({ version: 16, topic, currentLeaderEpoch: 0 }))
    expect(responses[0].partitions[0]).toMatchObject({
      errorCode: errnoOf('FENCED_LEADER_EPOCH'),
      currentLeader: { leaderId: 3 - old, leaderEpoch: 1 },
    })
    expect(nodeEndpoints).toMatchObject([{ nodeId: 3 - old, host: `broker-${3 - old}` }])
    expect((await fetchFrom(client, { currentLeaderEpoch: 2 })).errorCode).toBe(errnoOf('UNKNOWN_LEADER_EPOCH'))
  })

  test('a follower serves consumers from v11 on (KIP-392), before only the leader does', async () => {
    const { sandbox, dial } = await setup({ brokers: 2, topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'a' }])
    const follower = await dial(3 - sandbox.leader('orders', 0))
    expect(valuesOf((await fetchFrom(follower, { version: 11 })).records)).toEqual(['a'])
    expect((await fetchFrom(follower, { version: 10 })).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
  })

  test('with a rack-aware selector the leader names the replica in the rack of the consumer, without records', async () => {
    const { sandbox, dial } = await setup({
      brokers: [{ rack: 'a' }, { rack: 'b' }],
      brokerConfigs: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
      topics: { orders: 1 },
    })
    sandbox.append('orders', 0, [{ value: 'x' }])
    const leader = sandbox.leader('orders', 0)
    const [here, there] = leader === 1 ? ['a', 'b'] : ['b', 'a']
    const client = await dial(leader)
    expect(await fetchFrom(client, { rackId: there })).toMatchObject({ preferredReadReplica: 3 - leader, records: new Uint8Array(0) })
    expect(await fetchFrom(client, { rackId: here })).toMatchObject({ preferredReadReplica: -1 })
    expect(await fetchFrom(client, { rackId: 'nowhere' })).toMatchObject({ preferredReadReplica: -1 })
    expect(valuesOf((await fetchFrom(await dial(3 - leader), { rackId: there })).records)).toEqual(['x'])
  })

  test('who read what was truncated is told where its epoch ended (KIP-595)', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    for (const value of ['a', 'b', 'c']) sandbox.append('orders', 0, [{ value }])
    sandbox.truncate('orders', 0, 1n)
    sandbox.append('orders', 0, [{ value: 'B' }, { value: 'C' }])
    expect((await fetchFrom(client, { offset: 3n, lastFetchedEpoch: 0 })).divergingEpoch).toEqual({ epoch: 0, endOffset: 1n })
    expect(valuesOf((await fetchFrom(client, { offset: 1n, lastFetchedEpoch: 0 })).records)).toEqual(['B', 'C'])
  })
})

describe('isolation (KIP-98)', () => {
  test('read_committed stops at the last stable offset and names aborted transactions', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    const inTransaction = (producerId: bigint) => ({ producerId, producerEpoch: 0, baseSequence: 0, transactional: true })
    sandbox.append('orders', 0, [{ value: 'open' }], inTransaction(1n))
    sandbox.append('orders', 0, [{ value: 'aborted' }], inTransaction(2n))
    sandbox.append('orders', 0, [{ value: 'plain' }])
    sandbox.endTransaction('orders', 0, { producerId: 2n, producerEpoch: 0, how: 'abort' })
    expect(await fetchFrom(client, { readCommitted: true })).toMatchObject({
      highWatermark: 4n,
      lastStableOffset: 0n,
      abortedTransactions: [],
      records: new Uint8Array(0),
    })
    expect(valuesOf((await fetchFrom(client)).records)).toHaveLength(4)
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'commit' })
    const committed = await fetchFrom(client, { readCommitted: true })
    expect(committed).toMatchObject({ lastStableOffset: 5n, abortedTransactions: [{ producerId: 2n, firstOffset: 1n }] })
    expect(valuesOf(committed.records)).toHaveLength(5)
    expect(sandbox.values('orders', 0)).toEqual(['open', 'aborted', 'plain'])
  })

  test('a marker wakes a fetch that waits for the last stable offset', async () => {
    const { sandbox, client, clock } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'a' }], { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true })
    const answer = track(fetchFrom(client, { maxWaitMs: 500, readCommitted: true }))
    await clock.settle()
    expect(answer.settled).toBe(false)
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'commit' })
    await clock.settle()
    expect(answer.settled).toBe(true)
  })
})

function track<T>(promise: Promise<T>): { settled: boolean; promise: Promise<T> } {
  const tracked = { settled: false, promise }
  const settle = () => {
    tracked.settled = true
  }
  promise.then(settle, settle)
  return tracked
}

async function idOf(client: TestClient, name: string): Promise<string> {
  return (await client.ask(MetadataRequest, 12, { topics: [{ name }] })).topics[0].topicId
}
