import { describe, expect, test } from 'vitest'
import { ConsumerGroupDescribeRequest } from '../../protocol/api/consumer-group-describe.js'
import { DescribeGroupsRequest } from '../../protocol/api/describe-groups.js'
import { FindCoordinatorRequest } from '../../protocol/api/find-coordinator.js'
import { ListGroupsRequest } from '../../protocol/api/list-groups.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { OffsetCommitRequest } from '../../protocol/api/offset-commit.js'
import { OffsetFetchRequest } from '../../protocol/api/offset-fetch.js'
import { readOffsetsLogRecord } from '../../protocol/coordinator-logs.js'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../../protocol/data/consumer-protocol.js'
import { errnoOf } from '../../protocol/errors.js'
import { decodeVersioned } from '../../protocol/versioned.js'
import type { Sandbox } from '../sandbox.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

async function withGroups() {
  const made = await setup({ topics: { orders: 4, payments: 2 } })
  made.sandbox.group('billing', {
    members: [{ clientId: 'billing-a', instanceId: 'static-1' }, { clientId: 'billing-b' }],
    topics: ['orders'],
    offsets: { orders: { 0: 5n, 1: 9_007_199_254_740_993n } },
  })
  made.sandbox.group('search', { type: 'consumer', members: 2, topics: ['orders', 'payments'] })
  made.sandbox.group('nightly', { offsets: { payments: { 0: 1n } } })
  return made
}

interface Member {
  memberId?: string
  generationIdOrMemberEpoch?: number
}
async function commit(
  client: TestClient,
  groupId: string,
  offset: bigint,
  member: Member = {},
  { topic = 'orders', partition = 0, metadata = '' as string | null } = {},
) {
  const partitions = [{ partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: 0, committedMetadata: metadata }]
  const { topics } = await client.ask(OffsetCommitRequest, 9, { groupId, topics: [{ name: topic, partitions }], ...member })
  return topics[0].partitions[0].errorCode
}

async function committed(client: TestClient, groupId: string, partition = 0, topic = 'orders') {
  const { groups } = await client.ask(OffsetFetchRequest, 8, {
    groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [partition] }] }],
  })
  return groups[0].topics[0]?.partitions[0]
}

describe('ListGroups', () => {
  const list = async (client: TestClient, filter: { statesFilter?: string[]; typesFilter?: string[] } = {}) =>
    (await client.ask(ListGroupsRequest, 5, filter)).groups.map(g => [g.groupId, g.protocolType, g.groupState, g.groupType])

  test('lists state and type', async () => {
    const { client } = await withGroups()
    expect(await list(client)).toEqual([
      ['billing', 'consumer', 'Stable', 'classic'],
      ['search', 'consumer', 'Stable', 'consumer'],
      ['nightly', '', 'Empty', 'classic'],
    ])
  })

  test('filters by state (KIP-518) and type (KIP-848), without case', async () => {
    const { client } = await withGroups()
    expect((await list(client, { statesFilter: ['stable'] })).map(([id]) => id)).toEqual(['billing', 'search'])
    expect((await list(client, { typesFilter: ['CONSUMER'] })).map(([id]) => id)).toEqual(['search'])
    expect(await list(client, { statesFilter: ['Dead'] })).toEqual([])
  })

  test('each broker lists the groups that it coordinates, and only those', async () => {
    const { dial, sandbox } = await setup({ brokers: 3 })
    const ids = Array.from({ length: 30 }, (_, i) => `group-${i}`)
    for (const id of ids) sandbox.group(id, {})
    const seen: string[] = []
    for (const broker of sandbox.brokers) seen.push(...(await list(await dial(broker))).map(([id]) => id))
    expect(seen.sort()).toEqual([...ids].sort())
  })
})

