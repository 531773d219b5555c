import { describe, expect, test } from 'vitest'
import { AlterConfigsRequest } from '../../protocol/api/alter-configs.js'
import { AlterReplicaLogDirsRequest } from '../../protocol/api/alter-replica-log-dirs.js'
import { DeleteGroupsRequest } from '../../protocol/api/delete-groups.js'
import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { DescribeQuorumRequest } from '../../protocol/api/describe-quorum.js'
import { DescribeTopicPartitionsRequest } from '../../protocol/api/describe-topic-partitions.js'
import { ElectLeadersRequest } from '../../protocol/api/elect-leaders.js'
import { IncrementalAlterConfigsRequest } from '../../protocol/api/incremental-alter-configs.js'
import { OffsetDeleteRequest } from '../../protocol/api/offset-delete.js'
import { errnoOf } from '../../protocol/errors.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

type Change = [name: string, operation: number, value: string | null]
const change = async (client: TestClient, resourceType: number, resourceName: string, ...changes: Change[]) => {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }))
  const asked = { resources: [{ resourceType, resourceName, configs }], validateOnly: false }
  return (await client.ask(IncrementalAlterConfigsRequest, 1, asked)).responses[0].errorCode
}
const told = async (client: TestClient, resourceType: number, resourceName: string, name: string) => {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }]
  const { results } = await client.ask(DescribeConfigsRequest, 4, { resources })
  return [results[0].configs[0]?.value, results[0].configs[0]?.configSource]
}

describe('settings that are changed', () => {
  test('count at once, and a replacement takes back what it does not name', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const tooLarge = errnoOf('MESSAGE_TOO_LARGE')
    const write = async () => (await produceTo(client, 'orders', batchOf(['x'.repeat(100)]))).errorCode
    expect([await change(client, 2, 'orders', ['max.message.bytes', 0, '50']), await write()]).toEqual([0, tooLarge])
    const resources = [{ resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.ms', value: '5' }] }]
    await client.ask(AlterConfigsRequest, 2, { resources, validateOnly: false })
    expect([await write(), await told(client, 2, 'orders', 'retention.ms')]).toEqual([0, ['5', 1]])
  })

  test('of all brokers stand behind those of topics; those of one are its own', async () => {
    const { client, dial } = await setup({ brokers: 2, topics: { orders: 1 } })
    expect(await change(client, 4, '', ['message.max.bytes', 0, '1234'])).toBe(0)
    expect(await told(client, 2, 'orders', 'max.message.bytes')).toEqual(['1234', 3])
    expect(await change(client, 4, '1', ['num.io.threads', 0, '3'])).toBe(0)
    expect(await told(client, 4, '1', 'num.io.threads')).toEqual(['3', 2])
    expect(await told(await dial(2), 4, '2', 'num.io.threads')).toEqual(['8', 5])
    expect(await change(client, 4, '2', ['num.io.threads', 0, '3'])).toBe(errnoOf('INVALID_REQUEST'))
    expect(await change(client, 4, '', ['message.max.bytes', 1, null])).toBe(0)
    expect(await told(client, 2, 'orders', 'max.message.bytes')).toEqual(['1048588', 5])
  })

  test('lists are appended to and subtracted from; a request that is wrong in one thing changes nothing', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    await change(client, 2, 'orders', ['cleanup.policy', 2, 'compact'])
    expect(await told(client, 2, 'orders', 'cleanup.policy')).toEqual(['delete,compact', 1])
    await change(client, 2, 'orders', ['cleanup.policy', 3, 'delete'])
    expect(await told(client, 2, 'orders', 'cleanup.policy')).toEqual(['compact', 1])
    const code = await change(client, 2, 'orders', ['retention.ms', 0, '7'], ['segment.bytes', 0, 'many'])
    expect([code, await told(client, 2, 'orders', 'retention.ms')]).toEqual([errnoOf('INVALID_CONFIG'), ['604800000', 5]])
  })

  test('levels of loggers are settings of a broker of their own (KIP-412)', async () => {
    const { client } = await setup()
    expect(await change(client, 8, '1', ['kafka', 0, 'DEBUG'])).toBe(0)
    expect(await told(client, 8, '1', 'kafka')).toEqual(['DEBUG', 6])
    expect(await change(client, 8, '1', ['kafka', 1, null])).toBe(0)
    expect(await told(client, 8, '1', 'kafka')).toEqual(['INFO', 6])
  })
})

