import { describe, expect, test } from 'vitest'
import { zeroUuid } from '../../bytes/uuid.js'
import { CreatePartitionsRequest } from '../../protocol/api/create-partitions.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { DeleteRecordsRequest } from '../../protocol/api/delete-records.js'
import { DeleteTopicsRequest } from '../../protocol/api/delete-topics.js'
import { DescribeClusterRequest } from '../../protocol/api/describe-cluster.js'
import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { DescribeLogDirsRequest } from '../../protocol/api/describe-log-dirs.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Input } from '../../protocol/message.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

type NewTopic = Input<typeof CreateTopicsRequest>['topics'][number]
const spec = (rest: Partial<NewTopic> = {}): NewTopic => ({
  name: 'made',
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...rest,
})
const create = async (client: TestClient, topics: NewTopic[], validateOnly = false) =>
  (await client.ask(CreateTopicsRequest, 7, { topics, validateOnly })).topics
const describeAll = async (client: TestClient, names: string[] | null) =>
  client.ask(MetadataRequest, 12, { topics: names?.map(name => ({ name })) ?? null, allowAutoTopicCreation: false })

describe('CreateTopics', () => {
  test('makes what was asked for, and says so', async () => {
    const { client } = await setup({ brokers: 3 })
    const [made] = await create(client, [
      spec({ numPartitions: 4, replicationFactor: 2, configs: [{ name: 'retention.ms', value: '1000' }] }),
    ])
    expect(made).toMatchObject({ errorCode: 0, numPartitions: 4, replicationFactor: 2 })
    expect(made.configs).toContainEqual({ name: 'retention.ms', value: '1000', readOnly: false, configSource: 1, isSensitive: false })
    const [topic] = (await describeAll(client, ['made'])).topics
    expect(topic.topicId).toBe(made.topicId)
    expect(topic.partitions.map(p => p.replicaNodes.length)).toEqual([2, 2, 2, 2])
  })

  test('leaders go round the brokers', async () => {
    const { client } = await setup({ brokers: 3 })
    await create(client, [spec({ numPartitions: 6, replicationFactor: 3 })])
    const [topic] = (await describeAll(client, ['made'])).topics
    const leaders = topic.partitions.map(p => p.leaderId)
    expect([1, 2, 3].map(id => leaders.filter(leader => leader === id).length)).toEqual([2, 2, 2])
    for (const { replicaNodes } of topic.partitions) expect(new Set(replicaNodes).size).toBe(3)
  })

  test('-1 takes the defaults of the broker (KIP-464)', async () => {
    const { client } = await setup({ brokers: 2, brokerConfigs: { 'num.partitions': '5' } })
    expect(await create(client, [spec({ numPartitions: -1, replicationFactor: -1 })])).toMatchObject([
      { errorCode: 0, numPartitions: 5, replicationFactor: 2 },
    ])
  })

  test('replicas can be chosen', async () => {
    const { client, sandbox } = await setup({ brokers: 3 })
    const assignments = [
      { partitionIndex: 1, brokerIds: [2, 3] },
      { partitionIndex: 0, brokerIds: [3, 1] },
    ]
    expect(await create(client, [spec({ numPartitions: -1, replicationFactor: -1, assignments })])).toMatchObject([
      { errorCode: 0, numPartitions: 2, replicationFactor: 2 },
    ])
    expect([sandbox.leader('made', 0), sandbox.leader('made', 1)]).toEqual([3, 2])
  })

  const chosen = (...lists: number[][]) => ({
    numPartitions: -1,
    replicationFactor: -1,
    assignments: lists.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
  })
  test.each<[string, Partial<NewTopic>, KafkaErrorCode]>([
    ['an empty name', { name: '' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a dot', { name: '.' }, 'INVALID_TOPIC_EXCEPTION'],
    ['two dots', { name: '..' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name of 250 characters', { name: 'x'.repeat(250) }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name with a space', { name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name that differs in . and _ alone', { name: 'or_ders' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name that is taken', { name: 'or.ders' }, 'TOPIC_ALREADY_EXISTS'],
    ['no partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['too many partitions', { numPartitions: 2_000_000_000 }, 'POLICY_VIOLATION'],
    ['no replicas', { replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    ['more replicas than brokers', { replicationFactor: 4 }, 'INVALID_REPLICATION_FACTOR'],
    ['a setting that does not exist', { configs: [{ name: 'retention', value: '1' }] }, 'INVALID_CONFIG'],
    ['a setting that is no number', { configs: [{ name: 'retention.ms', value: 'long' }] }, 'INVALID_CONFIG'],
    ['a setting out of range', { configs: [{ name: 'retention.ms', value: '-2' }] }, 'INVALID_CONFIG'],
    ['a setting that is none of its words', { configs: [{ name: 'cleanup.policy', value: 'delete,burn' }] }, 'INVALID_CONFIG'],
    ['a setting that is null', { configs: [{ name: 'retention.ms', value: null }] }, 'INVALID_CONFIG'],
    ['chosen replicas and a count', { ...chosen([1]), numPartitions: 1 }, 'INVALID_REQUEST'],
    ['a chosen broker twice', chosen([1, 1]), 'INVALID_REPLICA_ASSIGNMENT'],
    ['a chosen broker that is unknown', chosen([9]), 'INVALID_REPLICA_ASSIGNMENT'],
    ['chosen lists of different lengths', chosen([1, 2], [1]), 'INVALID_REPLICA_ASSIGNMENT'],
    [
      'a hole in the chosen partitions',
      { ...chosen(), assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
  ])('refuses %s', async (_, wrong, code) => {
    const { client, sandbox } = await setup({ brokers: 3, topics: { 'or.ders': 1 } })
    const [refused, fine] = await create(client, [spec(wrong), spec({ name: 'fine' })])
    expect(refused.errorCode).toBe(errnoOf(code))
    expect(refused.errorMessage).toBeTruthy()
    expect(fine.errorCode).toBe(0)
    expect(sandbox.topics).toEqual(['or.ders', 'fine'])
  })

  test('a name that stands there twice is refused once', async () => {
    const { client, sandbox } = await setup()
    expect(await create(client, [spec(), spec()])).toMatchObject([{ name: 'made', errorCode: errnoOf('INVALID_REQUEST') }])
    expect(sandbox.topics).toEqual([])
  })

  test('validateOnly makes nothing', async () => {
    const { client, sandbox } = await setup()
    expect(await create(client, [spec()], true)).toMatchObject([{ errorCode: 0, numPartitions: 1 }])
    expect(sandbox.topics).toEqual([])
  })

  test('a topic may be called __proto__ or constructor', async () => {
    const { client } = await setup()
    expect(await create(client, [spec({ name: '__proto__' }), spec({ name: 'constructor' })])).toMatchObject([
      { errorCode: 0 },
      { errorCode: 0 },
    ])
    expect((await describeAll(client, ['__proto__'])).topics).toMatchObject([{ name: '__proto__', errorCode: 0 }])
  })
})

describe('DeleteTopics, CreatePartitions, DeleteRecords', () => {
  test('a topic goes by name or by id, and its name is free again, under another id', async () => {
    const { client, sandbox } = await setup({ topics: { a: 1, b: 1 } })
    const ids = (await describeAll(client, ['a', 'b'])).topics.map(t => t.topicId)
    const ask = async (name: string | null, topicId = zeroUuid) =>
      (await client.ask(DeleteTopicsRequest, 6, { topics: [{ name, topicId }], timeoutMs: 1 })).responses[0]
    expect(await ask('a')).toMatchObject({ name: 'a', topicId: ids[0], errorCode: 0 })
    expect(await ask(null, ids[1])).toMatchObject({ name: 'b', errorCode: 0 })
    expect(await ask('a')).toMatchObject({ errorCode: errnoOf('UNKNOWN_TOPIC_OR_PARTITION') })
    expect(await ask(null, ids[1])).toMatchObject({ errorCode: errnoOf('UNKNOWN_TOPIC_ID') })
    sandbox.createTopic('a')
    expect((await describeAll(client, ['a'])).topics[0].topicId).not.toBe(ids[0])
  })

  test('partitions can only become more', async () => {
    const { client, sandbox } = await setup({ topics: { orders: 2 } })
    const grow = async (name: string, count: number, validateOnly = false, assignments: { brokerIds: number[] }[] | null = null) =>
      (await client.ask(CreatePartitionsRequest, 3, { topics: [{ name, count, assignments }], timeoutMs: 1, validateOnly })).results[0]
        .errorCode
    expect(await grow('orders', 2)).toBe(errnoOf('INVALID_PARTITIONS'))
    expect(await grow('orders', 1)).toBe(errnoOf('INVALID_PARTITIONS'))
    expect(await grow('nothing', 2)).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await grow('orders', 4, false, [{ brokerIds: [1] }])).toBe(errnoOf('INVALID_REPLICA_ASSIGNMENT'))
    expect(await grow('orders', 4, true)).toBe(0)
    expect(() => sandbox.leader('orders', 2)).toThrow(/no partition 2/)
    expect(await grow('orders', 4)).toBe(0)
    expect(sandbox.leader('orders', 3)).toBe(1)
  })

  test('records are deleted up to an offset; -1 is the end; compacted topics refuse (KIP-107)', async () => {
    const { client, sandbox } = await setup({ topics: { orders: 1, table: { configs: { 'cleanup.policy': 'compact' } } } })
    for (const value of ['a', 'b', 'c']) sandbox.append('orders', 0, [{ value }])
    const remove = async (name: string, offset: bigint) =>
      (await client.ask(DeleteRecordsRequest, 2, { topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 1 }))
        .topics[0].partitions[0]
    expect(await remove('orders', 2n)).toMatchObject({ errorCode: 0, lowWatermark: 2n })
    expect(sandbox.values('orders', 0)).toEqual(['c'])
    expect(await remove('orders', 4n)).toMatchObject({ errorCode: errnoOf('OFFSET_OUT_OF_RANGE'), lowWatermark: -1n })
    expect(await remove('orders', -1n)).toMatchObject({ errorCode: 0, lowWatermark: 3n })
    expect(await remove('table', 0n)).toMatchObject({ errorCode: errnoOf('POLICY_VIOLATION') })
  })
})

describe('Metadata', () => {
  test('null is all topics, an empty list none; in version 0 an empty list is all', async () => {
    const { client } = await setup({ topics: { a: 1, b: 1 } })
    const names = async (version: number, topics: { name: string }[] | null) =>
      (await client.ask(MetadataRequest, version, { topics })).topics.map(t => t.name)
    expect(await names(12, null)).toEqual(['a', 'b'])
    expect(await names(12, [])).toEqual([])
    expect(await names(0, [])).toEqual(['a', 'b'])
  })

  test('an unknown topic is made when both sides allow it, and is there at the next question', async () => {
    const { client, sandbox } = await setup({ brokerConfigs: { 'num.partitions': '3' } })
    const ask = async (allowAutoTopicCreation: boolean) =>
      (await client.ask(MetadataRequest, 12, { topics: [{ name: 'new' }], allowAutoTopicCreation })).topics[0]
    expect(await ask(false)).toMatchObject({ errorCode: errnoOf('UNKNOWN_TOPIC_OR_PARTITION') })
    expect(sandbox.topics).toEqual([])
    expect(await ask(true)).toMatchObject({ errorCode: errnoOf('UNKNOWN_TOPIC_OR_PARTITION') })
    expect((await ask(false)).partitions).toHaveLength(3)
  })

  test('autoCreateTopics: false forbids it', async () => {
    const { client, sandbox } = await setup({ autoCreateTopics: false })
    await client.ask(MetadataRequest, 12, { topics: [{ name: 'new' }], allowAutoTopicCreation: true })
    expect(sandbox.topics).toEqual([])
  })

  test('a name that no topic may have is refused', async () => {
    const { client } = await setup()
    expect((await describeAll(client, ['a b'])).topics[0].errorCode).toBe(errnoOf('INVALID_TOPIC_EXCEPTION'))
  })

  test('topics can be asked for by id (KIP-516)', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const [{ topicId }] = (await describeAll(client, ['orders'])).topics
    const byId = async (id: string) => (await client.ask(MetadataRequest, 12, { topics: [{ name: null, topicId: id }] })).topics[0]
    expect(await byId(topicId)).toMatchObject({ name: 'orders', errorCode: 0 })
    expect(await byId('BBBBBBBBBBBBBBBBBBBBBA')).toMatchObject({
      name: null,
      topicId: 'BBBBBBBBBBBBBBBBBBBBBA',
      errorCode: errnoOf('UNKNOWN_TOPIC_ID'),
    })
  })

  test('brokers, racks, controller and cluster id', async () => {
    const { client, sandbox } = await setup({ brokers: [{ rack: 'a' }, {}], clusterId: 'the-cluster' })
    expect(await describeAll(client, [])).toMatchObject({
      clusterId: 'the-cluster',
      controllerId: 1,
      brokers: [
        { nodeId: 1, host: 'broker-1', port: 9092, rack: 'a' },
        { nodeId: 2, host: 'broker-2', port: 9092, rack: null },
      ],
    })
    await sandbox.broker(2).stop()
    expect((await describeAll(client, [])).brokers.map(b => b.nodeId)).toEqual([1])
    const cluster = await client.ask(DescribeClusterRequest, 2, { includeClusterAuthorizedOperations: true, includeFencedBrokers: true })
    expect(cluster).toMatchObject({
      clusterId: 'the-cluster',
      controllerId: 1,
      brokers: [
        { brokerId: 1, isFenced: false },
        { brokerId: 2, isFenced: true },
      ],
    })
    expect((await client.ask(DescribeClusterRequest, 1, { includeClusterAuthorizedOperations: false, endpointType: 2 })).errorCode).toBe(
      errnoOf('MISMATCHED_ENDPOINT_TYPE'),
    )
  })
})

describe('DescribeConfigs', () => {
  const ask = async (client: TestClient, resourceType: number, resourceName: string, configurationKeys: string[] | null = null) => {
    const request = { resources: [{ resourceType, resourceName, configurationKeys }], includeSynonyms: true, includeDocumentation: true }
    return (await client.ask(DescribeConfigsRequest, 4, request)).results[0]
  }

  test("a topic's setting comes from the topic, the broker or the default, and says which (KIP-226)", async () => {
    const { client } = await setup({
      brokerConfigs: { 'message.max.bytes': '2000000', 'log.retention.hours': '1' },
      topics: { orders: { configs: { 'cleanup.policy': 'compact' } } },
    })
    const { configs } = await ask(client, 2, 'orders', ['cleanup.policy', 'max.message.bytes', 'retention.ms', 'segment.bytes'])
    expect(configs.map(({ name, value, configSource }) => [name, value, configSource])).toEqual([
      ['cleanup.policy', 'compact', 1],
      ['max.message.bytes', '2000000', 4],
      ['retention.ms', '3600000', 5],
      ['segment.bytes', '1073741824', 5],
    ])
    expect(configs[0].synonyms).toEqual([
      { name: 'cleanup.policy', value: 'compact', source: 1 },
      { name: 'log.cleanup.policy', value: 'delete', source: 5 },
    ])
    expect(configs[0]).toMatchObject({ configType: 7, isSensitive: false, readOnly: false })
    expect(configs[0].documentation).toMatch(/old records/)
  })

  test('a broker answers for itself alone', async () => {
    const { client } = await setup({ brokers: [{ rack: 'a' }, {}] })
    const { configs } = await ask(client, 4, '1')
    const value = (name: string) => configs.find(c => c.name === name)
    expect(value('broker.id')).toMatchObject({ value: '1', readOnly: true, configSource: 4 })
    expect(value('broker.rack')).toMatchObject({ value: 'a' })
    expect(value('ssl.keystore.password')).toMatchObject({ value: null, isSensitive: true })
    expect(await ask(client, 4, '2')).toMatchObject({ errorCode: errnoOf('INVALID_REQUEST'), configs: [] })
    expect(await ask(client, 4, 'one')).toMatchObject({ errorCode: errnoOf('INVALID_REQUEST') })
  })

  test('unknown topics, names and kinds of resources', async () => {
    const { client } = await setup()
    expect((await ask(client, 2, 'nothing')).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await ask(client, 2, 'a b')).errorCode).toBe(errnoOf('INVALID_TOPIC_EXCEPTION'))
    expect((await ask(client, 7, 'x')).errorCode).toBe(errnoOf('INVALID_REQUEST'))
  })
})

test('DescribeLogDirs tells the sizes of the replicas that a broker holds', async () => {
  const { client, sandbox } = await setup({
    brokers: 2,
    topics: { orders: { partitions: 2, replicationFactor: 1 }, empty: { replicationFactor: 2 } },
  })
  const here = [0, 1].find(p => sandbox.leader('orders', p) === 1)!
  for (const partition of [0, 1]) sandbox.append('orders', partition, [{ value: 'x'.repeat(1000) }])
  const all = await client.ask(DescribeLogDirsRequest, 4, { topics: null })
  expect(all.results[0].topics).toMatchObject([
    { name: 'orders', partitions: [{ partitionIndex: here }] },
    { name: 'empty', partitions: [{ partitionIndex: 0, partitionSize: 0n }] },
  ])
  expect(all.results[0].topics[0].partitions[0].partitionSize).toBeGreaterThan(1000n)
  const some = await client.ask(DescribeLogDirsRequest, 4, { topics: [{ topic: 'orders', partitions: [1 - here] }] })
  expect(some.results[0].topics).toEqual([])
})
