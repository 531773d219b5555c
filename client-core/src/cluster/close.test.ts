import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { hang } from '../sandbox/index.js'
import type { Connect } from '../transport/stream.js'
import { clusterOf, connected, driven, failureOf, hosts, sandboxOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const plain = { includeClusterAuthorizedOperations: false }
const interest = { topics: () => ['orders'], onMetadata() {} }

describe('a client that is closed', () => {
  test('ends what is asked, what waits for a try, what is dialled, and leaves no timer and no connection', async () => {
    const { sandbox, clock } = await sandboxOf({ topics: { orders: 1 } })
    const hole: Connect = (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', reject))
    const table = Object.fromEntries(sandbox.brokers.map(id => [`broker-${id}`, sandbox.transport]))
    const transport = hosts({ ...table, hole: { name: 'hole', connect: hole } })
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport })
    cluster.watch(interest)
    await driven(clock, cluster.refreshMetadata())
    cluster.brokers.merge([{ nodeId: 9, host: 'hole', port: 1 }], false)
    sandbox.intercept('DescribeCluster', { broker: 1 }, hang())
    await sandbox.broker(2).stop()
    const ends = [1, 2, 9].map(broker => failureOf(clock, cluster.call({ broker }, DescribeClusterRequest, plain, asked)))
    cluster.refreshSoon()
    await clock.advance(100)
    expect(clock.pending).toBeGreaterThan(2)
    cluster.close()
    expect(await Promise.all(ends)).toMatchObject([{ code: 'CLIENT_CLOSED' }, { code: 'CLIENT_CLOSED' }, { code: 'CLIENT_CLOSED' }])
    await clock.settle()
    expect([clock.pending, sandbox.broker(1).connections, sandbox.broker(3).connections]).toEqual([0, 0, 0])
  })

  test('asks nothing more, whoever wants it to', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    cluster.close()
    cluster.close()
    cluster.refreshSoon()
    cluster.refreshUrgently()
    await cluster.refreshMetadata()
    expect(await failureOf(clock, cluster.call('any', MetadataRequest, { topics: [] }, asked))).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(await failureOf(clock, cluster.coordinators.find('group', 'g'))).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect([sandbox.broker(1).requests, clock.pending]).toEqual([0, 0])
  })

  test('keeps no metadata loop that nobody needs: it runs while a role watches', async () => {
    const { clock, cluster } = await connected({ topics: { orders: 1 } }, { connIdleTimeoutMs: 1_000 })
    const unwatch = cluster.watch(interest)
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.topic('orders')?.loadedAtMs).toBe(clock.now())
    await clock.advance(300_000)
    expect(cluster.metadata.topic('orders')?.loadedAtMs).toBe(clock.now())
    unwatch()
    await clock.advance(310_000)
    expect(clock.pending).toBe(0)
  })
})

