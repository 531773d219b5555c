import { describe, expect, test } from 'vitest'
import { FetchRequest } from '../protocol/api/fetch.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { answer, send } from '../sandbox/index.js'
import { Inbox } from '../transport/inbox.js'
import { memoryTransport } from '../transport/memory.js'
import { explain } from '../transport/reasons.js'
import type { Connect } from '../transport/stream.js'
import type { Cluster } from './cluster.js'
import { answering, clusterOf, connected, driven, failureOf, sandboxOf } from './testing/setup.js'
import { chooseVersion } from './versions.js'

const asked = { initiator: 'test' }
const unsupportedVersion = 35

describe('learning what a broker speaks', () => {
  test('a broker that lacks our ApiVersions is asked with the version it names', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    sandbox.broker(1).limitVersions({ ApiVersions: [0, 2] })
    const seen: number[] = []
    sandbox.intercept('ApiVersions', ({ version }) => void seen.push(version))
    await driven(clock, cluster.loadMetadata([], asked))
    expect(seen).toEqual([2])
    expect(sandbox.broker(1).requests).toBe(3)
  })

  test('a refusal that names no versions, or cannot be read, leaves version 0', async () => {
    for (const rest of [[0, 0, 0, 0], [9]]) {
      const { sandbox, clock, cluster } = await connected({ brokers: 1 })
      const seen: number[] = []
      sandbox.intercept('ApiVersions', ({ version }) => {
        seen.push(version)
        return version === 0 ? undefined : send(frame => refusal(frame, rest))
      })
      await driven(clock, cluster.loadMetadata([], asked))
      expect(seen).toEqual([5, 0])
    }
  })

  test('item 19: a broker that refuses whatever it named itself cannot make us loop', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { requestRetries: 0 })
    const key18 = (max: number) => [0, 0, 0, 1, 0, 18, 0, 0, 0, max]
    let asks = 0
    // Always one higher than what was asked.
    sandbox.intercept('ApiVersions', ({ version }) => {
      asks++
      return send(frame => refusal(frame, key18(version + 1)))
    })
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringContaining('broker-1:9092 refuses every version of ApiVersions'),
    })
    expect(asks).toBe(1)
  })

  test('item 19: a refusal that names key 18 alone says what to ask with, and is not taken for all that the broker speaks', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    sandbox.intercept(
      'ApiVersions',
      { once: true },
      send(frame => refusal(frame, [0, 0, 0, 1, 0, 18, 0, 0, 0, 3])),
    )
    const seen: number[] = []
    sandbox.intercept('ApiVersions', ({ version }) => void seen.push(version))
    await driven(clock, cluster.loadMetadata([], asked))
    expect(seen).toEqual([3])
    expect(cluster.brokers.seeds[0].versions?.get(FetchRequest.key)).toEqual({ min: 4, max: 18 })
  })

  test('item 18: its answer has header v0, without tags, also where its body is flexible', async () => {
    const { clock } = await sandboxOf()
    const apiKey = (key: number, max: number) => [0, key, 0, 0, 0, max, 0]
    const body = [0, 0, 3, ...apiKey(3, 4), ...apiKey(18, 5), 0, 0, 0, 0, 0]
    const transport = memoryTransport(answering([0, 0, 0, 4 + body.length, 0, 0, 0, 0, ...body]))
    const cluster = clusterOf(clock, { seedBrokers: ['flexible:1'], transport, requestRetries: 0 })
    // The same bytes come as the answer to Metadata, of which they are none.
    await failureOf(clock, cluster.loadMetadata([], asked))
    expect(cluster.brokers.seeds[0].versions).toEqual(
      new Map([
        [3, { min: 0, max: 4 }],
        [18, { min: 0, max: 5 }],
      ]),
    )
  })

  test('a broker that twice resets the connection instead of answering is asked with version 0 (Event Hubs), and remembered so', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    let dials = 0
    const connect: Connect = async (to, signal) => {
      const stream = await sandbox.transport.connect(to, signal)
      if (++dials > 2) return stream
      const incoming = new Inbox()
      const write = async () => incoming.finish(explain('ECONNRESET', to))
      return { incoming, write, close: reason => stream.close(reason) }
    }
    const seen: number[] = []
    sandbox.intercept('ApiVersions', ({ version }) => void seen.push(version))
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: { name: 'resetting', connect } })
    await driven(clock, cluster.loadMetadata([], asked))
    await driven(clock, cluster.callOnce({ broker: 1 }, InitProducerIdRequest, { transactionalId: null, transactionTimeoutMs: 0 }, asked))
    expect(seen).toEqual([0, 0])
    expect(cluster.brokers.byId(1)!.versions?.has(FetchRequest.key)).toBe(true)
  })

  test('another refusal is named as the broker put it', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { requestRetries: 0 })
    sandbox.intercept('ApiVersions', answer({ errorCode: 31, apiKeys: [], throttleTimeMs: 0 }))
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({
      name: 'KafkaError',
      code: 'CLUSTER_AUTHORIZATION_FAILED',
    })
  })

  test('a broker that never answers it is given up after requestTimeoutOverheadMs, and its connection closed', async () => {
    const { clock } = await sandboxOf()
    let closed = 0
    const transport = memoryTransport(stream => {
      void (async () => {
        for await (const _ of stream.incoming);
        closed++
      })()
    })
    const cluster = clusterOf(clock, { seedBrokers: ['mute:1'], transport, requestRetries: 0, requestTimeoutOverheadMs: 3_000 })
    const started = clock.now()
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      message: expect.stringContaining('ApiVersionsRequest'),
    })
    expect([clock.now() - started, closed]).toEqual([3_000, 1])
  })

  test('a client that is closed while a broker keeps it waiting leaves no connection behind', async () => {
    const { clock } = await sandboxOf()
    let closed = 0
    const transport = memoryTransport(stream => {
      void (async () => {
        for await (const _ of stream.incoming);
        closed++
      })()
    })
    const cluster = clusterOf(clock, { seedBrokers: ['mute:1'], transport })
    const load = cluster.loadMetadata([], asked).catch((error: Error) => error)
    await clock.settle()
    cluster.close()
    expect(await load).toMatchObject({ code: 'CLIENT_CLOSED' })
    await clock.settle()
    expect([closed, clock.pending]).toEqual([1, 0])
  })

  test('item 104: maxVersions without ApiVersions: nobody is asked, and the pinned versions are used (a broker before 0.10)', async () => {
    const maxVersions = new Map([
      [3, 0],
      [0, 3],
    ])
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { maxVersions })
    const asks = sandbox.intercept('ApiVersions', () => undefined)
    await driven(clock, cluster.loadMetadata([], asked))
    expect(asks.count).toBe(0)
    const fetch = cluster.callOnce('any', FetchRequest, { maxWaitMs: 0, minBytes: 0, topics: [] }, asked)
    await expect(fetch).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringContaining('maxVersions leaves out API key 1'),
    })
  })
})

