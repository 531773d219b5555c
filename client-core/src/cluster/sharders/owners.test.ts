import { describe, expect, test } from 'vitest'
import { AddPartitionsToTxnRequest } from '../../protocol/api/add-partitions-to-txn.js'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Output, RequestMessage } from '../../protocol/message.js'
import { answer, close } from '../../sandbox/index.js'
import { type ResponseShard, sendRequest, sendSharded } from '../routing.js'
import { connected, driven } from '../testing/setup.js'
import { type Kind, kinds } from './testing/kinds.js'

const asked = { initiator: 'test' }
const brokers = [1, 2, 3]
const partitions = ['orders 0', 'orders 1', 'orders 2', 'orders 3', 'other 0', 'other 1']
const names = ['a', 'b', 'c', 'd', 'e', '__proto__']
const notMine: Record<Kind['owner'], KafkaErrorCode> = {
  leader: 'NOT_LEADER_OR_FOLLOWER',
  group: 'NOT_COORDINATOR',
  transaction: 'NOT_COORDINATOR',
}
const typeOf = { group: 0, transaction: 1 }

/** Three brokers that answer for what is theirs alone, and a client that knows them. */
async function known(kind: Kind, { maxVersion = 99 } = {}) {
  const setup = await connected({ brokers: 3, topics: { orders: 4, other: 2 } })
  const { sandbox, clock, cluster } = setup
  sandbox.intercept(ApiVersionsRequest, async ({ proceed }) => {
    const real = (await proceed())!
    const capped = <K extends { maxVersion: number }>(key: K): K => ({ ...key, maxVersion: Math.min(key.maxVersion, maxVersion) })
    return answer({ ...real, apiKeys: real.apiKeys.map(key => (key.apiKey === kind.message.key ? capped(key) : key)) })
  })
  const coordinators = new Map(names.map((name, i) => [name, brokers[i % 3]]))
  const partitionOf = (thing: string) => [thing.split(' ')[0], Number(thing.split(' ')[1])] as const
  const ownerOf = (thing: string) => (kind.owner === 'leader' ? sandbox.leader(...partitionOf(thing)) : coordinators.get(thing))
  sandbox.intercept('FindCoordinator', ({ request }) => {
    const wanted = kind.owner === 'leader' ? -1 : typeOf[kind.owner]
    const found = request.coordinatorKeys.map(key => {
      const nodeId = request.keyType === wanted ? coordinators.get(key) : undefined
      if (nodeId === undefined) return { key, nodeId: -1, host: '', port: -1, errorCode: 30, errorMessage: 'not yours' }
      return { key, nodeId, host: `broker-${nodeId}`, port: 9092, errorCode: 0, errorMessage: null }
    })
    return answer({ coordinators: found })
  })
  const hangsUp = new Set<number>()
  const asks: [broker: number, things: string[], version: number][] = []
  const told = (broker: number, request: Output<RequestMessage>) =>
    kind.asked(request).map((thing): [string, number] => [thing, ownerOf(thing) === broker ? 0 : errnoOf(notMine[kind.owner])])
  sandbox.intercept(kind.message, ({ broker, request, version }) => {
    if (hangsUp.delete(broker)) return close()
    asks.push([broker, kind.asked(request), version])
    return answer(kind.answer(told(broker, request), version))
  })
  await driven(clock, cluster.loadMetadata(null, asked))
  const things = kind.owner === 'leader' ? partitions : names
  const move = (thing: string) => {
    const to = (ownerOf(thing)! % 3) + 1
    if (kind.owner === 'leader') sandbox.moveLeader(...partitionOf(thing), to)
    else coordinators.set(thing, to)
  }
  const request = (of: readonly string[]) => ({ message: kind.message, body: kind.body(of) })
  const ask = (of: readonly string[]) => driven(clock, sendRequest(cluster, request(of), asked))
  const shards = (of: readonly string[]): Promise<ResponseShard[]> => driven(clock, sendSharded(cluster, request(of), asked))
  const sorted = (response: Parameters<Kind['told']>[0]) => kind.told(response).sort()
  const good = things.map((thing): [string, number] => [thing, 0]).sort()
  return { ...setup, asks, hangsUp, ask, shards, things, move, ownerOf, sorted, good }
}

