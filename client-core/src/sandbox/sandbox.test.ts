import { describe, expect, test } from 'vitest'
import type { Codec } from '../compression/codec.js'
import { FetchRequest } from '../protocol/api/fetch.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { errnoOf } from '../protocol/errors.js'
import { encodeBatch } from '../records/encode.js'
import { createSandbox, type SandboxOptions } from './index.js'
import { batchOf, produceTo, setup } from './testing/setup.js'

describe('leaders', () => {
  test('when a broker stops, an in-sync replica leads on under a new epoch; the broker comes back as a follower', async () => {
    const { sandbox, dial } = await setup({ brokers: 3, topics: { orders: 1 } })
    const first = sandbox.leader('orders', 0)
    await sandbox.broker(first).stop()
    const second = sandbox.leader('orders', 0)
    expect(second).not.toBe(first)
    expect(sandbox.leaderEpoch('orders', 0)).toBe(1)
    const ask = async () => (await (await dial(second)).ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })).topics[0].partitions[0]
    expect(await ask()).toMatchObject({ leaderId: second, leaderEpoch: 1, offlineReplicas: [first] })
    expect((await ask()).isrNodes).not.toContain(first)
    await sandbox.broker(first).start()
    expect(await ask()).toMatchObject({ leaderId: second, leaderEpoch: 1, offlineReplicas: [] })
    expect((await ask()).isrNodes).toContain(first)
  })

  test('without another replica there is no leader until the broker is back', async () => {
    const { sandbox, dial } = await setup({ brokers: 2, topics: { orders: { replicationFactor: 1 } } })
    const leader = sandbox.leader('orders', 0)
    sandbox.append('orders', 0, [{ value: 'a' }])
    await sandbox.broker(leader).stop()
    const { topics } = await (await dial(3 - leader)).ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    expect(topics[0].partitions[0]).toMatchObject({ errorCode: errnoOf('LEADER_NOT_AVAILABLE'), leaderId: -1 })
    await sandbox.broker(leader).start()
    expect(sandbox.leader('orders', 0)).toBe(leader)
    expect(sandbox.values('orders', 0)).toEqual(['a'])
  })

  test('the last replica in sync alone may lead again', async () => {
    const { sandbox } = await setup({ brokers: 3, topics: { orders: { replicationFactor: 2 } } })
    const last = sandbox.leader('orders', 0)
    const others = sandbox.brokers.filter(id => id !== last)
    for (const id of others) await sandbox.broker(id).stop()
    await sandbox.broker(last).stop()
    expect(sandbox.leader('orders', 0)).toBe(-1)
    for (const id of others) await sandbox.broker(id).start()
    expect(sandbox.leader('orders', 0)).toBe(-1)
    await sandbox.broker(last).start()
    expect(sandbox.leader('orders', 0)).toBe(last)
  })

  test('a leader can be moved also to a broker without a replica', async () => {
    const { sandbox, dial } = await setup({ brokers: 3, topics: { orders: { replicationFactor: 1 } } })
    const to = sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!
    sandbox.moveLeader('orders', 0, to)
    expect((await produceTo(await dial(to), 'orders', batchOf(['a']))).errorCode).toBe(0)
  })

  test('brokers are added and removed; replicas of a removed one move', async () => {
    const { sandbox, dial } = await setup({ brokers: 2, topics: { orders: { partitions: 2, replicationFactor: 2 } } })
    const added = await sandbox.addBroker({ rack: 'r' })
    expect([added.id, added.rack, added.running]).toEqual([3, 'r', true])
    await sandbox.removeBroker(1)
    expect(sandbox.brokers).toEqual([2, 3])
    const { topics, brokers } = await (await dial(3)).ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    expect(brokers.map(b => b.nodeId)).toEqual([2, 3])
    for (const partition of topics[0].partitions) {
      expect([...partition.replicaNodes].sort()).toEqual([2, 3])
      expect([2, 3]).toContain(partition.leaderId)
    }
    expect(() => sandbox.broker(1)).toThrow(/no broker 1; it has 2, 3/)
  })
})

