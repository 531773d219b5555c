import { Client } from '@milena/client-core'
import {
  AddPartitionsToTxnRequest,
  AlterReplicaLogDirsRequest,
  ConsumerGroupDescribeRequest,
  DescribeConfigsRequest,
  DescribeLogDirsRequest,
  DescribeShareGroupOffsetsRequest,
  DescribeTransactionsRequest,
  FindCoordinatorRequest,
  IncrementalAlterConfigsRequest,
  InitProducerIdRequest,
  type KafkaRequest,
  ListTransactionsRequest,
  type RequestMessage,
  ShareGroupDescribeRequest,
  WriteTxnMarkersRequest,
} from '@milena/client-core/protocol'
import { tcp } from '@milena/client-core/transport/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { useKafka } from './kafka/use.js'

/*
 * Requests that three brokers answer together, each for what is its own. Those about partitions and groups are in cluster.test.ts too, while
 * brokers die.
 */

const kafka = useKafka({ brokers: 3 })
const topic = 'split'
const partitions = [0, 1, 2]
const ids = ['t1', 't2', 't3', 't4', 't5', 't6']
const producers = new Map<string, { producerId: bigint; producerEpoch: number }>()

let client: Client
beforeAll(async () => {
  await kafka().createTopic(topic, { partitions: partitions.length, replicationFactor: 2 })
  client = new Client({ seedBrokers: [...kafka().bootstrap], transport: tcp() })
  for (const transactionalId of ids) {
    const { errorCode, producerId, producerEpoch } = await client.request(
      InitProducerIdRequest({ transactionalId, transactionTimeoutMs: 60_000 }),
    )
    expect(errorCode).toBe(0)
    producers.set(transactionalId, { producerId, producerEpoch })
  }
})
afterAll(() => client?.close())

const nodesOf = async <M extends RequestMessage>(request: KafkaRequest<M>) => {
  const shards = await client.requestSharded(request)
  for (const { error } of shards) if (error) throw error
  return shards.map(({ broker }) => broker.nodeId).sort()
}

test('partitions are added to several transactions at once, which are described and listed each once', async () => {
  const transactions = ids.map(transactionalId => ({
    transactionalId,
    ...producers.get(transactionalId)!,
    topics: [{ name: topic, partitions }],
  }))
  const added = await client.request(AddPartitionsToTxnRequest({ transactions }))
  const results = added.resultsByTransaction.map(t => [
    t.transactionalId,
    t.topicResults.flatMap(r => r.resultsByPartition.map(p => p.partitionErrorCode)),
  ])
  expect(results.sort()).toEqual(ids.map(id => [id, [0, 0, 0]]))
  const { transactionStates } = await client.request(DescribeTransactionsRequest({ transactionalIds: ids }))
  expect(transactionStates.map(t => [t.transactionalId, t.errorCode, t.transactionState]).sort()).toEqual(ids.map(id => [id, 0, 'Ongoing']))
  const listing = ListTransactionsRequest({ stateFilters: ['Ongoing'], producerIdFilters: [] })
  expect((await client.request(listing)).transactionStates.map(t => t.transactionalId).sort()).toEqual(ids)
  expect(await nodesOf(listing)).toEqual([1, 2, 3])
})

test('markers are written by the leaders of their partitions', async () => {
  const markers = ids.slice(0, 2).map(id => ({
    ...producers.get(id)!,
    transactionResult: false,
    coordinatorEpoch: 0,
    topics: [{ name: topic, partitionIndexes: partitions }],
  }))
  const written = await client.request(WriteTxnMarkersRequest({ markers }))
  const codes = written.markers.map(m => [
    m.producerId,
    m.topics.flatMap(t => t.partitions.map(p => `${t.name} ${p.partitionIndex}: ${p.errorCode}`)).sort(),
  ])
  expect(new Map(codes as [bigint, string[]][])).toEqual(new Map(markers.map(m => [m.producerId, partitions.map(p => `${topic} ${p}: 0`)])))
})