describe.each(kinds.map(kind => [kind.message.name, kind] as const))('%s', (_, kind) => {
  test('goes to those it concerns, and comes back as one broker would answer it', async () => {
    const { asks, ask, things, ownerOf, sorted, good } = await known(kind)
    const merged = await ask(things)
    expect(sorted(merged)).toEqual(good)
    for (const [broker, asked] of asks) for (const thing of asked) expect(ownerOf(thing)).toBe(broker)
    expect(new Set(asks.map(([broker]) => broker))).toEqual(new Set(brokers))
    const whole = kind.answer(good, 99)
    for (const [field, value] of Object.entries(whole)) {
      const got = (merged as Record<string, unknown>)[field]
      // Topics of several brokers are one topic again.
      if (Array.isArray(value)) expect(got).toHaveLength(value.length)
    }
  })

  test('is split anew when something has moved, as often as it takes; what was answered is not asked for again', async () => {
    const { ask, asks, things, move, sorted, good } = await known(kind)
    expect(sorted(await ask(things))).toEqual(good)
    move(things[0])
    move(things[5])
    asks.length = 0
    expect(sorted(await ask(things))).toEqual(good)
    const again = asks.flatMap(([, of]) => of).slice(things.length)
    expect(again.sort()).toEqual([things[0], things[5]].sort())
  })

  test('is split anew when a broker hangs up', async () => {
    const { ask, asks, hangsUp, things, sorted, good } = await known(kind)
    hangsUp.add(2)
    expect(sorted(await ask(things))).toEqual(good)
    expect(hangsUp.size).toBe(0)
    // What the others answered is not asked for again.
    expect(asks.flatMap(([, of]) => of).length).toBe(things.length)
  })

  test('gives what nobody can be asked for as shards of node -1, beside what was answered', async () => {
    const { shards, things } = await known(kind)
    const nowhere = kind.owner === 'leader' ? 'nothing 0' : 'nobody'
    const parts = await shards([things[0], nowhere])
    const [failed] = parts.filter(part => part.error)
    expect(failed.broker.nodeId).toBe(-1)
    expect(failed.error).toMatchObject({
      code: kind.owner === 'leader' ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'GROUP_AUTHORIZATION_FAILED',
    })
    expect(parts.flatMap(part => (part.response ? kind.told(part.response) : []))).toEqual([[things[0], 0]])
    expect(parts).toHaveLength(2)
  })

  test('that asks for nothing goes to one broker, whose answer is the one shard', async () => {
    const { shards, asks } = await known(kind)
    const parts = await shards([])
    expect(parts.map(part => [part.error, part.broker.nodeId > 0])).toEqual([[undefined, true]])
    expect(asks).toHaveLength(1)
  })
})

const adding = kinds.find(kind => kind.message.key === 24)!

describe('partitions of several transactions', () => {
  test('item 103: a broker before v4 is asked one by one, in the old form, and the answer has the new one', async () => {
    const { ask, asks, things, sorted, good } = await known(adding, { maxVersion: 3 })
    expect(sorted(await ask(things))).toEqual(good)
    expect(asks.map(([, of, version]) => [of.length, version])).toEqual(things.map(() => [1, 3]))
  })

  test('are asked for together from v4 on, and a single one in the old form, which every client may use', async () => {
    const { ask, asks, things } = await known(adding)
    await ask(things)
    expect(asks.map(([, of, version]) => [of.length, version])).toEqual([2, 2, 2].map(n => [n, 5]))
    asks.length = 0
    const { resultsByTransaction } = (await ask([things[0]])) as { resultsByTransaction: readonly { transactionalId: string }[] }
    expect(resultsByTransaction.map(t => t.transactionalId)).toEqual([things[0]])
    expect(asks.map(([, , version]) => version)).toEqual([3])
  })

  test('the old form is asked and answered as it is', async () => {
    const { cluster, clock, asks } = await known(adding)
    const request = AddPartitionsToTxnRequest({
      v3AndBelowTransactionalId: 'a',
      v3AndBelowProducerId: 1n,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [{ name: 'orders', partitions: [0] }],
    })
    const { resultsByTopicV3AndBelow } = await driven(clock, sendRequest(cluster, request, asked))
    expect(resultsByTopicV3AndBelow[0].resultsByPartition).toMatchObject([{ partitionIndex: 0, partitionErrorCode: 0 }])
    expect(asks.map(([broker, , version]) => [broker, version])).toEqual([[1, 3]])
  })
})

test('leaders are taken from metadata that is no older than metadataMinAgeMs', async () => {
  const { sandbox, clock, ask, things } = await known(kinds[0])
  const reads = sandbox.intercept('Metadata', () => undefined)
  await ask(things)
  expect(reads.count).toBe(0)
  await clock.advance(5_001)
  await ask(things)
  expect(reads.count).toBe(1)
})

test('an offset that a new leader cannot tell yet is asked for again, it alone (KIP-207)', async () => {
  const { sandbox, clock, cluster } = await connected({ brokers: 3, topics: { orders: 3 } })
  const asks: number[] = []
  sandbox.intercept('ListOffsets', async ({ request, proceed }) => {
    const of = request.topics.flatMap(topic => topic.partitions.map(({ partitionIndex }) => partitionIndex))
    asks.push(...of)
    if (!of.includes(1) || asks.filter(partition => partition === 1).length > 1) return
    const real = (await proceed())!
    const unknown = <P extends { partitionIndex: number }>(p: P) =>
      p.partitionIndex === 1 ? { ...p, errorCode: errnoOf('OFFSET_NOT_AVAILABLE'), offset: -1n } : p
    return answer({ ...real, topics: real.topics.map(topic => ({ ...topic, partitions: topic.partitions.map(unknown) })) })
  })
  const partitions = [0, 1, 2].map(partitionIndex => ({ partitionIndex, timestamp: -1n }))
  const request = ListOffsetsRequest({ replicaId: -1, topics: [{ name: 'orders', partitions }] })
  const { topics } = await driven(clock, sendRequest(cluster, request, asked))
  expect(topics[0].partitions.map(({ errorCode, offset }) => [errorCode, offset])).toEqual([0, 1, 2].map(() => [0, 0n]))
  expect(asks.sort()).toEqual([0, 1, 1, 2])
})
