import { describe, expect, test } from 'vitest'
import { AlterPartitionReassignmentsRequest } from '../protocol/api/alter-partition-reassignments.js'
import { AlterUserScramCredentialsRequest } from '../protocol/api/alter-user-scram-credentials.js'
import { CreatePartitionsRequest } from '../protocol/api/create-partitions.js'
import { CreateTopicsRequest } from '../protocol/api/create-topics.js'
import { DeleteTopicsRequest } from '../protocol/api/delete-topics.js'
import { DescribeConfigsRequest } from '../protocol/api/describe-configs.js'
import { DescribeGroupsRequest } from '../protocol/api/describe-groups.js'
import { DescribeQuorumRequest } from '../protocol/api/describe-quorum.js'
import { ElectLeadersRequest } from '../protocol/api/elect-leaders.js'
import { ListGroupsRequest } from '../protocol/api/list-groups.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { ListPartitionReassignmentsRequest } from '../protocol/api/list-partition-reassignments.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { OffsetForLeaderEpochRequest } from '../protocol/api/offset-for-leader-epoch.js'
import { UpdateFeaturesRequest } from '../protocol/api/update-features.js'
import type { KafkaRequest, RequestMessage } from '../protocol/message.js'
import { answer, close, fail, hang } from '../sandbox/index.js'
import { sendRequest, sendSharded } from './routing.js'
import { type Connected, connected, driven, failureOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const ask = <M extends RequestMessage>({ clock, cluster }: Connected, request: KafkaRequest<M>) =>
  driven(clock, sendRequest(cluster, request, asked))
const shards = <M extends RequestMessage>({ clock, cluster }: Connected, request: KafkaRequest<M>) =>
  driven(clock, sendSharded(cluster, request, asked))

async function known(...args: Parameters<typeof connected>) {
  const setup = await connected(...args)
  await driven(setup.clock, setup.cluster.loadMetadata(null, asked))
  return setup
}

const listOffsets = (topics: Record<string, number[]>, currentLeaderEpoch = -1) =>
  ListOffsetsRequest({
    replicaId: -1,
    isolationLevel: 0,
    topics: Object.entries(topics).map(([name, partitions]) => ({
      name,
      partitions: partitions.map(partitionIndex => ({ partitionIndex, currentLeaderEpoch, timestamp: -1n })),
    })),
    timeoutMs: 0,
  })
const offsetsOf = (answered: {
  topics: readonly { name: string; partitions: readonly { partitionIndex: number; offset: bigint; errorCode: number }[] }[]
}) =>
  Object.fromEntries(
    answered.topics.map(t => [
      t.name,
      [...t.partitions].sort((a, b) => a.partitionIndex - b.partitionIndex).map(p => (p.errorCode ? -p.errorCode : Number(p.offset))),
    ]),
  )

describe('requests about partitions', () => {
  test('go to the leaders, and come back as one answer', async () => {
    const setup = await known({ topics: { orders: 6, other: 1 } })
    for (let i = 0; i < 6; i++) setup.sandbox.append('orders', i, Array.from({ length: i }, () => ({ value: 'x' })).concat({ value: 'y' }))
    const seen: number[] = []
    setup.sandbox.intercept('ListOffsets', ({ broker }) => void seen.push(broker))
    const answered = await ask(setup, listOffsets({ orders: [5, 4, 3, 2, 1, 0], other: [0] }))
    expect(offsetsOf(answered)).toEqual({ orders: [1, 2, 3, 4, 5, 6], other: [0] })
    expect(answered.topics).toHaveLength(2)
    expect(seen.sort()).toEqual([1, 2, 3])
  })

  test('are split anew when a leader has moved: only its part', async () => {
    const setup = await known({ topics: { orders: 3 } })
    const { sandbox } = setup
    const from = sandbox.leader('orders', 0)
    sandbox.moveLeader('orders', 0, (from % 3) + 1)
    let asks = 0
    sandbox.intercept('ListOffsets', () => void asks++)
    expect(offsetsOf(await ask(setup, listOffsets({ orders: [0, 1, 2] })))).toEqual({ orders: [0, 0, 0] })
    expect(asks).toBe(4)
  })

  test('are split anew when a leader has died', async () => {
    const setup = await known({ topics: { orders: 3 } })
    const { sandbox, clock } = setup
    await sandbox.broker(sandbox.leader('orders', 1)).stop()
    const started = clock.now()
    expect(offsetsOf(await ask(setup, listOffsets({ orders: [0, 1, 2] })))).toEqual({ orders: [0, 0, 0] })
    expect(clock.now() - started).toBeLessThan(1_000)
  })

  test('of a topic that nobody knows end in its error, beside what others answered', async () => {
    const setup = await known({ topics: { orders: 1 } })
    const parts = await shards(setup, listOffsets({ orders: [0], nothing: [0], __proto__x: [1] }))
    expect(parts.map(p => [p.broker.nodeId, p.error?.message])).toEqual([
      [-1, 'UNKNOWN_TOPIC_OR_PARTITION: nothing partition 0'],
      [-1, 'UNKNOWN_TOPIC_OR_PARTITION: __proto__x partition 1'],
      [setup.sandbox.leader('orders', 0), undefined],
    ])
    expect(await failureOf(setup.clock, sendRequest(setup.cluster, listOffsets({ orders: [0], nothing: [0] }), asked))).toMatchObject({
      code: 'PARTIAL_FAILURE',
      message: expect.stringMatching(/ListOffsetsRequest: 1 of 2 parts failed .*nothing partition 0.*requestSharded gives the rest/),
      cause: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
    })
    expect(await failureOf(setup.clock, sendRequest(setup.cluster, listOffsets({ nothing: [0] }), asked))).toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
  })

  test("a fenced epoch is the asker's to learn: it is not asked again", async () => {
    const setup = await known({ topics: { orders: 1 } })
    setup.sandbox.moveLeader('orders', 0, (setup.sandbox.leader('orders', 0) % 3) + 1)
    await driven(setup.clock, setup.cluster.loadMetadata(null, asked))
    const seen = setup.sandbox.intercept('OffsetForLeaderEpoch', () => undefined)
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, currentLeaderEpoch: 0, leaderEpoch: 0 }] }]
    const answered = await ask(setup, OffsetForLeaderEpochRequest({ replicaId: -1, topics }))
    expect(answered.topics[0].partitions[0].errorCode).toBe(74)
    expect(seen.count).toBe(1)
  })

  test('that ask for nothing are asked of anybody', async () => {
    const setup = await known({ topics: { orders: 1 } })
    await expect(ask(setup, listOffsets({}))).resolves.toMatchObject({ topics: [] })
    await expect(ask(setup, DescribeGroupsRequest({ groups: [], includeAuthorizedOperations: false }))).resolves.toMatchObject({
      groups: [],
    })
  })
})