describe('a connection that leads to somebody else (KIP-1242)', () => {
  const identity = { transactionalId: null, transactionTimeoutMs: 0 }
  const ask = (cluster: Cluster, broker: number) => cluster.call({ broker }, InitProducerIdRequest, identity, asked)
  const misrouted = { code: 'UNKNOWN_BROKER', cause: { code: 'REBOOTSTRAP_REQUIRED' } }

  test('another broker: nothing is asked there, the error names the address, metadata is read anew', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 2 })
    await driven(clock, cluster.loadMetadata([], asked))
    cluster.brokers.merge([{ nodeId: 2, host: 'broker-1', port: 9092 }], false)
    const asks = sandbox.intercept('InitProducerId', () => undefined)
    const error = await failureOf(clock, ask(cluster, 2))
    expect(error).toMatchObject({ ...misrouted, message: expect.stringContaining('broker 2 (broker-1:9092) is not the broker that') })
    expect(asks.count).toBe(0)
    await clock.advance(10_000)
    await driven(clock, cluster.loadMetadata([], asked))
    await expect(driven(clock, ask(cluster, 2))).resolves.toMatchObject({ errorCode: 0 })
  })

  test('another cluster: seeds are asked, whoever they are, and what they name is taken over', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    await driven(clock, cluster.loadMetadata([], asked))
    cluster.clusterId = 'the-one-before'
    const clusterIds: (string | null)[] = []
    sandbox.intercept('ApiVersions', ({ request }) => void clusterIds.push(request.clusterId))
    expect(await failureOf(clock, ask(cluster, 1))).toMatchObject(misrouted)
    await driven(clock, cluster.loadMetadata([], asked))
    await expect(driven(clock, ask(cluster, 1))).resolves.toMatchObject({ errorCode: 0 })
    expect(clusterIds[0]).toBe('the-one-before')
    expect(clusterIds.at(-1)).toBe(cluster.clusterId)
    expect(cluster.clusterId).not.toBe('the-one-before')
  })

  test('is not looked for before the cluster has named itself: brokers refuse a broker id without a cluster id', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    const named: [string | null, number][] = []
    sandbox.intercept('ApiVersions', ({ request }) => void named.push([request.clusterId, request.nodeId]))
    cluster.brokers.merge([{ nodeId: 1, host: 'broker-1', port: 9092 }], false)
    await driven(clock, ask(cluster, 1))
    expect(named).toEqual([[null, -1]])
  })

  test('is not looked for at a seed, whose address may be that of many', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    await driven(clock, cluster.loadMetadata([], asked))
    expect(cluster.clusterId).toBe(sandbox.clusterId)
    const named: [string | null, number][] = []
    sandbox.intercept('ApiVersions', ({ request }) => void named.push([request.clusterId, request.nodeId]))
    sandbox.broker(1).cut()
    await clock.settle()
    await driven(clock, ask(cluster, cluster.brokers.seeds[0].metadata.nodeId))
    expect(named).toEqual([[null, -1]])
  })

  test('found out while the first request is already on its way: its answer is not believed, it is asked again elsewhere', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    await driven(clock, cluster.loadMetadata([], asked))
    sandbox.intercept('ApiVersions', { once: true }, answer({ errorCode: 129, apiKeys: [], throttleTimeMs: 0 }))
    const wrong = sandbox.intercept('InitProducerId', { once: true }, async ({ proceed }) =>
      answer({ ...(await proceed())!, producerId: 666n }),
    )
    const before = clock.now()
    const id = cluster.call({ broker: 1 }, InitProducerIdRequest, identity, asked)
    expect((await driven(clock, id)).producerId).not.toBe(666n)
    expect(wrong.count).toBe(1)
    // Without a pause.
    expect(clock.now()).toBe(before)
  })

  test('found out so, and again when it is asked anew: the error is that of the answer to ApiVersions', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    await driven(clock, cluster.loadMetadata([], asked))
    const asks = sandbox.intercept('ApiVersions', answer({ errorCode: 129, apiKeys: [], throttleTimeMs: 0 }))
    expect(await failureOf(clock, ask(cluster, 1))).toMatchObject(misrouted)
    expect(asks.count).toBe(2)
  })
})

