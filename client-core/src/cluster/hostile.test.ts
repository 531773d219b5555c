import { describe, expect, test } from 'vitest'
import { ApiVersionsRequest } from '../protocol/api/api-versions.js'
import { FetchRequest } from '../protocol/api/fetch.js'
import { FindCoordinatorRequest } from '../protocol/api/find-coordinator.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { OffsetFetchRequest } from '../protocol/api/offset-fetch.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import type { Input, RequestMessage } from '../protocol/message.js'
import { answer, type Sandbox, send } from '../sandbox/index.js'
import { plain } from '../sasl/index.js'
import type { Cluster } from './cluster.js'
import { sendRequest, sendSharded } from './routing.js'
import { guarded, users } from './testing/logins.js'
import { connected, driven, failureOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const one = { broker: 1 } as const

const int32 = (value: number) => Uint8Array.of(value >> 24, value >> 16, value >> 8, value)
const patched = (frame: Uint8Array, at: number, bytes: Uint8Array | readonly number[]) => {
  const out = frame.slice()
  out.set(Array.from(bytes).slice(0, Math.max(0, out.length - at)), at)
  return out
}
/** Behind the size and the correlation id. */
const body = 8
const fill = (byte: number) => (frame: Uint8Array) => frame.slice().fill(byte, body)
const sized = (bytes: Uint8Array) => patched(bytes, 0, int32(bytes.length - 4))

/** What a broken or hostile broker sends in place of the answer. */
const damages: [name: string, change: (frame: Uint8Array) => Uint8Array][] = [
  ['lengths of -1 all over', fill(0xff)],
  ['counts of two thousand million', fill(0x7f)],
  ['the lowest int32 for every length', frame => frame.map((byte, i) => (i < body ? byte : i % 4 === 0 ? 0x80 : 0))],
  ['an answer that is cut off in the middle', frame => sized(frame.slice(0, body + Math.floor((frame.length - body) / 2)))],
  ['an answer without a body', frame => sized(frame.slice(0, body))],
  ['a thousand bytes behind the last field', frame => sized(Uint8Array.from([...frame, ...new Uint8Array(1000)]))],
  ['a frame of -1 bytes', frame => patched(frame, 0, int32(-1))],
  ['a frame of two thousand million bytes', frame => patched(frame, 0, int32(0x7fffffff))],
  ['the answer to something else', frame => patched(frame, 4, int32(12_345))],
]

type Ask = (cluster: Cluster) => Promise<unknown>
const once =
  <M extends RequestMessage>(message: M, of: Input<M>): Ask =>
  cluster =>
    cluster.callOnce(one, message, of, asked)

const partitions = [{ partitionIndex: 0, timestamp: -1n }]
const entries: [api: 'Metadata' | 'FindCoordinator' | 'ApiVersions' | 'ListOffsets' | 'OffsetFetch' | 'Produce' | 'Fetch', Ask][] = [
  ['Metadata', once(MetadataRequest, { topics: null })],
  ['FindCoordinator', once(FindCoordinatorRequest, { keyType: 0, coordinatorKeys: ['group'] })],
  ['ApiVersions', once(ApiVersionsRequest, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })],
  ['ListOffsets', once(ListOffsetsRequest, { replicaId: -1, topics: [{ name: 'orders', partitions }] })],
  ['OffsetFetch', once(OffsetFetchRequest, { groups: [{ groupId: 'group', topics: null }] })],
  ['Produce', once(ProduceRequest, { acks: 1, timeoutMs: 1_000, topicData: [] })],
  ['Fetch', once(FetchRequest, { maxWaitMs: 0, minBytes: 0, topics: [] })],
]
const typed = /^(MALFORMED|FRAME_TOO_LARGE|CORRELATION_MISMATCH|UNSUPPORTED_VERSION)$/

