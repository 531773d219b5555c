import { describe, expect, test } from 'vitest'
import { AlterPartitionReassignmentsRequest } from '../../protocol/api/alter-partition-reassignments.js'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { ElectLeadersRequest } from '../../protocol/api/elect-leaders.js'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { FindCoordinatorRequest } from '../../protocol/api/find-coordinator.js'
import { ListGroupsRequest } from '../../protocol/api/list-groups.js'
import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { ListPartitionReassignmentsRequest } from '../../protocol/api/list-partition-reassignments.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { OffsetFetchRequest } from '../../protocol/api/offset-fetch.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf } from '../../protocol/errors.js'
import { versionsFromString } from '../../protocol/versions.js'
import { BatchBuilder, noIdentity } from '../../records/batch-builder.js'
import { decodeBatches } from '../../records/decode.js'
import { toMessageSet } from '../../records/to-message-set.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

const newTopic = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })
const asks = (client: TestClient, topics: string[] = []) => client.ask(MetadataRequest, 12, { topics: topics.map(name => ({ name })) })

describe('throttling (KIP-219)', () => {
  test('the answer comes at once and says how long to wait; what follows on that connection waits', async () => {
    const { sandbox, client, clock, dial } = await setup()
    const end = sandbox.throttle({ clientId: 'test', api: 'Metadata' }, 300)
    expect((await asks(client)).throttleTimeMs).toBe(300)
    let answered = false
    const next = client.ask(ApiVersionsRequest, 2, {}).then(answer => {
      answered = true
      return answer
    })
    await clock.advance(299)
    expect(answered).toBe(false)
    // Another connection of the same client is not held up.
    expect((await (await dial()).ask(ApiVersionsRequest, 2, {})).throttleTimeMs).toBe(0)
    await clock.advance(1)
    expect((await next).throttleTimeMs).toBe(0)
    end()
    expect((await asks(client)).throttleTimeMs).toBe(0)
    sandbox.throttle({ clientId: 'somebody else' }, 300)
    expect((await asks(client)).throttleTimeMs).toBe(0)
    expect(() => sandbox.throttle({}, -1)).toThrow(/throttle/)
  })

  test('a throttled fetch brings nothing, and the session goes on', async () => {
    const { sandbox, client, clock } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'a' }])
    const ask = { maxWaitMs: 0, minBytes: 1, forgottenTopicsData: [] }
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }]
    const { sessionId } = await client.ask(FetchRequest, 12, { ...ask, sessionEpoch: 0, topics })
    const end = sandbox.throttle({ api: 'Fetch' }, 100)
    const throttled = await client.ask(FetchRequest, 12, { ...ask, sessionId, sessionEpoch: 1, topics: [] })
    expect(throttled).toMatchObject({ throttleTimeMs: 100, sessionId, responses: [], errorCode: 0 })
    end()
    await clock.advance(100)
    const { responses } = await client.ask(FetchRequest, 12, { ...ask, sessionId, sessionEpoch: 2, topics: [] })
    expect(responses[0].partitions[0].records?.length).toBeGreaterThan(0)
  })
})

