import { describe, expect, test } from 'vitest'
import { answer, fail } from '../sandbox/index.js'
import { DataLossError } from './data-loss.js'
import { Offset } from './offset.js'
import { from, names, said, setup, values } from './testing/setup.js'

const one = { topics: { orders: 1 } }

describe('truncation of the log (KIP-320)', () => {
  test('after a leader change the end of the last epoch is asked before the next fetch; lost records are told, and consuming goes on at the end', async () => {
    const { sandbox, make, read, partition } = await setup(one)
    const follower = sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!
    sandbox.append('orders', 0, values(3))
    sandbox.partition('orders', 0).hold(follower)
    sandbox.append('orders', 0, values(4, 3))
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 7)).toEqual(names(7))
    const apis: string[] = []
    sandbox.intercept('OffsetForLeaderEpoch', () => void apis.push('epoch'))
    sandbox.intercept('Fetch', { broker: follower }, () => void apis.push('fetch'))
    sandbox.partition('orders', 0).elect(follower)
    sandbox.append('orders', 0, [{ value: 'new' }])
    const lost = await partition(client, p => p.error !== undefined)
    expect(lost.error).toBeInstanceOf(DataLossError)
    expect(lost).toMatchObject({
      topic: 'orders',
      partition: 0,
      error: { code: 'DATA_LOSS', topic: 'orders', partition: 0, consumedTo: 7n, resetTo: 3n },
    })
    expect(await read(client, 1)).toEqual(['new'])
    expect(apis[0]).toBe('epoch')
    expect(apis.filter(api => api === 'epoch')).toHaveLength(1)
  })

  test('a leader that has all of it is no reason to say anything: nothing is lost and nothing comes twice', async () => {
    const { sandbox, make, read } = await setup(one)
    sandbox.append('orders', 0, values(3))
    const asked = sandbox.intercept('OffsetForLeaderEpoch', () => undefined)
    const client = make(from(Offset.atStart(), 0))
    await read(client, 3)
    sandbox.partition('orders', 0).elect(sandbox.brokers.find(id => id !== sandbox.leader('orders', 0)))
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
    expect(asked.count).toBe(1)
  })

  test('what was given out of a batch in part counts: the epoch of that is asked about', async () => {
    const { sandbox, make, clock, read } = await setup(one)
    sandbox.append('orders', 0, values(3))
    const asked: number[] = []
    sandbox.intercept('OffsetForLeaderEpoch', ({ request }) => void asked.push(request.topics[0].partitions[0].leaderEpoch))
    const client = make(from(Offset.at(0n), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect((await client.pollRecords(1, { wait: false })).numRecords()).toBe(1)
    client.pauseFetchPartitions({ orders: [0] })
    await client.pollFetches({ wait: false })
    sandbox.partition('orders', 0).elect(sandbox.brokers.find(id => id !== sandbox.leader('orders', 0)))
    client.forceMetadataRefresh().catch(() => {})
    await clock.advance(6_000)
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 2)).toEqual(names(2, 1))
    expect(asked).toEqual([0])
  })

  test('an end of -1 means that the leader cannot tell, not that something was lost', async () => {
    const { sandbox, make, read } = await setup(one)
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    await read(client, 3)
    const asked = sandbox.intercept('OffsetForLeaderEpoch', ({ request }) =>
      answer({
        topics: request.topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, errorCode: 0, leaderEpoch: -1, endOffset: -1n })),
        })),
      }),
    )
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    sandbox.append('orders', 0, values(1, 3))
    expect(await read(client, 1)).toEqual(['v3'])
    expect(asked.count).toBe(1)
  })

  test('before anything was consumed, a leader change asks nothing', async () => {
    const { sandbox, make, during, read } = await setup(one)
    const asked = sandbox.intercept('OffsetForLeaderEpoch', () => undefined)
    const client = make(from(Offset.atEnd(), 0))
    await during(client, 500)
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    await during(client, 6_000)
    sandbox.append('orders', 0, values(1))
    expect(await read(client, 1)).toEqual(['v0'])
    expect(asked.count).toBe(0)
  })

  test.each(['FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH', 'NOT_LEADER_OR_FOLLOWER'] as const)(
    'a leader that answers %s is asked again; the poll hears nothing of it',
    async code => {
      const { sandbox, make, read } = await setup(one)
      sandbox.append('orders', 0, values(3))
      const client = make(from(Offset.atStart(), 0))
      await read(client, 3)
      const refused = sandbox.intercept('OffsetForLeaderEpoch', { once: true }, fail(code))
      sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
      sandbox.append('orders', 0, values(2, 3))
      expect(await read(client, 2)).toEqual(names(2, 3))
      expect(refused.count).toBe(1)
    },
  )

  test('what forbids the question is told, and the partition waits: it is asked again a second later', async () => {
    const { sandbox, make, read, partition } = await setup(one)
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    await read(client, 3)
    const refused = sandbox.intercept('OffsetForLeaderEpoch', fail('TOPIC_AUTHORIZATION_FAILED'))
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    sandbox.append('orders', 0, values(2, 3))
    expect(await partition(client, p => p.error !== undefined)).toMatchObject({ error: { code: 'TOPIC_AUTHORIZATION_FAILED' } })
    refused.remove()
    expect(said([await partition(client, p => p.records.length > 0)])).toEqual(names(2, 3))
  })

  test.each([
    ['does not know the question', null],
    ['does not compare epochs (before v2)', [0, 1]],
  ] as const)('a broker that %s is fetched from all the same', async (_, versions) => {
    const { sandbox, make, read } = await setup(one)
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ OffsetForLeaderEpoch: versions })
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    await read(client, 3)
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
  })

  test('an exact offset with its epoch is validated before the first fetch', async () => {
    const { sandbox, make, partition, read } = await setup(one)
    sandbox.append('orders', 0, values(5))
    sandbox.truncate('orders', 0, 3n)
    sandbox.append('orders', 0, [{ value: 'other' }])
    const client = make(from(Offset.at(5n).withEpoch(0), 0))
    expect(await partition(client, p => p.error !== undefined)).toMatchObject({ error: { code: 'DATA_LOSS', consumedTo: 5n, resetTo: 3n } })
    expect(await read(client, 1)).toEqual(['other'])
  })

  test.each(['UNKNOWN_LEADER_EPOCH', 'OFFSET_NOT_AVAILABLE', 'FENCED_LEADER_EPOCH'] as const)(
    'a fetch that is answered with %s is tried again at the same offset',
    async code => {
      const { sandbox, make, read } = await setup(one)
      sandbox.append('orders', 0, values(2))
      const client = make(from(Offset.atStart(), 0))
      expect(await read(client, 2)).toEqual(names(2))
      const refused = sandbox.intercept('Fetch', { once: true }, fail(code))
      sandbox.append('orders', 0, values(2, 2))
      expect(await read(client, 2)).toEqual(names(2, 2))
      expect(refused.count).toBe(1)
    },
  )
})
