import { describe, expect, test } from 'vitest'
import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { OffsetForLeaderEpochRequest } from '../../protocol/api/offset-for-leader-epoch.js'
import { errnoOf } from '../../protocol/errors.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

async function list(
  client: TestClient,
  timestamp: bigint,
  { version = 8, partition = 0, currentLeaderEpoch = -1, readCommitted = false } = {},
) {
  const { topics } = await client.ask(ListOffsetsRequest, version, {
    replicaId: -1,
    isolationLevel: readCommitted ? 1 : 0,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: partition, timestamp, currentLeaderEpoch }] }],
  })
  const { errorCode, timestamp: time, offset, leaderEpoch } = topics[0].partitions[0]
  return errorCode === 0 ? { offset, timestamp: time, leaderEpoch } : errorCode
}

describe('ListOffsets', () => {
  const filled = async () => {
    const made = await setup({ topics: { orders: 1 } })
    const at = (...times: bigint[]) =>
      made.sandbox.append(
        'orders',
        0,
        times.map(timestamp => ({ value: 'x', timestamp })),
      )
    at(100n, 300n, 200n)
    at(400n, 150n)
    at(250n)
    return made
  }

  test('-1 is the end, -2 the start', async () => {
    const { client, sandbox } = await filled()
    expect(await list(client, -1n)).toEqual({ offset: 6n, timestamp: -1n, leaderEpoch: 0 })
    expect(await list(client, -2n)).toEqual({ offset: 0n, timestamp: -1n, leaderEpoch: 0 })
    sandbox.deleteRecords('orders', 0, 2n)
    expect(await list(client, -2n)).toEqual({ offset: 2n, timestamp: -1n, leaderEpoch: 0 })
  })

  test.each<[bigint, bigint, bigint]>([
    [0n, 0n, 100n],
    [100n, 0n, 100n],
    [101n, 1n, 300n],
    [300n, 1n, 300n],
    [301n, 3n, 400n],
    [401n, -1n, -1n],
  ])('time %i is the first record at or after it, in the order of offsets', async (time, offset, timestamp) => {
    const { client } = await filled()
    expect(await list(client, time)).toEqual({ offset, timestamp, leaderEpoch: offset < 0n ? -1 : 0 })
  })

  test('records before the start of the log are not found', async () => {
    const { client, sandbox } = await filled()
    sandbox.deleteRecords('orders', 0, 2n)
    expect(await list(client, 250n)).toEqual({ offset: 3n, timestamp: 400n, leaderEpoch: 0 })
  })

  test('-3 is the first record with the largest timestamp, from version 7 on (KIP-734)', async () => {
    const { client } = await filled()
    expect(await list(client, -3n)).toEqual({ offset: 3n, timestamp: 400n, leaderEpoch: 0 })
    expect(await list(client, -3n, { version: 6 })).toBe(errnoOf('UNSUPPORTED_VERSION'))
  })

  test('-4 is the start, -5 nothing: no tier is remote', async () => {
    const { client } = await filled()
    expect(await list(client, -4n)).toMatchObject({ offset: 0n })
    expect(await list(client, -5n, { version: 9 })).toMatchObject({ offset: -1n })
    expect(await list(client, -7n, { version: 11 })).toBe(errnoOf('UNSUPPORTED_VERSION'))
  })

  test('for read_committed the end is the last stable offset', async () => {
    const { client, sandbox } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'a' }])
    sandbox.append('orders', 0, [{ value: 'b' }], { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true })
    expect(await list(client, -1n)).toMatchObject({ offset: 2n })
    expect(await list(client, -1n, { readCommitted: true })).toMatchObject({ offset: 1n })
  })

  test('an empty log has neither a time nor a largest timestamp', async () => {
    const { client } = await setup({ topics: { orders: { startOffset: 7n } } })
    expect(await list(client, 0n)).toMatchObject({ offset: -1n })
    expect(await list(client, -3n)).toMatchObject({ offset: -1n })
    expect(await list(client, -1n)).toMatchObject({ offset: 7n })
  })

  test('only the leader answers, and only in the epoch it is in', async () => {
    const { dial, sandbox } = await setup({ brokers: 2, topics: { orders: 1 } })
    const leader = sandbox.leader('orders', 0)
    expect(await list(await dial(3 - leader), -1n)).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
    expect(await list(await dial(leader), -1n, { currentLeaderEpoch: 1 })).toBe(errnoOf('UNKNOWN_LEADER_EPOCH'))
    expect(await list(await dial(leader), -1n, { partition: 1 })).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  test('a partition that is asked for twice is refused', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const twice = [-1n, -2n].map(timestamp => ({ partitionIndex: 0, timestamp }))
    const { topics } = await client.ask(ListOffsetsRequest, 8, { replicaId: -1, topics: [{ name: 'orders', partitions: twice }] })
    expect(topics[0].partitions.map(p => p.errorCode)).toEqual([errnoOf('INVALID_REQUEST'), errnoOf('INVALID_REQUEST')])
  })
})

describe('OffsetForLeaderEpoch (KIP-320)', () => {
  const ask = async (client: TestClient, leaderEpoch: number, currentLeaderEpoch = -1) => {
    const { topics } = await client.ask(OffsetForLeaderEpochRequest, 4, {
      topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch, currentLeaderEpoch }] }],
    })
    const { errorCode, leaderEpoch: epoch, endOffset } = topics[0].partitions[0]
    return errorCode === 0 ? { epoch, endOffset } : errorCode
  }

  test('an epoch ends where the next one that wrote begins; the current one at the end of the log', async () => {
    const { dial, sandbox } = await setup({ brokers: 2, topics: { orders: 1 } })
    const first = sandbox.leader('orders', 0)
    sandbox.append('orders', 0, [{ value: 'a' }, { value: 'b' }])
    sandbox.moveLeader('orders', 0, 3 - first)
    sandbox.append('orders', 0, [{ value: 'c' }])
    const client = await dial(3 - first)
    expect(await ask(client, 0)).toEqual({ epoch: 0, endOffset: 2n })
    expect(await ask(client, 1)).toEqual({ epoch: 1, endOffset: 3n })
    expect(await ask(client, 2)).toEqual({ epoch: -1, endOffset: -1n })
    expect(await ask(client, 0, 0)).toBe(errnoOf('FENCED_LEADER_EPOCH'))
  })

  test('after a truncation the old epoch ends earlier', async () => {
    const { client, sandbox } = await setup({ topics: { orders: 1 } })
    for (const value of ['a', 'b', 'c']) sandbox.append('orders', 0, [{ value }])
    sandbox.truncate('orders', 0, 1n)
    expect(await ask(client, 0)).toEqual({ epoch: 0, endOffset: 1n })
  })
})
