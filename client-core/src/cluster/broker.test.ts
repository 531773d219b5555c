import { describe, expect, test } from 'vitest'
import type { BrokerConnectEvent, BrokerDisconnectEvent, BrokerThrottleEvent, BrokerWriteEvent } from '../hooks/hooks.js'
import { CreateTopicsRequest } from '../protocol/api/create-topics.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { FetchRequest } from '../protocol/api/fetch.js'
import { HeartbeatRequest } from '../protocol/api/heartbeat.js'
import { JoinGroupRequest } from '../protocol/api/join-group.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { answer, delay, hang } from '../sandbox/index.js'
import { purposeOf } from './broker.js'
import { connected, driven, failureOf } from './testing/setup.js'
import { pausesAfterResponse } from './throttle.js'

const asked = { initiator: 'test' }
const one = { broker: 1 }
const plain = { includeClusterAuthorizedOperations: false }
const fetch = { maxWaitMs: 5_000, minBytes: 1, topics: [] }
const produce = { acks: -1, timeoutMs: 1_000, topicData: [] }
const create = { topics: [], timeoutMs: 30_000 }

async function known(options: Parameters<typeof connected>[1] = {}) {
  const setup = await connected({ brokers: 1, topics: { orders: 1 } }, options)
  await driven(setup.clock, setup.cluster.loadMetadata([], asked))
  return setup
}

describe('connections by purpose', () => {
  test('a request that waits at the broker holds up none of another purpose', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('Fetch', hang())
    sandbox.intercept('Produce', hang())
    sandbox.intercept('CreateTopics', hang())
    const waiting = [
      cluster.callOnce(one, FetchRequest, fetch, asked),
      cluster.callOnce(one, ProduceRequest, produce, asked),
      cluster.callOnce(one, CreateTopicsRequest, create, asked),
    ]
    for (const wait of waiting) wait.catch(() => {})
    const started = clock.now()
    await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    expect(clock.now()).toBe(started)
    expect(waiting).toHaveLength(3)
  })

  test('item 95: a JoinGroup that waits a minute delays neither Heartbeat nor Metadata', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    const waiting = sandbox.intercept(JoinGroupRequest, delay(60_000))
    sandbox.intercept(HeartbeatRequest, answer({ throttleTimeMs: 0, errorCode: 0 }))
    await driven(clock, cluster.loadMetadata([], asked))
    const join = {
      groupId: 'g',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [],
    }
    const joined = cluster.callOnce(one, JoinGroupRequest, join, asked).catch(() => {})
    await clock.settle()
    expect(waiting.count).toBe(1)
    const started = clock.now()
    const heartbeat = cluster.callOnce(one, HeartbeatRequest, { groupId: 'g', generationId: 1, memberId: 'm' }, asked)
    await driven(clock, Promise.all([heartbeat, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked)]))
    expect(clock.now()).toBe(started)
    cluster.close()
    await joined
  })

  test('each is opened when it is first needed', async () => {
    const { sandbox, clock, cluster } = await known()
    // The seed's connection is the one that found the cluster.
    const open = () => sandbox.broker(1).connections - 1
    expect(open()).toBe(0)
    await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    await driven(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    expect(open()).toBe(1)
    await driven(clock, cluster.callOnce(one, ProduceRequest, produce, { ...asked, maxVersion: 12 }))
    expect(open()).toBe(2)
    await driven(clock, cluster.callOnce(one, CreateTopicsRequest, create, asked))
    expect(open()).toBe(3)
  })

  test.each([
    ...[0].map(key => [key, 'produce'] as const),
    ...[1, 78].map(key => [key, 'fetch'] as const),
    ...[11, 14].map(key => [key, 'group'] as const),
    ...[19, 20, 21, 37, 43, 45, 46, 57, 80].map(key => [key, 'slow'] as const),
    ...[2, 3, 8, 9, 10, 12, 18, 22, 68].map(key => [key, 'rest'] as const),
  ])('API %i goes by %s', (key, purpose) => {
    expect(purposeOf(key)).toBe(purpose)
  })

  test('many requests at once share one dial, and are written in the order in which they were made', async () => {
    const { sandbox, clock, cluster } = await known()
    const seen: string[] = []
    sandbox.intercept('Metadata', ({ request }) => void seen.push(request.topics?.[0]?.name ?? ''))
    const broker = cluster.brokers.byId(1)!
    const order = Array.from({ length: 40 }, (_, i) => `t${i}`)
    const all: Promise<unknown>[] = []
    // One in each turn, before, while and after the connection opens.
    for (const name of order.slice(0, 10)) all.push(broker.send(MetadataRequest, { topics: [{ name }] }, asked))
    for (let turn = 0; turn < 5_000 && all.length < order.length; turn++) {
      if (broker.versions) all.push(broker.send(MetadataRequest, { topics: [{ name: order[all.length] }] }, asked))
      await Promise.resolve()
    }
    await driven(clock, Promise.all(all))
    expect(seen).toEqual(order)
  })
})