describe('what roles are interested in', () => {
  test('is asked for together; one that wants all topics makes it all', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1, other: 1, third: 1 } })
    const seen: (string | null)[][] = []
    sandbox.intercept('Metadata', ({ request }) => void seen.push(request.topics?.map(t => t.name) ?? [null]))
    const told: unknown[] = []
    cluster.watch({ topics: () => ['orders', 'other'], onMetadata: error => told.push(error) })
    cluster.watch({ topics: () => ['other', '__proto__'], onMetadata: error => told.push(error) })
    await driven(clock, cluster.refreshMetadata())
    expect(seen).toEqual([['orders', 'other', '__proto__']])
    expect(cluster.metadata.topic('__proto__')).toMatchObject({ errorCode: 3, partitions: [] })
    expect(told).toEqual([undefined, undefined])
    cluster.watch({ topics: () => [], readsAll: () => true, onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    expect(seen[1]).toEqual([null])
    expect([...cluster.metadata.topics.keys()]).toEqual(['orders', 'other', 'third'])
  })

  test('a topic that asking creates is asked for by name also where all topics are read', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { allowAutoTopicCreation: true })
    const seen: (string | null)[][] = []
    sandbox.intercept('Metadata', ({ request }) => void seen.push(request.topics?.map(t => t.name) ?? [null]))
    cluster.watch({ topics: () => [], readsAll: () => true, onMetadata() {} })
    cluster.watch({ topics: () => ['orders', 'fresh'], onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    expect(seen).toEqual([[null], ['fresh']])
    await driven(clock, cluster.refreshMetadata())
    expect(seen).toEqual([[null], ['fresh'], [null]])
  })

  test('item 85: a topic that is gone from the list of all is told to the roles and forgotten, 15 s after its discovery', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1, other: 1 } })
    const told: (readonly string[] | undefined)[] = []
    const wanted = new Set(['orders'])
    const onMetadata = () => void told.push(undefined)
    cluster.watch({ topics: () => wanted, readsAll: () => true, onMetadata, onDeleted: topics => told.push(topics) })
    await driven(clock, cluster.refreshMetadata())
    await clock.advance(1_000)
    sandbox.deleteTopic('orders')
    sandbox.deleteTopic('other')
    const started = clock.now()
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.topic('orders')).toMatchObject({ errorCode: 3, partitions: [{ partition: 0 }] })
    expect(cluster.metadata.topic('other')).toBeUndefined()
    for (let i = 0; i < 200 && cluster.metadata.topic('orders'); i++) await clock.advance(250)
    // Nobody asked: what is missing is looked for by itself.
    expect(clock.now() - started).toBeGreaterThanOrEqual(14_000)
    expect(clock.now() - started).toBeLessThanOrEqual(14_000 + 5_250)
    expect(told.filter(t => t !== undefined)).toEqual([['orders']])
    expect(told.at(-2)).toEqual(['orders'])
  })

  test('considerMissingTopicDeletedAfterMs says when', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { considerMissingTopicDeletedAfterMs: 0 })
    const told: (readonly string[])[] = []
    cluster.watch({ topics: () => ['orders'], readsAll: () => true, onMetadata() {}, onDeleted: topics => told.push(topics) })
    await driven(clock, cluster.refreshMetadata())
    sandbox.deleteTopic('orders')
    await driven(clock, cluster.refreshMetadata())
    expect(told).toEqual([['orders']])
  })

  test('a topic that was made anew is believed when nobody works with the old one any more', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } })
    const idNow = () => cluster.metadata.topic('orders')?.topicId
    const watch = () => cluster.watch({ topics: () => ['orders'], onMetadata() {} })
    const unwatch = [watch(), watch()]
    await driven(clock, cluster.refreshMetadata())
    const before = idNow()
    sandbox.deleteTopic('orders')
    sandbox.createTopic('orders', { partitions: 1 })
    await driven(clock, cluster.refreshMetadata())
    unwatch[0]()
    await driven(clock, cluster.loadMetadata(['orders'], asked))
    expect(idNow()).toBe(before)
    expect(cluster.metadata.topic('orders')?.errorCode).toBe(100)
    unwatch[1]()
    await driven(clock, cluster.loadMetadata(['orders'], asked))
    expect(idNow()).not.toBe(before)
    expect(cluster.metadata.topic('orders')?.errorCode).toBe(0)
  })

  test('purging forgets a topic when no role works with it any more', async () => {
    const { clock, cluster } = await connected({ topics: { orders: 1 } })
    const [one, two] = [new Set(['orders']), new Set(['orders'])]
    for (const topics of [one, two]) cluster.watch({ topics: () => topics, onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    one.clear()
    cluster.purge(['orders'])
    expect(cluster.metadata.topic('orders')).toBeDefined()
    two.clear()
    cluster.purge(['orders'])
    expect(cluster.metadata.topic('orders')).toBeUndefined()
  })

  test('topics may be made by asking only where the option says so', async () => {
    for (const allowAutoTopicCreation of [false, true]) {
      const { sandbox, clock, cluster } = await connected({}, { allowAutoTopicCreation })
      await driven(clock, cluster.loadMetadata(['fresh'], asked))
      expect(sandbox.topics.includes('fresh')).toBe(allowAutoTopicCreation)
    }
  })
})
