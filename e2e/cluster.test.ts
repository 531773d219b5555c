import { Client } from '@milena/client-core'
import {
  AlterPartitionReassignmentsRequest,
  CreateTopicsRequest,
  DeleteRecordsRequest,
  DescribeClusterRequest,
  DescribeConfigsRequest,
  DescribeGroupsRequest,
  DescribeProducersRequest,
  DescribeQuorumRequest,
  DescribeTransactionsRequest,
  ElectLeadersRequest,
  FindCoordinatorRequest,
  InitProducerIdRequest,
  type KafkaRequest,
  ListGroupsRequest,
  ListOffsetsRequest,
  MetadataRequest,
  OffsetCommitRequest,
  OffsetFetchRequest,
  type RequestMessage,
  type ResponseTo,
} from '@milena/client-core/protocol'
import { tcp } from '@milena/client-core/transport/node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { useKafka } from './kafka/use.js'

/*
 * Three brokers, each of which is killed in turn: whoever asks goes on being answered, for every way that a request can take. Producing and
 * consuming through the same are in failover.test.ts.
 */

const kafka = useKafka({ brokers: 3 })
const topic = 'routed'
const group = 'routed-readers'
const transactionalId = 'routed-transactions'
const partitions = [0, 1, 2]

let client: Client
beforeAll(async () => {
  await kafka().createTopic(topic, { partitions: partitions.length, replicationFactor: 3 })
  client = new Client({ seedBrokers: [...kafka().bootstrap], transport: tcp(), retryTimeoutMs: 60_000, requestRetries: 200 })
  for (const partition of partitions) await client.send({ topic, partition, value: 'one' })
  // When the second commit is acknowledged, every replica knows that the first one is committed: whoever coordinates next has it. One alone
  // may be unseen for a moment after a failover, acknowledged as it is.
  for (let i = 0; i < 2; i++) await client.request(commitOne())
})
afterAll(() => client?.close())

/** A test that failed may have left one dead. */
beforeEach(async () => {
  for (const { id, running } of kafka().brokers) if (!running) await kafka().restart(id)
})

const commitOne = () =>
  OffsetCommitRequest({
    groupId: group,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [
      { name: topic, partitions: partitions.map(partitionIndex => ({ partitionIndex, committedOffset: 1n, committedMetadata: null })) },
    ],
  })

interface Way {
  /** Who answers. */
  way: string
  ask(): Promise<void>
}

function way<M extends RequestMessage>(
  who: string,
  request: (count: number) => KafkaRequest<M>,
  check: (answer: ResponseTo<M>) => void,
): Way {
  let count = 0
  return {
    way: `${request(0).message.api}, answered by ${who}`,
    ask: async () => check(await client.request(request(count++))),
  }
}

const timed = partitions.map(partitionIndex => ({ partitionIndex, timestamp: -1n }))
const quorum = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
const topicAlreadyExists = 36
const noError = (codes: readonly number[], count: number) => expect(codes).toEqual(Array.from({ length: count }, () => 0))

const ways: Way[] = [
  way(
    'any broker',
    () => MetadataRequest({ topics: [{ name: topic }] }),
    ({ topics }) => {
      expect(topics.map(({ errorCode, partitions }) => [errorCode, partitions.length])).toEqual([[0, 3]])
    },
  ),
  way(
    'any broker',
    () => DescribeClusterRequest({ includeClusterAuthorizedOperations: false }),
    ({ errorCode, brokers }) => {
      expect(errorCode).toBe(0)
      expect(brokers).not.toEqual([])
    },
  ),
  way(
    'any broker',
    () => InitProducerIdRequest({ transactionalId: null, transactionTimeoutMs: 1000 }),
    ({ errorCode, producerId }) => {
      expect(errorCode).toBe(0)
      expect(producerId).toBeGreaterThanOrEqual(0n)
    },
  ),
  way(
    'any broker',
    () => DescribeConfigsRequest({ resources: [{ resourceType: 2, resourceName: topic, configurationKeys: null }] }),
    ({ results }) =>
      noError(
        results.map(({ errorCode }) => errorCode),
        1,
      ),
  ),
  way(
    'the controller',
    () => DescribeQuorumRequest(quorum),
    ({ errorCode, topics }) => {
      noError([errorCode, ...topics.flatMap(topic => topic.partitions.map(({ errorCode }) => errorCode))], 2)
    },
  ),
  way(
    'the controller',
    count =>
      CreateTopicsRequest({
        topics: [{ name: `made-${count}-${Date.now()}`, numPartitions: 1, replicationFactor: 2, assignments: [], configs: [] }],
        timeoutMs: 10_000,
      }),
    // The answer to a first try may have died with its broker.
    ({ topics }) => expect([0, topicAlreadyExists]).toContain(topics[0].errorCode),
  ),
  way(
    'leaders',
    () => ListOffsetsRequest({ replicaId: -1, topics: [{ name: topic, partitions: timed }] }),
    ({ topics }) => {
      const found = topics.flatMap(({ partitions }) => partitions)
      noError(
        found.map(({ errorCode }) => errorCode),
        3,
      )
      for (const { offset } of found) expect(offset).toBe(1n)
    },
  ),
  way(
    'leaders',
    () =>
      DeleteRecordsRequest({
        topics: [{ name: topic, partitions: partitions.map(partitionIndex => ({ partitionIndex, offset: 0n })) }],
        timeoutMs: 10_000,
      }),
    ({ topics }) =>
      noError(
        topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
        3,
      ),
  ),
  way(
    'leaders',
    () => DescribeProducersRequest({ topics: [{ name: topic, partitionIndexes: partitions }] }),
    ({ topics }) =>
      noError(
        topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
        3,
      ),
  ),
  way("the group's coordinator", commitOne, ({ topics }) =>
    noError(
      topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
      3,
    ),
  ),
  way(
    "the group's coordinator",
    () => OffsetFetchRequest({ groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: partitions }] }] }),
    ({ groups }) => {
      noError(
        groups.map(({ errorCode }) => errorCode),
        1,
      )
      expect(groups[0].topics[0].partitions.map(({ committedOffset }) => committedOffset)).toEqual([1n, 1n, 1n])
    },
  ),
  way(
    "the group's coordinator",
    () => DescribeGroupsRequest({ groups: [group] }),
    ({ groups }) =>
      noError(
        groups.map(({ errorCode }) => errorCode),
        1,
      ),
  ),
  way(
    "the transaction's coordinator",
    () => InitProducerIdRequest({ transactionalId, transactionTimeoutMs: 60_000 }),
    ({ errorCode }) => expect(errorCode).toBe(0),
  ),
  way(
    "the transaction's coordinator",
    () => DescribeTransactionsRequest({ transactionalIds: [transactionalId] }),
    ({ transactionStates }) =>
      noError(
        transactionStates.map(({ errorCode }) => errorCode),
        1,
      ),
  ),
]