describe('moves', () => {
  test('once the controller has moved, it alone takes changes', async () => {
    const { sandbox, client, dial } = await setup({ brokers: 2 })
    expect((await client.ask(CreateTopicsRequest, 7, { topics: [newTopic('one')] })).topics[0].errorCode).toBe(0)
    sandbox.moveController(2)
    expect((await asks(client)).controllerId).toBe(2)
    const refused = await client.ask(CreateTopicsRequest, 7, { topics: [newTopic('two')] })
    expect(refused.topics[0].errorCode).toBe(errnoOf('NOT_CONTROLLER'))
    expect(sandbox.topics).toEqual(['one'])
    expect((await (await dial(2)).ask(CreateTopicsRequest, 7, { topics: [newTopic('two')] })).topics[0].errorCode).toBe(0)
    await sandbox.broker(2).stop()
    expect((await client.ask(CreateTopicsRequest, 7, { topics: [newTopic('three')] })).topics[0].errorCode).toBe(0)
  })

  test('a coordinator moves, and loads for a while', async () => {
    const { sandbox, client, dial } = await setup({ brokers: 2, topics: { orders: 1 } })
    sandbox.group('g', { offsets: { orders: { 0: 7n } } })
    const coordinator = sandbox.coordinator('g')
    coordinator.moveTo(1)
    const offsets = async (asker: TestClient) => {
      const { groups } = await asker.ask(OffsetFetchRequest, 8, { groups: [{ groupId: 'g', topics: null }] })
      return [groups[0].errorCode, groups[0].topics[0]?.partitions[0].committedOffset]
    }
    expect(await offsets(client)).toEqual([0, 7n])
    coordinator.moveTo(2)
    expect(coordinator.broker).toBe(2)
    expect(await offsets(client)).toEqual([errnoOf('NOT_COORDINATOR'), undefined])
    expect((await client.ask(FindCoordinatorRequest, 4, { coordinatorKeys: ['g'] })).coordinators[0].nodeId).toBe(2)
    const loaded = coordinator.load()
    const second = await dial(2)
    expect(await offsets(second)).toEqual([errnoOf('COORDINATOR_LOAD_IN_PROGRESS'), undefined])
    expect((await second.ask(ListGroupsRequest, 4, {})).errorCode).toBe(errnoOf('COORDINATOR_LOAD_IN_PROGRESS'))
    loaded()
    expect(await offsets(second)).toEqual([0, 7n])
  })

  test('a reassignment that is held is listed, can be given up, and ends when it is let go', async () => {
    const { sandbox, client } = await setup({ brokers: 3, topics: { orders: { replicationFactor: 1 } } })
    const partition = sandbox.partition('orders', 0)
    const from = partition.leader
    const [to, other] = sandbox.brokers.filter(id => id !== from)
    const alter = async (replicas: number[] | null) => {
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas }] }]
      return (await client.ask(AlterPartitionReassignmentsRequest, 0, { topics })).responses[0].partitions[0].errorCode
    }
    const listed = async () => (await client.ask(ListPartitionReassignmentsRequest, 0, { topics: null })).topics
    sandbox.append('orders', 0, [{ value: 'a' }])
    const letGo = sandbox.holdReassignments()
    expect(await alter([to])).toBe(0)
    expect(await listed()).toMatchObject([
      { name: 'orders', partitions: [{ replicas: [to, from], addingReplicas: [to], removingReplicas: [from] }] },
    ])
    expect([partition.leader, partition.isr, partition.endOffset(to)]).toEqual([from, [from], 0n])
    expect(await alter(null)).toBe(0)
    expect([await listed(), partition.replicas]).toEqual([[], [from]])
    expect(await alter(null)).toBe(errnoOf('NO_REASSIGNMENT_IN_PROGRESS'))
    await alter([to, other])
    letGo()
    expect([await listed(), partition.replicas, [...partition.isr].sort()]).toEqual([[], [to, other], [to, other].sort()])
    expect([partition.leader, sandbox.values('orders', 0)]).toEqual([to, ['a']])
  })

  test('the preferred leader is elected when it is in sync; without a leader any that runs, when asked to be unclean', async () => {
    const { sandbox, client } = await setup({ brokers: 3, topics: { orders: { replicationFactor: 2 } } })
    const partition = sandbox.partition('orders', 0)
    const [preferred, other] = partition.replicas
    const elect = async (electionType: number) => {
      const topicPartitions = [{ topic: 'orders', partitions: [0] }]
      const asker = client
      return (await asker.ask(ElectLeadersRequest, 2, { electionType, topicPartitions })).replicaElectionResults[0].partitionResult[0]
        .errorCode
    }
    sandbox.moveLeader('orders', 0, other)
    partition.hold(preferred)
    expect(await elect(0)).toBe(errnoOf('PREFERRED_LEADER_NOT_AVAILABLE'))
    partition.release(preferred)
    expect([await elect(0), partition.leader]).toEqual([0, preferred])
    expect(await elect(0)).toBe(errnoOf('ELECTION_NOT_NEEDED'))
    expect(await elect(1)).toBe(errnoOf('ELECTION_NOT_NEEDED'))
  })
})