describe.each(entries)('a bad answer to %s', (api, ask) => {
  test.each(damages)('(%s) fails that request with a typed error that names the broker, and the client carries on', async (_, change) => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } })
    await driven(clock, cluster.loadMetadata(null, asked))
    // The answer of another connection's opening is not meant.
    await driven(clock, ask(cluster))
    let isBad = true
    sandbox.intercept(api, () => {
      const bad = isBad
      isBad = false
      return bad ? send(change) : undefined
    })
    const error = await failureOf(clock, ask(cluster))
    expect(error.code).toMatch(typed)
    expect(error.message).toContain('broker-1:9092')
    await driven(clock, ask(cluster))
    expect(cluster.metadata.topic('orders')).toMatchObject({ errorCode: 0, partitions: [{ leader: 1 }] })
  })

  test('that comes again and again ends with that error, and leaves nothing', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { requestRetries: 3 })
    await driven(clock, cluster.loadMetadata(null, asked))
    sandbox.intercept(api, send(fill(0xff)))
    expect((await failureOf(clock, ask(cluster))).code).toMatch(typed)
    cluster.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })
})

describe('a bad answer in a login', () => {
  test.each(['SaslHandshake', 'SaslAuthenticate'] as const)('(%s) fails the connection, not the client', async api => {
    const { cluster, clock, sandbox } = await guarded({}, { sasl: [plain({ username: 'alice', password: users.alice })] })
    for (const [, change] of damages) {
      sandbox.intercept(api, { once: true }, send(change))
      const error = await failureOf(clock, cluster.callOnce('any', MetadataRequest, { topics: null }, asked))
      expect(error.code).toMatch(typed)
    }
    await driven(clock, cluster.callOnce('any', MetadataRequest, { topics: null }, asked))
  })
})

type MetadataAnswer = Input<(typeof MetadataRequest)['response']>
const truth = async (proceed: () => Promise<MetadataAnswer | undefined>) => (await proceed()) as Required<MetadataAnswer>