/** The frame's size and correlation id, then UNSUPPORTED_VERSION and the rest of a body. */
function refusal(frame: Uint8Array, rest: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, 0, 6 + rest.length, ...frame.subarray(4, 8), 0, unsupportedVersion, ...rest)
}

describe('the version of a request', () => {
  const offers = (min: number, max: number) => new Map([[ProduceRequest.key, { min, max }]])
  const none = {}
  test.each([
    ['is the highest of both sides', offers(0, 9), none, undefined, 9],
    ['is ours where the broker is newer', offers(3, 99), none, undefined, 13],
    ['is capped by maxVersions', offers(0, 13), { maxVersions: new Map([[0, 7]]) }, undefined, 7],
    ['is capped by the request itself', offers(0, 13), none, { max: 12 }, 12],
    ['is our newest for a broker that may not be asked', undefined, none, undefined, 13],
  ])('%s', (_, broker, options, pin, version) => {
    expect(chooseVersion(ProduceRequest, broker, options, pin)).toBe(version)
  })

  test.each([
    ['the broker lacks the API', new Map(), none, undefined, 'Produce cannot be sent: broker 1 does not have it'],
    ['the broker is too old', offers(0, 2), none, { min: 3 }, 'Produce cannot be sent: we want version 3 to 13, broker 1 has 0 to 2'],
    ['the broker is too new', offers(14, 20), none, undefined, 'we want version 0 to 13, broker 1 has 14 to 20'],
    [
      'minVersions asks for more',
      offers(0, 8),
      { minVersions: new Map([[0, 9]]) },
      undefined,
      'we want version 9 to 13, broker 1 has 0 to 8',
    ],
    ['maxVersions leaves it out', offers(0, 13), { maxVersions: new Map() }, undefined, 'maxVersions leaves out API key 0'],
    ['the broker makes no sense', offers(5, -1), none, undefined, 'broker 1 has 5 to -1'],
  ])('cannot be found when %s; the error says which side lacks what', (_, broker, options, pin, message) => {
    expect(() => chooseVersion(ProduceRequest, broker, options, pin, 'broker 1')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION', message: expect.stringContaining(message) }),
    )
  })

  test('is never one that Kafka has not finished', () => {
    const offered = new Map([[InitProducerIdRequest.key, { min: 0, max: 6 }]])
    expect(chooseVersion(InitProducerIdRequest, offered, {})).toBe(5)
  })

  test('of an older broker is what it offers; a newer one beside it is asked for what it lacks', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 2 })
    sandbox.broker(1).limitVersions({ Metadata: [0, 1], InitProducerId: null })
    const metadata: number[] = []
    sandbox.intercept('Metadata', { broker: 1 }, ({ version }) => void metadata.push(version))
    await driven(clock, cluster.loadMetadata([], asked))
    for (let i = 0; i < 4; i++) {
      const id = cluster.call('any', InitProducerIdRequest, { transactionalId: null, transactionTimeoutMs: 0 }, asked)
      expect((await driven(clock, id)).errorCode).toBe(0)
    }
    expect(metadata.every(version => version === 1)).toBe(true)
  })

  test('of a peer that is not Kafka at all is not guessed', async () => {
    const { clock } = await sandboxOf()
    const transport = memoryTransport(answering([0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]))
    const cluster = clusterOf(clock, { seedBrokers: ['odd:1'], transport, requestRetries: 0 })
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('odd:1'),
    })
  })
})
