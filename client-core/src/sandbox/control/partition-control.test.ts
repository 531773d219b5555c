import { describe, expect, test } from 'vitest'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { OffsetForLeaderEpochRequest } from '../../protocol/api/offset-for-leader-epoch.js'
import { errnoOf } from '../../protocol/errors.js'
import { RecordBatchV2 } from '../../records/batch.js'
import { decodeBatches } from '../../records/decode.js'
import type { SandboxOptions } from '../options.js'
import type { Sandbox } from '../sandbox.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

interface Ask {
  offset?: bigint
  rackId?: string
  currentLeaderEpoch?: number
  lastFetchedEpoch?: number
  topicId?: string
  maxWaitMs?: number
  version?: number
}
async function fetchFrom(client: TestClient, ask: Ask = {}) {
  const { offset = 0n, rackId = '', currentLeaderEpoch = -1, lastFetchedEpoch = -1, topicId, maxWaitMs = 0 } = ask
  const version = ask.version ?? (topicId ? 13 : 12)
  const partition = { partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000, currentLeaderEpoch, lastFetchedEpoch }
  const { responses } = await client.ask(FetchRequest, version, {
    ...{ maxWaitMs, minBytes: 1, maxBytes: 1_000_000, sessionEpoch: -1, forgottenTopicsData: [], ...(version >= 11 && { rackId }) },
    topics: [{ ...(topicId ? { topicId } : { topic: 'orders' }), partitions: [partition] }],
  })
  return responses[0].partitions[0]
}
const utf8 = new TextDecoder()
const valuesOf = (records: Uint8Array | null) =>
  [...decodeBatches(records ?? new Uint8Array(0))].flatMap(batch => [...batch].map(({ value }) => value && utf8.decode(value)))
const write = (sandbox: Sandbox, ...values: string[]) => {
  for (const value of values) sandbox.append('orders', 0, [{ key: value[0], value }])
}
async function endOf(client: TestClient, version = 8) {
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1n }] }]
  return (await client.ask(ListOffsetsRequest, version, { replicaId: -1, topics })).topics[0].partitions[0]
}
async function endOfEpoch(client: TestClient, leaderEpoch: number, currentLeaderEpoch = -1) {
  const topics = [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch, currentLeaderEpoch }] }]
  return (await client.ask(OffsetForLeaderEpochRequest, 4, { topics })).topics[0].partitions[0]
}
/** Three brokers in racks a, b and c, of which the first leads the one partition of orders. */
async function racks(options: SandboxOptions = {}) {
  const all = await setup({
    brokers: [{ rack: 'a' }, { rack: 'b' }, { rack: 'c' }],
    topics: { orders: 1 },
    brokerConfigs: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
    ...options,
  })
  return { ...all, partition: all.sandbox.partition('orders', 0) }
}