describe('throttling (KIP-219)', () => {
  const throttled = (ms: number) =>
    answer({
      throttleTimeMs: ms,
      errorCode: 0,
      errorMessage: null,
      clusterId: 'x',
      controllerId: 1,
      brokers: [],
      endpointType: 1,
      clusterAuthorizedOperations: 0,
    })

  test('item 98: delays the next request of that connection, and no other connection', async () => {
    const throttles: BrokerThrottleEvent[] = []
    const { sandbox, clock, cluster } = await known({ hooks: [{ onBrokerThrottle: event => throttles.push(event) }] })
    sandbox.intercept('DescribeCluster', { once: true }, throttled(4_000))
    await driven(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    const started = clock.now()
    const slow = cluster.callOnce(one, DescribeClusterRequest, plain, asked)
    await driven(clock, cluster.callOnce(one, ProduceRequest, produce, { ...asked, maxVersion: 12 }))
    expect(clock.now()).toBe(started)
    await clock.advance(3_999)
    const before = sandbox.broker(1).requests
    await clock.advance(1)
    expect(sandbox.broker(1).requests).toBe(before + 1)
    await driven(clock, slow)
    expect(throttles).toEqual([
      {
        broker: expect.objectContaining({ nodeId: 1 }),
        connectionId: expect.any(Number),
        requestId: expect.any(Number),
        throttleMs: 4_000,
        throttledAfterResponse: true,
      },
    ])
    expect(throttles[0].requestId).toBeGreaterThan(0)
  })

  test('item 98: close does not wait for it', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, throttled(2_000_000_000))
    await driven(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    const waits = failureOf(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    await clock.settle()
    cluster.close()
    expect(await waits).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(clock.pending).toBe(0)
  })

  test('a caller who leaves does not wait for it', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, throttled(60_000))
    await driven(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    const abort = new AbortController()
    const [gone, stays] = [abort.signal, undefined].map(signal =>
      cluster.callOnce(one, DescribeClusterRequest, plain, { ...asked, signal }),
    )
    await clock.settle()
    const [started, before] = [clock.now(), sandbox.broker(1).requests]
    abort.abort()
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    expect(clock.now()).toBe(started)
    await driven(clock, stays!)
    expect(sandbox.broker(1).requests).toBe(before + 1)
  })

  test('of a Fetch is told with the id of that Fetch', async () => {
    const throttles: number[] = []
    const fetches: number[] = []
    const hooks = {
      onBrokerThrottle: (e: BrokerThrottleEvent) => throttles.push(e.requestId),
      onBrokerWrite: (e: BrokerWriteEvent) => e.apiKey === FetchRequest.key && fetches.push(e.requestId),
    }
    const { sandbox, clock, cluster } = await known({ hooks: [hooks] })
    sandbox.intercept('Fetch', answer({ throttleTimeMs: 10, errorCode: 0, sessionId: 0, responses: [] }))
    await driven(clock, cluster.callOnce(one, FetchRequest, { ...fetch, maxWaitMs: 0 }, { ...asked, maxVersion: 12 }))
    expect(throttles).toEqual(fetches)
    expect(fetches[0]).toBeGreaterThan(0)
  })

  test('an answer of a version from before has been delayed by the broker itself', async () => {
    const throttles: BrokerThrottleEvent[] = []
    const { sandbox, clock, cluster } = await known({
      hooks: [{ onBrokerThrottle: event => throttles.push(event) }],
      maxVersions: new Map([
        [3, 5],
        [18, 3],
        [60, 2],
      ]),
    })
    sandbox.intercept('Metadata', { once: true }, async ({ proceed }) => answer({ ...(await proceed())!, throttleTimeMs: 5_000 }))
    const started = clock.now()
    for (let i = 0; i < 2; i++) await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    expect(clock.now()).toBe(started)
    expect(throttles).toMatchObject([{ throttleMs: 5_000, throttledAfterResponse: false }])
  })

  test.each([
    [0, 5, false],
    [0, 6, true],
    [1, 7, false],
    [1, 8, true],
    [3, 6, true],
    [9, 3, false],
    [69, 0, true],
  ])('API %i v%i pauses after its answer: %s', (key, version, pauses) => {
    expect(pausesAfterResponse(key, version)).toBe(pauses)
  })
})