describe('configurations', () => {
  const describeConfigs = (...resources: [number, string][]) =>
    DescribeConfigsRequest({
      resources: resources.map(([resourceType, resourceName]) => ({ resourceType, resourceName, configurationKeys: [] })),
    })

  test('of a broker are asked of that broker, of topics of any', async () => {
    const setup = await known({ topics: { orders: 1 } })
    const seen: [number, string][] = []
    setup.sandbox.intercept(
      'DescribeConfigs',
      ({ broker, request }) => void seen.push([broker, request.resources.map(r => r.resourceName).join()]),
    )
    const { results } = await ask(setup, describeConfigs([4, '3'], [2, 'orders'], [4, '1']))
    expect(results.map(r => [r.resourceName, r.errorCode]).sort()).toEqual([
      ['1', 0],
      ['3', 0],
      ['orders', 0],
    ])
    expect(seen).toContainEqual([3, '3'])
    expect(seen).toContainEqual([1, '1'])
    expect(seen).toHaveLength(3)
  })

  test('of a broker that is not there fail at once, and name those that are', async () => {
    const setup = await known()
    const started = setup.clock.now()
    expect(await failureOf(setup.clock, sendRequest(setup.cluster, describeConfigs([4, '99']), asked))).toMatchObject({
      code: 'UNKNOWN_BROKER',
      message: 'broker 99 is not part of the cluster, which has 1, 2, 3',
    })
    expect(setup.clock.now()).toBe(started)
  })
})