describe('an answer that can be read and lies', () => {
  async function lied(lie: (real: Required<MetadataAnswer>) => Partial<MetadataAnswer>) {
    const setup = await connected({ brokers: 2, topics: { orders: 2 } })
    const { sandbox, clock, cluster } = setup
    await driven(clock, cluster.loadMetadata(null, asked))
    const before = cluster.metadata.topic('orders')!
    const lying = sandbox.intercept('Metadata', async ({ proceed }) => {
      const real = await truth(proceed)
      return answer({ ...real, ...lie(real) })
    })
    await driven(clock, cluster.loadMetadata(null, asked))
    const during = cluster.metadata.topic('orders')!
    lying.remove()
    await driven(clock, cluster.loadMetadata(null, asked))
    expect(cluster.metadata.topic('orders')).toMatchObject({ errorCode: 0, partitions: before.partitions })
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId).sort()).toEqual([1, 2])
    return { ...setup, before, during }
  }
  const everyTopic = (change: (partitions: readonly object[]) => readonly object[]) => (real: Required<MetadataAnswer>) => ({
    topics: real.topics.map(t => ({ ...t, partitions: change(t.partitions) as typeof t.partitions })),
  })

  test.each<[string, (partitions: readonly object[]) => readonly object[]]>([
    ['a partition twice', ([a, b]) => [a, a, b]],
    ['a partition of another number', ([a, b]) => [a, { ...b, partitionIndex: 7 }]],
    ['a partition of number -1', ([a, b]) => [{ ...a, partitionIndex: -1 }, a, b]],
    ['the highest number there is', ([a, b]) => [a, { ...b, partitionIndex: 0x7fffffff }]],
  ])('Metadata with %s changes no partition', async (_, change) => {
    const { before, during } = await lied(everyTopic(change))
    expect(during.partitions).toEqual(before.partitions)
    expect(during.errorCode).toBe(3)
  })

  test('Metadata that names a topic twice is believed once', async () => {
    const { before, during } = await lied(real => ({ topics: [...real.topics, ...real.topics] }))
    expect(during.partitions).toEqual(before.partitions)
  })

  test('Metadata with leaders and a controller that are no brokers: nobody is asked, and the error says so', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { requestRetries: 2 })
    sandbox.intercept('Metadata', async ({ proceed }) => {
      const real = await truth(proceed)
      const partitions = real.topics.map(t => ({ ...t, partitions: t.partitions.map(p => ({ ...p, leaderId: 99 })) }))
      return answer({ ...real, topics: partitions, controllerId: 99 })
    })
    const request = { message: ListOffsetsRequest, body: { replicaId: -1, topics: [{ name: 'orders', partitions }] } }
    expect((await failureOf(clock, sendRequest(cluster, request, asked))).code).toBe('UNKNOWN_BROKER')
    await driven(clock, cluster.loadMetadata(null, asked))
  })

  test('Metadata with brokers twice, without a host, or with a port that is none leaves the others usable', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { requestRetries: 2 })
    sandbox.intercept('Metadata', { once: true }, async ({ proceed }) => {
      const real = await truth(proceed)
      const [broker] = real.brokers
      const bad = { ...broker, nodeId: 7, host: '', port: -5 }
      return answer({ ...real, brokers: [broker, broker, bad, bad, { ...broker, nodeId: -1 }] })
    })
    await driven(clock, cluster.loadMetadata(null, asked))
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId)).toEqual([1, 7])
    expect((await failureOf(clock, cluster.callOnce({ broker: 7 }, MetadataRequest, { topics: [] }, asked))).message).toContain(':-5')
    await driven(clock, cluster.call(one, MetadataRequest, { topics: [] }, asked))
  })

  test.each([
    ['another key', { key: 'another', nodeId: 1, host: 'broker-1', port: 9092 }],
    ['no broker', { key: 'group', nodeId: -1, host: '', port: -1 }],
  ])('FindCoordinator that names %s is asked again, and then an error', async (_, coordinator) => {
    const { sandbox, clock, cluster } = await connected({}, { requestRetries: 2 })
    const lie = { ...coordinator, errorCode: 0, errorMessage: null }
    const asks = sandbox.intercept('FindCoordinator', answer({ coordinators: [lie, lie] }))
    expect((await failureOf(clock, cluster.coordinators.find('group', 'group'))).code).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(asks.count).toBe(3)
    asks.remove()
    expect([1, 2, 3]).toContain(await driven(clock, cluster.coordinators.find('group', 'group')))
  })

  test.each([
    ['a range from 9 to 3', { minVersion: 9, maxVersion: 3 }],
    ['a range below 0', { minVersion: -7, maxVersion: -2 }],
    ['versions of the far future', { minVersion: 30_000, maxVersion: 32_767 }],
  ])('ApiVersions with %s refuses what it is about, by its name; the rest works', async (_, range) => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } })
    lieAboutVersions(sandbox, range)
    const error = await failureOf(clock, once(ListOffsetsRequest, { replicaId: -1, topics: [] })(cluster))
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('ListOffsets') })
    await driven(clock, cluster.loadMetadata(null, asked))
  })

  test('ListOffsets that answers for partitions which nobody asked for, in errors that ask for another try, is not asked for ever', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 2 } })
    const of = (partitionIndex: number, errorCode: number) => ({ partitionIndex, errorCode, timestamp: -1n, offset: 5n, leaderEpoch: 0 })
    const asks = sandbox.intercept(
      'ListOffsets',
      answer({ topics: [{ name: 'orders', partitions: [of(0, 0), of(0, 0), of(1, 6), of(-1, 6)] }] }),
    )
    const request = { message: ListOffsetsRequest, body: { replicaId: -1, topics: [{ name: 'orders', partitions }] } }
    const [shard] = await driven(clock, sendSharded(cluster, request, asked))
    expect(shard.error).toBeUndefined()
    expect(asks.count).toBe(1)
  })

  test('OffsetFetch that answers for other groups than the one asked for, or always sends us elsewhere, ends', async () => {
    const { sandbox, clock, cluster } = await connected({})
    const lie = (groupId: string) => ({ groupId, errorCode: 16, topics: [] })
    const asks = sandbox.intercept('OffsetFetch', answer({ groups: [lie('other'), lie('group'), lie('group')] }))
    const request = { message: OffsetFetchRequest, body: { groups: [{ groupId: 'group', topics: null }] } }
    await driven(clock, sendRequest(cluster, request, asked))
    expect(asks.count).toBe(5)
  })
})

function lieAboutVersions(sandbox: Sandbox, range: { minVersion: number; maxVersion: number }): void {
  sandbox.intercept('ApiVersions', async ({ proceed }) => {
    const real = (await proceed())!
    return answer({ ...real, apiKeys: real.apiKeys.map(key => (key.apiKey === ListOffsetsRequest.key ? { ...key, ...range } : key)) })
  })
}
