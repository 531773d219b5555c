import { describe, expect, test } from 'vitest'
import { zeroUuid } from '../../bytes/uuid.js'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { EndTxnRequest } from '../../protocol/api/end-txn.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { encode } from '../../protocol/codec.js'
import type { Input, RequestMessage } from '../../protocol/message.js'
import { batchOf, setup } from '../testing/setup.js'
import { type ApiName, handlers, type RequestOf } from './index.js'

type Requests = { [A in ApiName]: (version: number, topicId: string) => Input<RequestOf<A>> }

/** One request of each API that finds something to do, and one for what does not exist. */
const requests: Requests = {
  Produce: (version, topicId) => ({
    acks: -1,
    timeoutMs: 100,
    topicData: [{ ...named(version >= 13, topicId), partitionData: [0, 9].map(index => ({ index, records: batchOf(['a']) })) }],
  }),
  Fetch: (version, topicId) => ({
    maxWaitMs: 0,
    minBytes: 0,
    topics: [
      {
        ...(version >= 13 ? { topicId } : { topic: 'orders' }),
        partitions: [0, 9].map(partition => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1000 })),
      },
    ],
    ...(version >= 7 && { sessionEpoch: 0 }),
  }),
  ListOffsets: () => ({
    replicaId: -1,
    topics: [{ name: 'orders', partitions: [0, 9].map(partitionIndex => ({ partitionIndex, timestamp: -1n })) }],
  }),
  Metadata: (_version, topicId) => ({
    topics: [{ name: 'orders' }, { name: 'nothing' }, { name: 'not a name', topicId: topicId && zeroUuid }],
  }),
  OffsetCommit: (version, topicId) => ({
    groupId: 'g',
    topics: [
      {
        ...named(version >= 10, topicId),
        partitions: [0, 9].map(partitionIndex => ({ partitionIndex, committedOffset: 1n, committedMetadata: null })),
      },
    ],
  }),
  OffsetFetch: (version, topicId) =>
    version >= 8
      ? { groups: [{ groupId: 'g', topics: [{ ...named(version >= 10, topicId), partitionIndexes: [0, 9] }] }] }
      : { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0, 9] }] },
  FindCoordinator: version => (version >= 4 ? { coordinatorKeys: ['g', 'h'] } : { key: 'g' }),
  DescribeGroups: () => ({ groups: ['classic', 'consumer', 'nobody'] }),
  ListGroups: () => ({}),
  SaslHandshake: () => ({ mechanism: 'PLAIN' }),
  SaslAuthenticate: () => ({ authBytes: new Uint8Array() }),
  ApiVersions: version => (version >= 3 ? { clientSoftwareName: 'milena', clientSoftwareVersion: '0.1.0' } : {}),
  CreateTopics: version => ({
    topics: [`made.in-${version}`, 'orders'].map(name => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })),
  }),
  DeleteTopics: version =>
    version >= 6
      ? { topics: ['nothing', 'spare'].map(name => ({ name, topicId: zeroUuid })), timeoutMs: 1 }
      : { topicNames: ['nothing', 'spare'], timeoutMs: 1 },
  DeleteRecords: () => ({
    topics: [{ name: 'orders', partitions: [0, 9].map(partitionIndex => ({ partitionIndex, offset: -1n })) }],
    timeoutMs: 1,
  }),
  InitProducerId: () => ({ transactionalId: null, transactionTimeoutMs: 0 }),
  OffsetForLeaderEpoch: () => ({ topics: [{ topic: 'orders', partitions: [0, 9].map(partition => ({ partition, leaderEpoch: 0 })) }] }),
  DescribeConfigs: () => ({
    resources: [
      { resourceType: 2, resourceName: 'orders', configurationKeys: null },
      { resourceType: 4, resourceName: '1', configurationKeys: ['num.partitions'] },
      { resourceType: 2, resourceName: 'nothing', configurationKeys: null },
    ],
  }),
  DescribeLogDirs: () => ({ topics: null }),
  CreatePartitions: version => ({ topics: [{ name: 'orders', count: 3 + version, assignments: null }], timeoutMs: 1, validateOnly: false }),
  DescribeCluster: () => ({ includeClusterAuthorizedOperations: true }),
  ConsumerGroupDescribe: () => ({ groupIds: ['consumer', 'classic', 'nobody'], includeAuthorizedOperations: false }),
  AlterConfigs: () => ({
    resources: [{ resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.ms', value: '5' }] }],
    validateOnly: false,
  }),
  IncrementalAlterConfigs: () => ({
    resources: [{ resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.ms', configOperation: 0, value: '5' }] }],
    validateOnly: false,
  }),
  DeleteGroups: () => ({ groupsNames: ['consumer', 'nobody'] }),
  OffsetDelete: () => ({ groupId: 'consumer', topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] }),
  ElectLeaders: version => ({ ...(version >= 1 && { electionType: 0 }), topicPartitions: [{ topic: 'orders', partitions: [0, 9] }] }),
  AlterPartitionReassignments: () => ({ topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas: [1] }] }] }),
  ListPartitionReassignments: () => ({ topics: null }),
  DescribeQuorum: () => ({ topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }),
  DescribeTopicPartitions: () => ({ topics: [{ name: 'orders' }, { name: 'nothing' }] }),
  AlterReplicaLogDirs: () => ({ dirs: [{ path: '/nowhere', topics: [{ name: 'orders', partitions: [0] }] }] }),
  DescribeAcls: version => ({
    ...{ resourceTypeFilter: 1, resourceNameFilter: null, principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 },
    ...(version >= 1 && { patternTypeFilter: 1 }),
  }),
  CreateAcls: () => ({
    creations: [{ resourceType: 2, resourceName: 'orders', principal: 'User:a', host: '*', operation: 3, permissionType: 3 }],
  }),
  DeleteAcls: () => ({
    filters: [
      { resourceTypeFilter: 2, resourceNameFilter: null, principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 },
    ],
  }),
  DescribeUserScramCredentials: () => ({ users: null }),
  AlterUserScramCredentials: () => ({ deletions: [{ name: 'nobody', mechanism: 1 }], upsertions: [] }),
  DescribeClientQuotas: () => ({ components: [{ entityType: 'user', matchType: 2, match: null }], strict: false }),
  AlterClientQuotas: () => ({
    entries: [{ entity: [{ entityType: 'user', entityName: 'a' }], ops: [{ key: 'producer_byte_rate', value: 1000, remove: false }] }],
    validateOnly: false,
  }),
  UpdateFeatures: () => ({ featureUpdates: [{ feature: 'group.version', maxVersionLevel: 1 }] }),
  CreateDelegationToken: () => ({ renewers: [], maxLifetimeMs: -1n }),
  RenewDelegationToken: () => ({ hmac: new Uint8Array(3), renewPeriodMs: 1n }),
  ExpireDelegationToken: () => ({ hmac: new Uint8Array(3), expiryTimePeriodMs: 1n }),
  DescribeDelegationToken: () => ({ owners: null }),
}
const named = (byId: boolean, topicId: string) => (byId ? { topicId } : { name: 'orders' })