describe('groups', () => {
  test('with members are not deleted, nor the offsets of what they read', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1, other: 1 } })
    const offsets = { orders: { 0: 1n }, other: { 0: 1n } }
    for (const type of ['classic', 'consumer'] as const) sandbox.group(type, { type, members: 1, topics: ['orders'], offsets })
    sandbox.group('empty', { offsets })
    const { results } = await client.ask(DeleteGroupsRequest, 3, { groupsNames: ['classic', 'consumer', 'empty', 'empty'] })
    const [taken, missing] = [errnoOf('NON_EMPTY_GROUP'), errnoOf('GROUP_ID_NOT_FOUND')]
    expect(results.map(({ errorCode }) => errorCode)).toEqual([taken, taken, 0, missing])
    for (const groupId of ['classic', 'consumer']) {
      const topics = ['orders', 'other'].map(name => ({ name, partitions: [{ partitionIndex: 0 }] }))
      const answer = await client.ask(OffsetDeleteRequest, 0, { groupId, topics })
      expect(answer.topics.map(({ partitions }) => partitions[0].errorCode)).toEqual([errnoOf('GROUP_SUBSCRIBED_TO_TOPIC'), 0])
      expect([sandbox.group(groupId).committed('orders', 0), sandbox.group(groupId).committed('other', 0)]).toEqual([1n, undefined])
    }
  })
})

describe('partitions', () => {
  test('are told page by page, each once', async () => {
    const { client } = await setup({ topics: { a: 3, b: 1, c: 4 } })
    const pages: string[][] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const page: Awaited<ReturnType<typeof ask>> = await ask(client, cursor)
      pages.push(page.topics.flatMap(({ name, partitions }) => partitions.map(p => `${name}-${p.partitionIndex}`)))
      cursor = page.nextCursor
    } while (cursor)
    expect(pages).toEqual([
      ['a-0', 'a-1'],
      ['a-2', 'b-0'],
      ['c-0', 'c-1'],
      ['c-2', 'c-3'],
    ])
  })
  const ask = (client: TestClient, cursor: { topicName: string; partitionIndex: number } | null) =>
    client.ask(DescribeTopicPartitionsRequest, 0, { topics: [], responsePartitionLimit: 2, cursor })

  test('without a leader get one by an unclean election over the wire; asked for all, those that need none are left out', async () => {
    const { sandbox, client } = await setup({ brokers: 3, topics: { orders: { partitions: 3, replicationFactor: 2 } } })
    const [lost] = [0, 1, 2].filter(index => !sandbox.partition('orders', index).replicas.includes(1))
    const partition = sandbox.partition('orders', lost)
    const [first, second] = partition.replicas
    await sandbox.broker(second).stop()
    sandbox.append('orders', lost, [{ value: 'a' }])
    await sandbox.broker(first).stop()
    await sandbox.broker(second).start()
    expect(partition.leader).toBe(-1)
    const { replicaElectionResults } = await client.ask(ElectLeadersRequest, 2, { electionType: 1, topicPartitions: null })
    expect(replicaElectionResults).toMatchObject([{ topic: 'orders', partitionResult: [{ partitionId: lost, errorCode: 0 }] }])
    expect([partition.leader, sandbox.values('orders', lost)]).toEqual([second, []])
  })

  test('may be moved to the one directory that a broker has, and to no other', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const move = async (path: string, name: string) => {
      const { results } = await client.ask(AlterReplicaLogDirsRequest, 2, { dirs: [{ path, topics: [{ name, partitions: [0] }] }] })
      return results[0].partitions[0].errorCode
    }
    expect(await move('/sandbox/broker-1', 'orders')).toBe(0)
    expect(await move('/sandbox/broker-2', 'orders')).toBe(errnoOf('LOG_DIR_NOT_FOUND'))
    expect(await move('/sandbox/broker-1', 'nothing')).toBe(errnoOf('REPLICA_NOT_AVAILABLE'))
  })
})

test('the quorum is led by the controller', async () => {
  const { sandbox, client } = await setup({ brokers: 3 })
  const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
  const quorum = async () => (await client.ask(DescribeQuorumRequest, 2, { topics })).topics[0].partitions[0]
  expect(await quorum()).toMatchObject({ leaderId: 1, currentVoters: [{ replicaId: 1 }, { replicaId: 2 }, { replicaId: 3 }] })
  sandbox.moveController(3)
  expect((await quorum()).leaderId).toBe(3)
})