test('replicas are described on disk, and moved between disks, by every broker that has them', async () => {
  const described = DescribeLogDirsRequest({ topics: [{ topic, partitions }] })
  const { results } = await client.request(described)
  expect(results.map(r => r.errorCode)).toEqual(results.map(() => 0))
  const held = results.flatMap(r => r.topics.filter(t => t.name === topic).flatMap(t => t.partitions.map(p => p.partitionIndex)))
  expect(held.sort()).toEqual([0, 0, 1, 1, 2, 2])
  expect(await nodesOf(DescribeLogDirsRequest({ topics: null }))).toEqual([1, 2, 3])
  const dirs = [{ path: results[0].logDir, topics: [{ name: topic, partitions }] }]
  const moved = await client.request(AlterReplicaLogDirsRequest({ dirs }))
  const logDirNotFound = 57
  expect(moved.results.map(t => [t.topicName, t.partitions.map(p => p.partitionIndex).sort()])).toEqual([[topic, [0, 0, 1, 1, 2, 2]]])
  for (const { errorCode } of moved.results[0].partitions) expect([0, logDirNotFound]).toContain(errorCode)
})

test('each broker tells and changes its own configuration and its loggers', async () => {
  const resources = [
    ...[1, 2, 3].map(id => ({ resourceType: 4, resourceName: `${id}`, configurationKeys: ['node.id'] })),
    ...[1, 2, 3].map(id => ({ resourceType: 8, resourceName: `${id}`, configurationKeys: null })),
    { resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms'] },
  ]
  const { results } = await client.request(DescribeConfigsRequest({ resources }))
  expect(results.map(r => r.errorCode)).toEqual(resources.map(() => 0))
  const told = results.filter(r => r.resourceType === 4).map(r => [r.resourceName, r.configs[0].value])
  expect(told.sort()).toEqual(['1', '2', '3'].map(id => [id, id]))
  const set = (name: string, value: string) => [{ name, value, configOperation: 0 }]
  const { responses } = await client.request(
    IncrementalAlterConfigsRequest({
      validateOnly: false,
      resources: [
        { resourceType: 4, resourceName: '2', configs: set('log.cleaner.threads', '2') },
        { resourceType: 8, resourceName: '3', configs: set('root', 'ERROR') },
        { resourceType: 2, resourceName: topic, configs: set('retention.ms', '3600000') },
      ],
    }),
  )
  expect(responses.map(r => [r.resourceType, r.errorCode, r.errorMessage]).sort()).toEqual([2, 4, 8].map(type => [type, 0, null]))
  const level = async () => {
    const asked = { resourceType: 8, resourceName: '3', configurationKeys: ['root'] }
    return (await client.request(DescribeConfigsRequest({ resources: [asked] }))).results[0].configs[0].value
  }
  await until('broker 3 has taken it over', async () => (await level()) === 'ERROR')
})

test('groups are described by their coordinators, each once, whatever their kind', async () => {
  const { coordinators } = await client.request(FindCoordinatorRequest({ keyType: 0, coordinatorKeys: ids }))
  expect(coordinators.map(c => [c.key, c.errorCode])).toEqual(ids.map(id => [id, 0]))
  const nodes = [...new Set(coordinators.map(c => c.nodeId))].sort()
  const groupIdNotFound = 69
  const missing = ids.map(id => [id, groupIdNotFound])
  const byId = { groupIds: ids, includeAuthorizedOperations: false }
  for (const request of [ConsumerGroupDescribeRequest(byId), ShareGroupDescribeRequest(byId)]) {
    const { groups } = await client.request(request as KafkaRequest<typeof ConsumerGroupDescribeRequest>)
    expect(groups.map(g => [g.groupId, g.errorCode]).sort()).toEqual(missing)
  }
  const offsets = DescribeShareGroupOffsetsRequest({ groups: ids.map(groupId => ({ groupId, topics: null })) })
  expect((await client.request(offsets)).groups.map(g => g.groupId).sort()).toEqual(ids)
  expect(await nodesOf(offsets)).toEqual(nodes)
})