const round = () =>
  Promise.all(ways.map(({ way, ask }) => ask().catch(error => Promise.reject(new Error(`${way}: ${error}`, { cause: error })))))

/** Asks everything, over and over, until the work is done. */
async function roundsWhile(work: Promise<unknown>): Promise<number> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  let rounds = 0
  try {
    for (; !isDone; rounds++) await round()
  } finally {
    await done
  }
  return rounds
}

const victims: [string, () => Promise<number>][] = [
  ['the active controller', async () => (await client.request(DescribeQuorumRequest(quorum))).topics[0].partitions[0].leaderId],
  [
    'the coordinator of the group',
    async () => (await client.request(FindCoordinatorRequest({ keyType: 0, coordinatorKeys: [group] }))).coordinators[0].nodeId,
  ],
  ['the leader of a partition', async () => (await kafka().leader(topic)).id],
]

test.each(victims)('every kind of request goes on while %s is dead, and after it came back', async (_, victim) => {
  await round()
  const broker = kafka().broker(await victim())
  await roundsWhile(broker.kill())
  for (let i = 0; i < 3; i++) await round()
  expect(await roundsWhile(kafka().restart(broker.id))).toBeGreaterThan(0)
  await round()
})

test('what all brokers are asked comes from those that live, and the dead one is named', async () => {
  const ask = async () => {
    const shards = await client.requestSharded(ListGroupsRequest({}))
    return shards.map(({ broker, response, error }) => ({
      id: broker.nodeId,
      groups: response?.groups.map(({ groupId }) => groupId),
      error,
    }))
  }
  await until('three answer', async () => (await ask()).filter(({ groups }) => groups).length === 3)
  const coordinator = (await ask()).find(({ groups }) => groups?.includes(group))?.id
  const dead = kafka().brokers.find(({ id }) => id !== coordinator) ?? kafka().broker(1)
  await dead.kill()
  const shards = await ask()
  expect(shards.flatMap(({ groups }) => groups ?? [])).toEqual([group])
  for (const { id, error } of shards) if (error) expect(id).toBe(dead.id)
  await until('the dead one is no longer asked', async () => (await ask()).every(({ error }) => !error))
  await kafka().restart(dead.id)
  await until('three answer again', async () => (await ask()).filter(({ groups }) => groups).length === 3)
})

test('leaders that move, by reassignment and by preferred election, are followed by every kind of request', async () => {
  await kafka().createTopic('moving', { replicas: [[1, 2, 3]] })
  const listed = () =>
    client.request(ListOffsetsRequest({ replicaId: -1, topics: [{ name: 'moving', partitions: [{ partitionIndex: 0, timestamp: -1n }] }] }))
  const leads = (id: number) => async () => {
    expect((await listed()).topics[0].partitions[0].errorCode).toBe(0)
    return (await kafka().partitions('moving'))[0].leader === id
  }
  for (const [first, ...others] of [
    [2, 3, 1],
    [3, 1, 2],
    [1, 2, 3],
  ]) {
    const replicas = [first, ...others]
    const change = { name: 'moving', partitions: [{ partitionIndex: 0, replicas }] }
    const { errorCode, responses } = await client.request(AlterPartitionReassignmentsRequest({ timeoutMs: 10_000, topics: [change] }))
    noError([errorCode, ...responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))], 2)
    const elect = ElectLeadersRequest({ electionType: 0, topicPartitions: [{ topic: 'moving', partitions: [0] }], timeoutMs: 10_000 })
    await roundsWhile(
      until(`broker ${first} leads`, async () => {
        await client.request(elect)
        return leads(first)()
      }),
    )
    expect((await client.send({ topic: 'moving', partition: 0, value: `led by ${first}` })).partition).toBe(0)
  }
  expect((await listed()).topics[0].partitions[0].offset).toBe(3n)
})