describe('requests for the controller', () => {
  const create = CreateTopicsRequest({
    topics: [{ name: 'fresh', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1_000,
  })

  test('go to the controller', async () => {
    const setup = await known()
    setup.cluster.controllerId = 3
    const seen: number[] = []
    setup.sandbox.intercept('CreateTopics', ({ broker }) => void seen.push(broker))
    expect((await ask(setup, create)).topics[0].errorCode).toBe(0)
    expect(seen).toEqual([3])
  })

  test('learn who it is first, and anew after NOT_CONTROLLER', async () => {
    const setup = await connected()
    const { sandbox } = setup
    const metadata = sandbox.intercept('Metadata', () => undefined)
    const seen: number[] = []
    sandbox.intercept('CreateTopics', ({ broker }) => void seen.push(broker))
    sandbox.intercept('CreateTopics', { once: true }, fail('NOT_CONTROLLER'))
    expect((await ask(setup, create)).topics[0].errorCode).toBe(0)
    expect(seen).toEqual([1, 1])
    expect(metadata.count).toBe(2)
  })

  test('go to whichever broker Metadata names: in KRaft that is any that is alive, and passes them on', async () => {
    const setup = await connected()
    const { sandbox } = setup
    let turn = 0
    sandbox.intercept('Metadata', async ({ proceed }) => answer({ ...(await proceed())!, controllerId: (++turn % 3) + 1 }))
    const seen: number[] = []
    sandbox.intercept('CreateTopics', ({ broker, request }) => {
      seen.push(broker)
      const topics = request.topics.map(t => ({ name: t.name, errorCode: 0, errorMessage: null }))
      return answer({ topics })
    })
    for (let i = 0; i < 4; i++) {
      await driven(setup.clock, setup.cluster.loadMetadata([], asked))
      expect((await ask(setup, create)).topics[0].errorCode).toBe(0)
    }
    expect(seen).toEqual([2, 3, 1, 2])
  })

  test('go to anybody while nobody says who it is', async () => {
    const setup = await connected()
    setup.sandbox.intercept('Metadata', async ({ proceed }) => answer({ ...(await proceed())!, controllerId: -1 }))
    expect((await ask(setup, create)).topics[0].errorCode).toBe(0)
  })

  test('item 94: a controller that is dead is looked up anew', async () => {
    const setup = await known()
    const { sandbox, clock } = setup
    setup.cluster.controllerId = 3
    await sandbox.broker(3).stop()
    const seen: number[] = []
    sandbox.intercept('CreateTopics', ({ broker }) => void seen.push(broker))
    const started = clock.now()
    expect((await ask(setup, create)).topics[0].errorCode).toBe(0)
    expect(seen).toHaveLength(1)
    expect(seen).not.toContain(3)
    expect(clock.now() - started).toBeLessThanOrEqual(1_000)
  })

  test.each([
    [DeleteTopicsRequest, { topics: [], topicNames: ['a'], timeoutMs: 1 }],
    [CreatePartitionsRequest, { topics: [], timeoutMs: 1, validateOnly: true }],
    [ElectLeadersRequest, { topicPartitions: null, timeoutMs: 1 }],
    [AlterPartitionReassignmentsRequest, { topics: [] }],
    [ListPartitionReassignmentsRequest, { topics: null }],
    [AlterUserScramCredentialsRequest, { deletions: [], upsertions: [] }],
    [UpdateFeaturesRequest, { featureUpdates: [] }],
    [DescribeQuorumRequest, { topics: [] }],
  ])('are %o among others', async (message, body) => {
    const setup = await known(undefined, { requestRetries: 0 })
    setup.cluster.controllerId = 2
    const seen: number[] = []
    setup.sandbox.intercept(message as RequestMessage, ({ broker }) => {
      seen.push(broker)
      return close()
    })
    setup.sandbox.brokers.forEach(id => {
      setup.sandbox.broker(id).cut()
    })
    await setup.clock.settle()
    await shards(setup, { message: message as RequestMessage, body })
    expect(seen).toEqual([2])
  })
})

describe('any request', () => {
  test('without a home is asked of one broker after the other', async () => {
    const setup = await known()
    const seen = new Set<number>()
    setup.sandbox.intercept('Metadata', ({ broker }) => void seen.add(broker))
    for (let i = 0; i < 12; i++) await ask(setup, MetadataRequest({ topics: [] }))
    expect(seen.size).toBeGreaterThan(0)
    await setup.sandbox.broker([...seen][0]).stop()
    await expect(ask(setup, MetadataRequest({ topics: [] }))).resolves.toMatchObject({ errorCode: 0 })
  })

  test('that is not split is one shard, with the broker that answered', async () => {
    const setup = await known()
    const [shard] = await shards(setup, MetadataRequest({ topics: null }))
    expect(shard).toMatchObject({
      broker: { nodeId: expect.any(Number), host: expect.stringContaining('broker-') },
      response: { errorCode: 0 },
    })
  })

  test("Kafka's errors inside an answer are data", async () => {
    const setup = await known()
    const { topics } = await ask(setup, MetadataRequest({ topics: [{ name: 'nothing' }] }))
    expect(topics[0].errorCode).toBe(3)
    setup.sandbox.intercept('Metadata', { once: true }, async ({ proceed }) => answer({ ...(await proceed())!, errorCode: 129 }))
    expect((await ask(setup, MetadataRequest({ topics: [] }))).errorCode).toBe(129)
  })

  test('feeds the caches when it is a Metadata request', async () => {
    const setup = await connected({ topics: { orders: 2 } })
    await ask(setup, MetadataRequest({ topics: [{ name: 'orders' }] }))
    expect(setup.cluster.metadata.topic('orders')?.partitions).toHaveLength(2)
    setup.sandbox.deleteTopic('orders')
    await ask(setup, MetadataRequest({ topics: null }))
    expect(setup.cluster.metadata.topic('orders')).toBeUndefined()
  })

  test('ends with its signal wherever it is: asked, waiting for a leader, between two tries', async () => {
    const setup = await known({ topics: { orders: 1 } })
    setup.sandbox.intercept('ListOffsets', hang())
    for (const request of [listOffsets({ orders: [0] }), listOffsets({ nothing: [0] })]) {
      const abort = new AbortController()
      const gone = sendRequest(setup.cluster, request, { ...asked, signal: abort.signal }).catch((error: Error) => error)
      await setup.clock.settle()
      abort.abort()
      expect(await driven(setup.clock, gone)).toMatchObject({ code: 'ABORTED' })
    }
  })

  test('of a client that was closed is CLIENT_CLOSED, sent or not', async () => {
    const setup = await known({ topics: { orders: 1 } })
    setup.sandbox.intercept('ListOffsets', hang())
    setup.sandbox.intercept('ListGroups', hang())
    const sent = [
      failureOf(setup.clock, sendRequest(setup.cluster, listOffsets({ orders: [0] }), asked)),
      failureOf(setup.clock, sendRequest(setup.cluster, ListGroupsRequest({}), asked)),
    ]
    await setup.clock.settle()
    setup.cluster.close()
    for (const error of await Promise.all(sent)) expect(error).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(await failureOf(setup.clock, sendRequest(setup.cluster, MetadataRequest({ topics: [] }), asked))).toMatchObject({
      code: 'CLIENT_CLOSED',
    })
    expect(await failureOf(setup.clock, setup.cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [] }, asked))).toMatchObject({
      code: 'CLIENT_CLOSED',
    })
    expect(setup.clock.pending).toBe(0)
  })
})