describe('coordinators', () => {
  test("a group's coordinator leads its partition of __consumer_offsets, chosen by Java's hash of the group id", async () => {
    const { client, sandbox } = await setup({ brokers: 3 })
    const { coordinators } = await client.ask(FindCoordinatorRequest, 4, { coordinatorKeys: ['billing', 'büro'] })
    const { topics } = await client.ask(MetadataRequest, 12, { topics: [{ name: '__consumer_offsets' }] })
    expect(topics[0]).toMatchObject({ isInternal: true, errorCode: 0 })
    expect(topics[0].partitions).toHaveLength(50)
    // "billing".hashCode() is -109829509, "büro".hashCode() is 3165335.
    expect(coordinators.map(c => c.nodeId)).toEqual(
      [109829509 % 50, 3165335 % 50].map(partition => sandbox.leader('__consumer_offsets', partition)),
    )
    expect(coordinators[0]).toMatchObject({ key: 'billing', host: `broker-${coordinators[0].nodeId}`, port: 9092, errorCode: 0 })
  })

  test('others say so, and when the coordinator stops another one takes over', async () => {
    const { dial, sandbox } = await setup({ brokers: 2, topics: { orders: 1 } })
    const find = async (client: TestClient) => (await client.ask(FindCoordinatorRequest, 3, { key: 'billing' })).nodeId
    const first = await find(await dial(1))
    const other = 3 - first
    expect(await commit(await dial(other), 'billing', 1n)).toBe(errnoOf('NOT_COORDINATOR'))
    expect(await commit(await dial(first), 'billing', 1n)).toBe(0)
    await sandbox.broker(first).stop()
    expect(await find(await dial(other))).toBe(other)
    expect(await committed(await dial(other), 'billing')).toMatchObject({ committedOffset: 1n })
  })

  test('without a leader there is no coordinator', async () => {
    const { dial, sandbox } = await setup({ brokers: 2, brokerConfigs: { 'offsets.topic.replication.factor': '1' } })
    const find = async (client: TestClient) =>
      (await client.ask(FindCoordinatorRequest, 4, { coordinatorKeys: ['billing'] })).coordinators[0]
    const { nodeId } = await find(await dial(1))
    await sandbox.broker(nodeId).stop()
    expect(await find(await dial(3 - nodeId))).toMatchObject({ nodeId: -1, errorCode: errnoOf('COORDINATOR_NOT_AVAILABLE') })
  })

  test('there are no coordinators of transactions', async () => {
    const { client } = await setup()
    expect((await client.ask(FindCoordinatorRequest, 4, { coordinatorKeys: ['tx'], keyType: 1 })).coordinators[0].errorCode).toBe(
      errnoOf('INVALID_REQUEST'),
    )
  })
})

