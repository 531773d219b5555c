import { describe, expect, test } from 'vitest'
import { zeroUuid } from '../../bytes/uuid.js'
import { CreatePartitionsRequest } from '../../protocol/api/create-partitions.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { DeleteRecordsRequest } from '../../protocol/api/delete-records.js'
import { DeleteTopicsRequest } from '../../protocol/api/delete-topics.js'
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

  test('a cluster has no more partitions than it can hold, whoever asks', async () => {
    const { client, sandbox } = await setup({ brokerConfigs: { 'num.partitions': '10000' } })
    const names = Array.from({ length: 25 }, (_, i) => `auto-${i}`)
    await client.ask(MetadataRequest, 12, { topics: names.map(name => ({ name })) })
    expect(sandbox.topics).toHaveLength(20)
    expect((await create(client, [spec()]))[0].errorCode).toBe(errnoOf('POLICY_VIOLATION'))
    sandbox.deleteTopic('auto-0')
    expect((await create(client, [spec()]))[0].errorCode).toBe(0)
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