describe('releases', () => {
  test('a release has its APIs and versions, and brokers that are added have them too', async () => {
    const { sandbox, client, dial } = await setup({ brokers: 1 })
    sandbox.emulate('2.0')
    const offered = async (asker: TestClient) =>
      new Map(
        (await asker.ask(ApiVersionsRequest, 0, {})).apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
          apiKey,
          [minVersion, maxVersion],
        ]),
      )
    const told = await offered(client)
    for (const [key, [min, max]] of told) expect([key, min, max]).toEqual([key, 0, versionsFromString('2.0').get(key)])
    expect([told.get(0), told.get(1), told.get(3), told.has(60)]).toEqual([[0, 6], [0, 8], [0, 6], false])
    await sandbox.addBroker()
    expect(await offered(await dial(2))).toEqual(told)
    // Before 2.4 the answer to an unknown version names no API (KIP-511).
    const correlationId = await client.tell(ApiVersionsRequest, 3, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })
    expect(await client.read(ApiVersionsRequest, 0, correlationId)).toMatchObject({ errorCode: 35, apiKeys: [] })
    sandbox.emulate('4.0')
    expect((await offered(client)).get(1)).toEqual([4, 17])
    sandbox.emulate()
    expect((await offered(client)).get(1)).toEqual([4, 18])
    expect(() => sandbox.emulate('7.7')).toThrow(/'7.7' is not a release/)
  })

  test('before 0.10 ApiVersions closes the connection', async () => {
    const { sandbox, client } = await setup()
    sandbox.emulate('0.9')
    await client.tell(ApiVersionsRequest, 0, {})
    expect(await client.closed()).toBe(true)
  })

  test('with ZooKeeper one controller takes changes; a broker may be capped by a table of versions alone', async () => {
    const { sandbox, client, dial } = await setup({ brokers: 2 })
    sandbox.emulate('2.8')
    const second = await dial(2)
    expect((await second.ask(CreateTopicsRequest, 5, { topics: [newTopic('a')] })).topics[0].errorCode).toBe(errnoOf('NOT_CONTROLLER'))
    expect((await client.ask(CreateTopicsRequest, 5, { topics: [newTopic('a')] })).topics[0].errorCode).toBe(0)
    sandbox.emulate()
    sandbox.broker(1).limitVersions(versionsFromString('3.0'))
    const { apiKeys } = await client.ask(ApiVersionsRequest, 0, {})
    expect(apiKeys.find(({ apiKey }) => apiKey === 1)).toEqual({ apiKey: 1, minVersion: 4, maxVersion: 12 })
    expect(apiKeys.some(({ apiKey }) => apiKey === 75)).toBe(false)
  })

  /** Three records as a message set. */
  function messages(magic: 0 | 1): Uint8Array {
    const builder = new BatchBuilder(10_000)
    for (const [i, value] of ['a', null, 'c'].entries()) builder.append(BigInt(1000 + i), `k${i}`, value)
    const set = toMessageSet(builder.seal(noIdentity), magic)
    if (!(set instanceof Uint8Array)) throw new Error('without a codec it is made at once')
    return set
  }
  const produceOld = async (client: TestClient, version: number, records: Uint8Array | null) => {
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
    return (await client.ask(ProduceRequest, version, { acks: -1, timeoutMs: 1000, topicData })).responses[0].partitionResponses[0]
  }
  const fetchOld = async (client: TestClient, version: number) => {
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 100_000 }] }]
    return (await client.ask(FetchRequest, version, { maxWaitMs: 0, minBytes: 1, topics })).responses[0].partitions[0]
  }
  const utf8 = new TextDecoder()

  test.each([0, 1, 2])('Produce v%i brings messages of old, which Fetch gives back in every version', async version => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.emulate('0.10.2')
    expect(await produceOld(client, version, messages(version < 2 ? 0 : 1))).toMatchObject({ errorCode: 0, baseOffset: 0n })
    sandbox.append('orders', 0, [{ key: 'k3', value: 'd', timestamp: 2000n, headers: [{ key: 'h', value: 'lost' }] }])
    for (const fetchVersion of [0, 1, 2, 3]) {
      const { records, highWatermark } = await fetchOld(client, fetchVersion)
      const sets = [...decodeBatches(records!)]
      expect(sets.every(({ magic }) => magic === (fetchVersion < 2 ? 0 : 1))).toBe(true)
      const read = sets.flatMap(set => [...set])
      expect(read.map(({ offset, key, value }) => [offset, utf8.decode(key!), value && utf8.decode(value)])).toEqual([
        [0n, 'k0', 'a'],
        [1n, 'k1', null],
        [2n, 'k2', 'c'],
        [3n, 'k3', 'd'],
      ])
      if (fetchVersion >= 2 && version === 2) expect(read.map(({ timestamp }) => timestamp)).toEqual([1000n, 1001n, 1002n, 2000n])
      expect(highWatermark).toBe(4n)
    }
    expect(sandbox.values('orders', 0)).toEqual(['a', null, 'c', 'd'])
  })

  test('a damaged or empty message set is refused', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.emulate('0.10.2')
    const damaged = messages(1)
    damaged[damaged.length - 1] ^= 1
    for (const records of [damaged, messages(1).subarray(0, 50), new Uint8Array(0), null])
      expect((await produceOld(client, 2, records)).errorCode).toBe(errnoOf('CORRUPT_MESSAGE'))
    expect(sandbox.values('orders', 0)).toEqual([])
  })

  test('ListOffsets v0 gives the borders of segments', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    for (const value of ['a', 'b']) sandbox.append('orders', 0, [{ value, timestamp: 1000n }])
    sandbox.emulate('0.10.0')
    const borders = async (timestamp: bigint, maxNumOffsets: number) => {
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp, maxNumOffsets }] }]
      return (await client.ask(ListOffsetsRequest, 0, { replicaId: -1, topics })).topics[0].partitions[0].oldStyleOffsets
    }
    expect([await borders(-1n, 1), await borders(-1n, 2), await borders(-2n, 1)]).toEqual([[2n], [2n, 0n], [0n]])
    expect([await borders(500n, 1), await borders(1500n, 1)]).toEqual([[], [0n]])
  })
})