describe('describing', () => {
  test("a classic group's members carry the consumers' own bytes", async () => {
    const { client } = await withGroups()
    const { groups } = await client.ask(DescribeGroupsRequest, 5, { groups: ['billing'], includeAuthorizedOperations: true })
    expect(groups[0]).toMatchObject({ errorCode: 0, groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
    expect(groups[0].authorizedOperations).toBeGreaterThan(0)
    const [a, b] = groups[0].members
    expect(a).toMatchObject({ clientId: 'billing-a', clientHost: '/10.0.0.1', groupInstanceId: 'static-1' })
    expect(a.memberId).toMatch(/^billing-a-[0-9a-f-]{36}$/)
    expect(readSubscription(a.memberMetadata)).toEqual(['orders'])
    expect(readAssignment(a.memberAssignment)).toEqual([['orders', [0, 1]]])
    expect(readAssignment(b.memberAssignment)).toEqual([['orders', [2, 3]]])
  })

  test('what members were given is told only of a group that has settled', async () => {
    const { client, sandbox } = await withGroups()
    sandbox.group('billing').state = 'PreparingRebalance'
    const { groups } = await client.ask(DescribeGroupsRequest, 5, { groups: ['billing'] })
    expect(groups[0]).toMatchObject({ groupState: 'PreparingRebalance', protocolData: '' })
    expect(groups[0].members[0].memberAssignment).toHaveLength(0)
  })

  test('a group that is not there is Dead, and not found from version 6 on (KIP-1043); so is one of another type', async () => {
    const { client } = await withGroups()
    for (const id of ['nobody', 'search']) {
      expect((await client.ask(DescribeGroupsRequest, 5, { groups: [id] })).groups[0]).toMatchObject({ errorCode: 0, groupState: 'Dead' })
      expect((await client.ask(DescribeGroupsRequest, 6, { groups: [id] })).groups[0]).toMatchObject({
        errorCode: errnoOf('GROUP_ID_NOT_FOUND'),
        groupState: 'Dead',
      })
    }
  })

  test('a consumer group has epochs and assignments by topic id (KIP-848)', async () => {
    const { client } = await withGroups()
    const { groups } = await client.ask(ConsumerGroupDescribeRequest, 1, {
      groupIds: ['search', 'billing', 'nobody'],
      includeAuthorizedOperations: false,
    })
    expect(groups[0]).toMatchObject({ errorCode: 0, groupState: 'Stable', assignorName: 'uniform', groupEpoch: 1, assignmentEpoch: 1 })
    expect(groups[0].members[0]).toMatchObject({ memberEpoch: 1, memberType: 1, subscribedTopicNames: ['orders', 'payments'] })
    expect(groups[0].members[0].assignment.topicPartitions.map(t => [t.topicName, t.partitions])).toEqual([
      ['orders', [0, 1]],
      ['payments', [0]],
    ])
    expect(groups[0].members[0].targetAssignment).toEqual(groups[0].members[0].assignment)
    for (const group of groups.slice(1)) expect(group.errorCode).toBe(errnoOf('GROUP_ID_NOT_FOUND'))
  })
})

describe('offsets', () => {
  test('a partition without a commit has offset -1 and no error; null asks for all', async () => {
    const { client } = await withGroups()
    expect(await committed(client, 'billing', 1)).toMatchObject({ committedOffset: 9_007_199_254_740_993n, errorCode: 0 })
    expect(await committed(client, 'billing', 3)).toMatchObject({
      committedOffset: -1n,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: 0,
    })
    expect(await committed(client, 'nobody')).toMatchObject({ committedOffset: -1n, errorCode: 0 })
    const { groups } = await client.ask(OffsetFetchRequest, 8, {
      groups: [
        { groupId: 'billing', topics: null },
        { groupId: 'nightly', topics: null },
      ],
    })
    expect(groups.map(g => g.topics.map(t => [t.name, t.partitions.map(p => p.partitionIndex)]))).toEqual([
      [['orders', [0, 1]]],
      [['payments', [0]]],
    ])
  })

  test('before version 8 one group is asked for', async () => {
    const { client } = await withGroups()
    const answer = await client.ask(OffsetFetchRequest, 7, { groupId: 'billing', topics: [{ name: 'orders', partitionIndexes: [0] }] })
    expect(answer).toMatchObject({ errorCode: 0, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5n }] }] })
    expect((await client.ask(OffsetFetchRequest, 2, { groupId: 'billing', topics: null })).topics).toHaveLength(1)
  })

  test('a group without members takes commits from anybody and begins with the first; one with members from them alone', async () => {
    const { client } = await withGroups()
    expect(await commit(client, 'new', 7n, {}, { metadata: 'note' })).toBe(0)
    expect(await committed(client, 'new')).toMatchObject({ committedOffset: 7n, committedLeaderEpoch: 0, metadata: 'note' })
    expect(await commit(client, 'billing', 7n)).toBe(errnoOf('UNKNOWN_MEMBER_ID'))
    expect(await committed(client, 'billing')).toMatchObject({ committedOffset: 5n })
  })

  test('a member commits in the generation or epoch of its group', async () => {
    const { client } = await withGroups()
    const { groups } = await client.ask(DescribeGroupsRequest, 5, { groups: ['billing'] })
    const [{ memberId }] = groups[0].members
    expect(await commit(client, 'billing', 8n, { memberId, generationIdOrMemberEpoch: 1 })).toBe(0)
    expect(await commit(client, 'billing', 9n, { memberId, generationIdOrMemberEpoch: 2 })).toBe(errnoOf('ILLEGAL_GENERATION'))
    expect(await commit(client, 'billing', 9n, { memberId: 'stranger', generationIdOrMemberEpoch: 1 })).toBe(errnoOf('UNKNOWN_MEMBER_ID'))
    expect(await committed(client, 'billing')).toMatchObject({ committedOffset: 8n })
    const { groups: described } = await client.ask(ConsumerGroupDescribeRequest, 0, {
      groupIds: ['search'],
      includeAuthorizedOperations: false,
    })
    const member = { memberId: described[0].members[0].memberId }
    expect(await commit(client, 'search', 1n, { ...member, generationIdOrMemberEpoch: 0 })).toBe(errnoOf('STALE_MEMBER_EPOCH'))
    expect(await commit(client, 'search', 1n, { ...member, generationIdOrMemberEpoch: 1 })).toBe(0)
  })

  test('what is refused: unknown topics and partitions, a long note; the empty group id is not', async () => {
    const { client } = await withGroups()
    expect(await commit(client, '', 1n)).toBe(0)
    expect(await commit(client, 'new', 1n, {}, { topic: 'nothing' })).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await commit(client, 'new', 1n, {}, { partition: 4 })).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await commit(client, 'new', 1n, {}, { metadata: 'x'.repeat(4097) })).toBe(errnoOf('OFFSET_METADATA_TOO_LARGE'))
  })

  test('commits are records of __consumer_offsets, as Kafka writes them', async () => {
    const { client, sandbox } = await withGroups()
    await commit(client, 'new', 7n, {}, { metadata: 'note' })
    const [record] = sandbox.brokers.flatMap(() => offsetRecords(sandbox, 'new'))
    expect(readOffsetsLogRecord(record.key, record.value)).toMatchObject({
      type: 'OffsetCommit',
      key: { group: 'new', topic: 'orders', partition: 0 },
      value: { offset: 7n, leaderEpoch: 0, metadata: 'note', commitTimestamp: BigInt(sandbox.clock.now()) },
    })
  })

  test("a deleted topic's offsets go with it", async () => {
    const { client, sandbox } = await withGroups()
    sandbox.deleteTopic('orders')
    expect(await committed(client, 'billing')).toMatchObject({ committedOffset: -1n })
  })
})

function offsetRecords(sandbox: Sandbox, groupId: string) {
  const all = Array.from({ length: 50 }, (_, partition) => sandbox.records('__consumer_offsets', partition)).flat()
  return all.filter(({ key }) => new TextDecoder().decode(key!).includes(groupId))
}

const readSubscription = (bytes: Uint8Array) => decodeVersioned(ConsumerProtocolSubscription, bytes).value.topics

const readAssignment = (bytes: Uint8Array) =>
  decodeVersioned(ConsumerProtocolAssignment, bytes).value.assignedPartitions.map(({ topic, partitions }) => [topic, partitions])