describe('diverging logs (KIP-101, KIP-320)', () => {
  test('a follower that was held back leads on without what it lacks, and its epoch says where the old one ended', async () => {
    const { sandbox, partition, dial } = await racks()
    write(sandbox, 'a', 'b')
    partition.hold(2)
    expect(partition.isr).toEqual([1, 3])
    write(sandbox, 'c', 'd')
    expect([partition.endOffset(), partition.endOffset(2), partition.endOffset(3)]).toEqual([4n, 2n, 4n])
    partition.elect(2)
    write(sandbox, 'e')
    expect(sandbox.values('orders', 0)).toEqual(['a', 'b', 'e'])
    expect([partition.leader, partition.leaderEpoch, [...partition.isr].sort()]).toEqual([2, 1, [1, 2, 3]])
    const client = await dial(2)
    expect(await endOfEpoch(client, 0, 1)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 2n })
    expect(await endOfEpoch(client, 1, 1)).toMatchObject({ errorCode: 0, leaderEpoch: 1, endOffset: 3n })
    expect(await fetchFrom(client, { offset: 4n, lastFetchedEpoch: 0, currentLeaderEpoch: 1 })).toMatchObject({
      errorCode: 0,
      divergingEpoch: { epoch: 0, endOffset: 2n },
    })
  })

  test('the last in-sync replica goes, another that was down meanwhile is elected uncleanly', async () => {
    const { sandbox, dial } = await setup({ brokers: 3, topics: { orders: { replicationFactor: 2 } } })
    const first = sandbox.leader('orders', 0)
    const partition = sandbox.partition('orders', 0)
    const other = partition.replicas.find(id => id !== first)!
    write(sandbox, 'a')
    await sandbox.broker(other).stop()
    write(sandbox, 'b')
    await sandbox.broker(first).stop()
    await sandbox.broker(other).start()
    expect(partition.leader).toBe(-1)
    partition.elect()
    expect([partition.leader, partition.isr]).toEqual([other, [other]])
    expect(sandbox.values('orders', 0)).toEqual(['a'])
    await sandbox.broker(first).start()
    expect([...partition.isr].sort()).toEqual([first, other].sort())
    expect(await endOfEpoch(await dial(other), 0)).toMatchObject({ leaderEpoch: 0, endOffset: 1n })
  })

  test('a topic may allow unclean elections: then there is a leader at once', async () => {
    const configs = { 'unclean.leader.election.enable': 'true' }
    const { sandbox } = await setup({ brokers: 2, topics: { orders: { replicationFactor: 2, configs } } })
    const partition = sandbox.partition('orders', 0)
    const [first, other] = partition.replicas
    await sandbox.broker(other).stop()
    write(sandbox, 'a')
    await sandbox.broker(first).stop()
    await sandbox.broker(other).start()
    expect([partition.leader, sandbox.values('orders', 0)]).toEqual([other, []])
  })

  test('epochs that wrote nothing are not told', async () => {
    const { sandbox, client, dial } = await racks()
    write(sandbox, 'a', 'b')
    sandbox.moveLeader('orders', 0, 2)
    sandbox.moveLeader('orders', 0, 1)
    write(sandbox, 'c')
    expect(await endOfEpoch(client, 1)).toMatchObject({ leaderEpoch: 0, endOffset: 2n })
    expect(await endOfEpoch(client, 2)).toMatchObject({ leaderEpoch: 2, endOffset: 3n })
    expect(await endOfEpoch(client, 3)).toMatchObject({ leaderEpoch: -1, endOffset: -1n })
    expect((await endOfEpoch(client, 0, 1)).errorCode).toBe(errnoOf('FENCED_LEADER_EPOCH'))
    expect((await endOfEpoch(client, 0, 3)).errorCode).toBe(errnoOf('UNKNOWN_LEADER_EPOCH'))
    expect((await endOfEpoch(await dial(2), 0, 1)).errorCode).toBe(errnoOf('FENCED_LEADER_EPOCH'))
    expect((await endOfEpoch(await dial(2), 0, 2)).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
  })
})