describe('a broker that is removed', () => {
  test('may leave its replicas behind: they are offline, and a partition that was on it alone has no leader', async () => {
    const { sandbox, client } = await setup({ brokers: 2, topics: { orders: { partitions: 2, replicationFactor: 1 } } })
    await sandbox.removeBroker(2, { replicas: 'stay' })
    const { topics, brokers } = await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1])
    const lost = topics[0].partitions.find(({ replicaNodes }) => replicaNodes.includes(2))
    expect(lost).toMatchObject({ errorCode: errnoOf('LEADER_NOT_AVAILABLE'), leaderId: -1, offlineReplicas: [2] })
  })
})

describe('looking and writing from the side', () => {
  test('records have everything that was written', async () => {
    const { sandbox, clock } = await setup({ topics: { orders: 1 } })
    const headers = [
      { key: 'a', value: '1' },
      { key: 'a', value: null },
      { key: 'b', value: new Uint8Array(0) },
    ]
    expect(
      sandbox.append('orders', 0, [
        { key: 'k', value: 'v', headers },
        { key: null, value: null, timestamp: 5n },
      ]),
    ).toBe(0n)
    const [first, second] = sandbox.records('orders', 0)
    expect(first).toMatchObject({ topic: 'orders', partition: 0, offset: 0n, timestamp: BigInt(clock.now()) })
    expect(first.headers.map(h => [h.key, h.value?.length ?? null])).toEqual([
      ['a', 1],
      ['a', null],
      ['b', 0],
    ])
    expect(second).toMatchObject({ key: null, value: null, timestamp: 5n, offset: 1n })
  })

  test('gaps can be left, encoded batches appended, producers forgotten', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    expect(sandbox.append('orders', 0, [{ value: 'a' }])).toBe(0n)
    expect(sandbox.append('orders', 0, [{ value: 'b' }], { skip: 5n })).toBe(6n)
    expect(sandbox.appendBatch('orders', 0, encodeBatch([{ value: 'c' }]))).toBe(7n)
    const { producerId } = await client.ask(InitProducerIdRequest, 4, { transactionalId: null, transactionTimeoutMs: 0 })
    const sequenced = (baseSequence: number) => batchOf(['d'], { producerId, producerEpoch: 0, baseSequence })
    await produceTo(client, 'orders', sequenced(0))
    expect((await produceTo(client, 'orders', sequenced(9))).errorCode).toBe(errnoOf('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    sandbox.forgetProducers('orders', 0, producerId)
    expect((await produceTo(client, 'orders', sequenced(9))).errorCode).toBe(0)
  })

  test('a batch of bytes is written and served unread', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    const broken = encodeBatch([{ value: 'abc' }]).with(-2, 0x7f)
    expect(sandbox.appendBatch('orders', 0, broken)).toBe(0n)
    const { responses } = await client.ask(FetchRequest, 4, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }],
    })
    expect(responses[0].partitions[0].records?.subarray(17)).toEqual(broken.subarray(17))
    expect(() => sandbox.appendBatch('orders', 0, new Uint8Array(60))).toThrow(/at least 61 bytes/)
  })

  test('one can wait for records', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    let reached = false
    const waiting = sandbox.reached('orders', 0, 2n).then(() => {
      reached = true
    })
    await produceTo(client, 'orders', batchOf(['a']))
    expect(reached).toBe(false)
    await produceTo(client, 'orders', batchOf(['b', 'c']))
    await waiting
    await sandbox.reached('orders', 0, 3n)
  })

  test('what is not there is named, with what is', async () => {
    const { sandbox } = await setup({ topics: { orders: 1 } })
    expect(() => sandbox.values('order', 0)).toThrow(/no partition 0 of a topic 'order'; its topics are orders/)
    expect(() => sandbox.values('orders', 1)).toThrow(/no partition 1/)
  })
})