const everyVersion = Object.entries(handlers).flatMap(([name, { versions, message, ...rest }]) => {
  const [first, last] = 'legacy' in rest && rest.legacy ? rest.legacy : versions
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    name: name as ApiName,
    version: first + i,
    isOld: first + i < versions[0],
    message: message as RequestMessage,
  }))
})

describe('every version that is offered', () => {
  test.each(everyVersion)('$name v$version is answered, and its failure can be sent', async ({ name, version, message, isOld }) => {
    const { client, sandbox } = await setup({ topics: { orders: 2, spare: 1 } })
    sandbox.group('classic', { members: 2, topics: ['orders'] })
    sandbox.group('consumer', { type: 'consumer', members: 2, topics: ['orders'] })
    const { topics } = await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    if (isOld) sandbox.emulate('3.9')
    const request: Input<RequestMessage> = requests[name](version, topics[0].topicId)
    await expect(client.ask(message, version, request)).resolves.toBeDefined()
    sandbox.intercept(message, { do: 'fail', code: 'REQUEST_TIMED_OUT', after: false })
    await expect(client.ask(message, version, request)).resolves.toSatisfy(answer =>
      JSON.stringify(answer, textOf).includes('"errorCode":7'),
    )
  })
})

const textOf = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

describe('ApiVersions', () => {
  const software = { clientSoftwareName: 'milena', clientSoftwareVersion: '0.1.0' }

  test('names every API with the versions that are answered', async () => {
    const { client } = await setup()
    const { apiKeys, errorCode } = await client.ask(ApiVersionsRequest, 3, software)
    expect(errorCode).toBe(0)
    expect(apiKeys.map(({ apiKey }) => apiKey)).toEqual(
      Object.values(handlers)
        .map(({ message }) => message.key)
        .sort((a, b) => a - b),
    )
    expect(apiKeys).toContainEqual({ apiKey: 1, minVersion: 4, maxVersion: 18 })
  })

  test('Produce is named from version 0 on, but closes the connection below 3 (KIP-896)', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const { apiKeys } = await client.ask(ApiVersionsRequest, 0, {})
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 })
    await client.tell(ProduceRequest, 2, { acks: 1, timeoutMs: 1, topicData: [] })
    expect(await client.closed()).toBe(true)
  })

  test('a version that is too new is answered in layout 0 with the versions of this one API (KIP-511)', async () => {
    const { client, sandbox } = await setup()
    sandbox.broker(1).limitVersions({ ApiVersions: [0, 2] })
    const correlationId = await client.tell(ApiVersionsRequest, 4, software)
    expect(await client.read(ApiVersionsRequest, 0, correlationId)).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }],
    })
    expect((await client.ask(ApiVersionsRequest, 2, {})).errorCode).toBe(0)
  })

  test('a name of the software that is no name is refused', async () => {
    const { client } = await setup()
    expect((await client.ask(ApiVersionsRequest, 3, { ...software, clientSoftwareName: '-no-' })).errorCode).toBe(42)
  })

  test('from version 5 on a client that expects another broker or cluster is told to start anew (KIP-1242)', async () => {
    const { client, sandbox } = await setup()
    const ask = async (expected: { clusterId?: string; nodeId?: number }) =>
      (await client.ask(ApiVersionsRequest, 5, { ...software, ...expected })).errorCode
    expect(await ask({ clusterId: sandbox.clusterId, nodeId: 1 })).toBe(0)
    expect(await ask({ nodeId: 2 })).toBe(129)
    expect(await ask({ clusterId: 'another' })).toBe(129)
  })

  test('a broker can be told to offer less, or not to know an API at all', async () => {
    const { client, sandbox } = await setup()
    sandbox.broker(1).limitVersions({ Fetch: [4, 11], DescribeCluster: null })
    const { apiKeys } = await client.ask(ApiVersionsRequest, 0, {})
    expect(apiKeys).toContainEqual({ apiKey: 1, minVersion: 4, maxVersion: 11 })
    expect(apiKeys.map(({ apiKey }) => apiKey)).not.toContain(60)
    await client.stream.write([encodeUnknown(60)])
    expect(await client.closed()).toBe(true)
  })

  test('so can what is only scripted; what no API is called is refused', async () => {
    const { client, sandbox } = await setup()
    sandbox.intercept(EndTxnRequest, () => undefined)
    sandbox.broker(1).limitVersions({ EndTxn: [0, 2] })
    expect((await client.ask(ApiVersionsRequest, 0, {})).apiKeys).toContainEqual({ apiKey: 26, minVersion: 0, maxVersion: 2 })
    expect(() => sandbox.broker(1).limitVersions({ endTxn: null })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('limitVersions: there is no API endTxn') }),
    )
  })
})

/** A DescribeCluster v0 with correlation id 0. */
function encodeUnknown(apiKey: number): Uint8Array {
  const body = encode(handlers.DescribeCluster.message, { includeClusterAuthorizedOperations: false }, 0)
  const header = [0, apiKey, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0]
  return Uint8Array.from([0, 0, 0, header.length + body.length, ...header, ...body])
}