describe('reading from followers (KIP-392)', () => {
  test('the leader names the replica in the rack of the consumer, which then answers', async () => {
    const { sandbox, client, dial } = await racks()
    write(sandbox, 'a')
    expect(await fetchFrom(client, { rackId: 'c' })).toMatchObject({ preferredReadReplica: 3, highWatermark: 1n, errorCode: 0 })
    expect(await fetchFrom(client, { rackId: 'a' })).toMatchObject({ preferredReadReplica: -1 })
    expect(await fetchFrom(client, { rackId: 'd' })).toMatchObject({ preferredReadReplica: -1 })
    const answer = await fetchFrom(await dial(3), { rackId: 'c' })
    expect([valuesOf(answer.records), answer.preferredReadReplica]).toEqual([['a'], -1])
    expect((await fetchFrom(await dial(3), { version: 10 })).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
  })

  test('a follower behind answers with its own high watermark, and OFFSET_OUT_OF_RANGE behind its end', async () => {
    const { sandbox, client, dial, partition, clock } = await racks()
    write(sandbox, 'a', 'b')
    partition.hold(3)
    write(sandbox, 'c')
    const follower = await dial(3)
    const answer = await fetchFrom(follower)
    expect([valuesOf(answer.records), answer.highWatermark, answer.lastStableOffset]).toEqual([['a', 'b'], 2n, 2n])
    expect((await fetchFrom(follower, { offset: 3n })).errorCode).toBe(errnoOf('OFFSET_OUT_OF_RANGE'))
    // Not in sync, but it has the offset: the leader sends consumers there all the same, and keeps those that are further.
    expect(await fetchFrom(client, { rackId: 'c', offset: 2n })).toMatchObject({ preferredReadReplica: 3 })
    expect(await fetchFrom(client, { rackId: 'c', offset: 3n })).toMatchObject({ preferredReadReplica: -1 })
    const parked = fetchFrom(follower, { offset: 2n, maxWaitMs: 1000 })
    await clock.advance(500)
    partition.release(3)
    await clock.settle()
    expect(valuesOf((await parked).records)).toEqual(['c'])
  })

  test('a follower in sync that stands still holds the high watermark: acks=all waits, and what it wrote stays', async () => {
    const { sandbox, client, clock, partition, dial } = await racks()
    write(sandbox, 'a')
    partition.hold(2, { inSync: true })
    const writing = produceTo(client, 'orders', batchOf(['b']))
    await clock.advance(999)
    expect((await fetchFrom(await dial(1))).highWatermark).toBe(1n)
    await clock.advance(1)
    expect(await writing).toMatchObject({ errorCode: errnoOf('REQUEST_TIMED_OUT'), baseOffset: -1n })
    expect(sandbox.values('orders', 0)).toEqual(['a', 'b'])
    const second = produceTo(client, 'orders', batchOf(['c']))
    await clock.advance(10)
    partition.release(2)
    await clock.settle()
    expect(await second).toMatchObject({ errorCode: 0, baseOffset: 2n })
    partition.hold(2, { inSync: true })
    const third = produceTo(client, 'orders', batchOf(['d']))
    await clock.advance(10)
    partition.elect(2)
    await clock.settle()
    expect((await third).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
    expect(sandbox.values('orders', 0)).toEqual(['a', 'b', 'c'])
  })

  test('a new leader that does not know what is committed does not say where the log ends (KIP-207)', async () => {
    const { sandbox, partition, dial } = await racks()
    write(sandbox, 'a')
    partition.hold(2, { inSync: true })
    write(sandbox, 'b')
    sandbox.moveLeader('orders', 0, 3)
    const client = await dial(3)
    expect((await endOf(client)).errorCode).toBe(errnoOf('OFFSET_NOT_AVAILABLE'))
    expect((await endOf(client, 4)).errorCode).toBe(errnoOf('LEADER_NOT_AVAILABLE'))
    partition.release(2)
    expect(await endOf(client)).toMatchObject({ errorCode: 0, offset: 2n })
  })
})

test('a topic made again under its name has another id; the old one is unknown, also to a session', async () => {
  const { sandbox, client } = await setup({ topics: { orders: 1 } })
  write(sandbox, 'a')
  const before = sandbox.topicId('orders')
  const ask = { maxWaitMs: 0, minBytes: 1, maxBytes: 1e6, forgottenTopicsData: [] }
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1e6 }]
  const { sessionId } = await client.ask(FetchRequest, 13, { ...ask, sessionEpoch: 0, topics: [{ topicId: before, partitions }] })
  sandbox.recreateTopic('orders')
  const after = sandbox.topicId('orders')
  expect(after).not.toBe(before)
  expect(sandbox.values('orders', 0)).toEqual([])
  expect((await fetchFrom(client, { topicId: before })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_ID'))
  expect((await fetchFrom(client, { topicId: after })).errorCode).toBe(0)
  const { responses } = await client.ask(FetchRequest, 13, { ...ask, sessionId, sessionEpoch: 1, topics: [] })
  expect(responses[0].partitions[0].errorCode).toBe(errnoOf('UNKNOWN_TOPIC_ID'))
  const { topics } = await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
  expect(topics[0].topicId).toBe(after)
})

describe('compaction', () => {
  const offsetsOf = (records: Uint8Array | null) => [...decodeBatches(records!)].flatMap(batch => [...batch].map(({ offset }) => offset))

  test('what is not kept leaves holes inside batches and between them', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.append(
      'orders',
      0,
      ['a', 'b', 'c', 'd'].map(value => ({ key: value, value, timestamp: BigInt(value.charCodeAt(0)) })),
    )
    write(sandbox, 'e', 'f')
    await sandbox.compact('orders', 0, [1n, 2n, 5n])
    const { records } = await fetchFrom(client)
    expect([valuesOf(records), offsetsOf(records)]).toEqual([
      ['b', 'c', 'f'],
      [1n, 2n, 5n],
    ])
    const [first] = decodeBatches(records!)
    expect([first.baseOffset, first.lastOffset, first.maxTimestamp]).toEqual([0n, 3n, 99n])
    expect(sandbox.offsets('orders', 0)).toEqual({ start: 0n, end: 6n })
    expect(offsetsOf((await fetchFrom(client, { offset: 4n })).records)).toEqual([5n])
  })

  test('the last record of each key stays, a tombstone too; the last batch of a producer stays without a record', async () => {
    const { sandbox, client } = await setup({ topics: { orders: { configs: { 'cleanup.policy': 'compact' } } } })
    const identity = { producerId: 7n, producerEpoch: 0 }
    sandbox.append('orders', 0, [{ key: 'a', value: '1' }], { ...identity, baseSequence: 0 })
    sandbox.append('orders', 0, [{ key: 'b', value: '2' }], { ...identity, baseSequence: 1 })
    sandbox.append('orders', 0, [
      { key: 'a', value: '3' },
      { key: 'b', value: null },
    ])
    await sandbox.compact('orders', 0)
    const { records } = await fetchFrom(client)
    expect(offsetsOf(records)).toEqual([2n, 3n])
    const batches = [...decodeBatches(records!)]
    expect(batches.map(batch => [batch.baseOffset, batch.numRecords, batch.producerId])).toEqual([
      [1n, 0, 7n],
      [2n, 2, -1n],
    ])
    await sandbox.partition('orders', 0).compact({ keep: [], empty: 'all' })
    expect([...decodeBatches((await fetchFrom(client)).records!)].map(batch => batch.numRecords)).toEqual([0, 0])
  })

  test('records of aborted transactions go, markers stay, and nothing behind the last stable offset is touched', async () => {
    const { sandbox } = await setup({ topics: { orders: 1 } })
    const producer = { producerId: 9n, producerEpoch: 0 }
    sandbox.append('orders', 0, [{ key: 'k', value: 'kept' }])
    sandbox.append('orders', 0, [{ key: 'k', value: 'aborted' }], { ...producer, baseSequence: 0, transactional: true })
    sandbox.endTransaction('orders', 0, { ...producer, how: 'abort' })
    sandbox.append('orders', 0, [{ key: 'k', value: 'open' }], { ...producer, baseSequence: 1, transactional: true })
    sandbox.append('orders', 0, [{ key: 'k', value: 'later' }])
    await sandbox.compact('orders', 0)
    expect(sandbox.values('orders', 0)).toEqual(['kept', 'open', 'later'])
  })

  test('compressed batches are compressed again', async () => {
    const { codec } = await import('../../compression/index.js')
    const { sandbox, client } = await setup({ topics: { orders: 1 }, codec })
    const records = Array.from({ length: 50 }, (_, i) => ({ key: `${i % 5}`, value: `the same text over and over ${i}` }))
    sandbox.append('orders', 0, records, { codec: await codec('zstd') })
    await sandbox.compact('orders', 0)
    const batch = new RecordBatchV2((await fetchFrom(client)).records!)
    expect([batch.attrs.compressionType, batch.numRecords]).toEqual(['zstd', 5])
    await batch.open(await codec('zstd'))
    expect([...batch].map(({ offset }) => offset)).toEqual([45n, 46n, 47n, 48n, 49n])
  })
})

test('retention moves the start of the log when it is run', async () => {
  const { sandbox, client, clock } = await setup({ topics: { orders: { configs: { 'retention.ms': '1000' } } } })
  write(sandbox, 'a', 'b')
  await clock.advance(2000)
  write(sandbox, 'c')
  expect(sandbox.offsets('orders', 0).start).toBe(0n)
  sandbox.partition('orders', 0).retain()
  expect(sandbox.offsets('orders', 0)).toEqual({ start: 2n, end: 3n })
  expect((await fetchFrom(client)).errorCode).toBe(errnoOf('OFFSET_OUT_OF_RANGE'))
})
