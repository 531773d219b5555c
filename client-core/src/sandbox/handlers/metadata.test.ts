import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../../protocol/api/describe-cluster.js'
import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { DescribeLogDirsRequest } from '../../protocol/api/describe-log-dirs.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf } from '../../protocol/errors.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

const describeAll = async (client: TestClient, names: string[] | null) =>
  client.ask(MetadataRequest, 12, { topics: names?.map(name => ({ name })) ?? null, allowAutoTopicCreation: false })

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