describe('connections that nobody uses', () => {
  test('are closed after connIdleTimeoutMs, and opened again on demand', async () => {
    const disconnects: BrokerDisconnectEvent[] = []
    const connects: BrokerConnectEvent[] = []
    const hooks = [
      {
        onBrokerDisconnect: (e: BrokerDisconnectEvent) => disconnects.push(e),
        onBrokerConnect: (e: BrokerConnectEvent) => connects.push(e),
      },
    ]
    const { sandbox, clock, cluster } = await known({ connIdleTimeoutMs: 10_000, hooks })
    await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    expect(sandbox.broker(1).connections).toBe(2)
    await clock.advance(16_000)
    expect(sandbox.broker(1).connections).toBe(0)
    expect(disconnects).toMatchObject([
      { connectionId: 1, error: undefined },
      { connectionId: 2, error: undefined },
    ])
    expect(clock.pending).toBe(0)
    await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    expect(connects.map(e => e.connectionId)).toEqual([1, 2, 3])
  })

  test('a request that waits at the broker keeps its connection', async () => {
    const { sandbox, clock, cluster } = await known({ connIdleTimeoutMs: 1_000 })
    const parked = sandbox.intercept('DescribeCluster', { once: true }, hang())
    const waits = cluster.callOnce(one, DescribeClusterRequest, plain, asked)
    await clock.advance(8_000)
    parked.release()
    await expect(driven(clock, waits)).resolves.toMatchObject({ errorCode: 0 })
  })

  test('a broker that closed an idle connection is dialled again', async () => {
    const { sandbox, clock, cluster } = await known()
    await driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    sandbox.broker(1).cut()
    await clock.settle()
    await expect(driven(clock, cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))).resolves.toMatchObject({ topics: [] })
  })
})

describe('a lane', () => {
  test("is a caller's own connection, closed by itself, even while it is being opened", async () => {
    const { sandbox, clock, cluster } = await known()
    await driven(clock, cluster.callOnce(one, FetchRequest, fetch, { ...asked, maxVersion: 12 }))
    const shared = sandbox.broker(1).connections
    const own = cluster.callOnce(one, FetchRequest, fetch, { ...asked, lane: 'a', maxVersion: 12 })
    await driven(clock, own)
    expect(sandbox.broker(1).connections).toBe(shared + 1)
    cluster.brokers.byId(1)!.closeLane('a')
    await clock.settle()
    expect(sandbox.broker(1).connections).toBe(shared)
    const opening = failureOf(clock, cluster.callOnce(one, FetchRequest, fetch, { ...asked, lane: 'b' }))
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    cluster.brokers.byId(1)!.closeLane('b')
    await opening
    expect(sandbox.broker(1).connections).toBe(shared)
  })
})