describe('compressed batches', () => {
  /** Not a codec of Kafka's: turns every byte round. It shows that the sandbox looks inside. */
  const inverting: Codec = {
    name: 'snappy',
    compress: bytes => bytes.subarray(0, bytes.length - 1).map(byte => ~byte),
    decompress: bytes => {
      const out = new Uint8Array(bytes.length + 1)
      out.set(bytes.map(byte => ~byte))
      if (out[0] === 0xff) throw new Error('a broken stream')
      return out
    },
  }
  const compressed = (value: string) => encodeBatch([{ value, timestamp: 1_700_000_000_000n }], { codec: inverting })

  test('are stored and served as they are without a codec, and cannot be looked into', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    expect((await produceTo(client, 'orders', compressed('hello'))).errorCode).toBe(0)
    expect(sandbox.offsets('orders', 0).end).toBe(1n)
    expect(() => sandbox.values('orders', 0)).toThrow(/compressed with snappy: give createSandbox the option codec/)
  })

  test('are checked and looked into with one', async () => {
    const { sandbox, client } = await setup({
      topics: { orders: 1, table: { configs: { 'cleanup.policy': 'compact' } } },
      codec: async () => inverting,
    })
    expect((await produceTo(client, 'orders', compressed('hello'))).errorCode).toBe(0)
    expect(sandbox.values('orders', 0)).toEqual(['hello'])
    expect((await produceTo(client, 'table', compressed('no key'))).errorCode).toBe(errnoOf('INVALID_RECORD'))
  })

  test('that cannot be decompressed are corrupt', async () => {
    const broken: Codec = { ...inverting, decompress: () => Promise.reject(new Error('a broken stream')) }
    const { client } = await setup({ topics: { orders: 1 }, codec: () => broken })
    expect((await produceTo(client, 'orders', compressed('hello'))).errorCode).toBe(errnoOf('CORRUPT_MESSAGE'))
  })
})

describe('options', () => {
  const wrong: [string, SandboxOptions, RegExp][] = [
    ['no brokers', { brokers: 0 }, /brokers is 0: it must be a whole number from 1 to 1000/],
    ['an empty list of brokers', { brokers: [] }, /at least one broker/],
    ['a topic name', { topics: { 'a b': 1 } }, /topics\['a b'\] has a name that Kafka does not allow/],
    ['no partitions', { topics: { a: 0 } }, /topics\['a'\]\.partitions is 0/],
    ['more replicas than brokers', { brokers: 1, topics: { a: { replicationFactor: 2 } } }, /replicationFactor is 2: there are 1 brokers/],
    ['a negative start', { topics: { a: { startOffset: -1n } } }, /startOffset/],
    ["a topic's setting", { topics: { a: { configs: { retention: '1' } } } }, /configs\['retention'\] is not a topic setting/],
    ["a broker's setting", { brokerConfigs: { 'num.partition': '1' } }, /brokerConfigs\['num.partition'\]/],
    ["a broker's setting's value", { brokerConfigs: { 'num.partitions': 'many' } }, /Not a number/],
    ['an option that does not exist', { broker: 3 } as SandboxOptions, /broker is not known; there are brokers, topics/],
  ]
  test.each(wrong)('%s', async (_, options, why) => {
    await expect(createSandbox(options)).rejects.toMatchObject({ code: 'INVALID_OPTION', message: expect.stringMatching(why) })
  })

  test('topics may be a Map, and be called __proto__', async () => {
    const { sandbox } = await setup({ topics: new Map([['__proto__', 2]]) })
    expect(sandbox.topics).toEqual(['__proto__'])
    sandbox.append('__proto__', 1, [{ value: 'a' }])
    expect(sandbox.values('__proto__', 1)).toEqual(['a'])
  })

  test('three brokers by default, seeds for all of them', async () => {
    const sandbox = await createSandbox()
    expect(sandbox.seedBrokers).toEqual(['broker-1:9092', 'broker-2:9092', 'broker-3:9092'])
    expect(sandbox.transport.name).toBe('memory')
    await sandbox.close()
  })
})
