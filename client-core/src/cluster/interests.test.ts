import { describe, expect, test } from 'vitest'
import { fail } from '../sandbox/index.js'
import { connected, driven } from './testing/setup.js'

const asked = { initiator: 'test' }

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
    const onDeleted = (topics: readonly string[]) => {
      told.push(topics)
      for (const topic of topics) wanted.delete(topic)
    }
    cluster.watch({ topics: () => wanted, readsAll: () => true, onMetadata, onDeleted })
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

  test('a topic that is gone from the list is no concern of roles which name it, and is kept for them', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } }, { considerMissingTopicDeletedAfterMs: 0 })
    const told: string[] = []
    cluster.watch({ topics: () => ['orders'], onMetadata() {}, onDeleted: () => told.push('by name') })
    cluster.watch({ topics: () => [], readsAll: () => true, onMetadata() {}, onDeleted: () => told.push('reads all, names another') })
    await driven(clock, cluster.refreshMetadata())
    const id = cluster.metadata.topic('orders')?.topicId
    sandbox.deleteTopic('orders')
    await driven(clock, cluster.refreshMetadata())
    // Nor is a list that somebody asked for.
    await driven(clock, cluster.loadMetadata(null, asked))
    expect(told).toEqual([])
    expect(cluster.metadata.topic('orders')).toMatchObject({ errorCode: 3, topicId: id, partitions: [{ partition: 0 }] })
  })

  test('a topic that was made anew is looked at eight times more, and then at metadataMaxAgeMs; who purges it is served at once', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } })
    const wanted = new Set(['orders'])
    let loads = 0
    cluster.watch({ topics: () => wanted, onMetadata: () => loads++ })
    await driven(clock, cluster.refreshMetadata())
    const before = cluster.metadata.topic('orders')?.topicId
    sandbox.deleteTopic('orders')
    sandbox.createTopic('orders', { partitions: 1 })
    loads = 0
    await driven(clock, cluster.refreshMetadata())
    await clock.advance(2_500)
    expect(loads).toBe(9)
    await clock.advance(290_000)
    expect(loads).toBe(9)
    await clock.advance(10_000)
    expect(loads).toBe(10)
    wanted.clear()
    cluster.purge(['orders'])
    wanted.add('orders')
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.topic('orders')).toMatchObject({ errorCode: 0 })
    expect(cluster.metadata.topic('orders')?.topicId).not.toBe(before)
  })

  test('a topic that was made anew twice, with nobody who works with it in between, is doubted anew', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 1 } })
    const remake = () => {
      sandbox.deleteTopic('orders')
      sandbox.createTopic('orders', { partitions: 1 })
    }
    let unwatch = cluster.watch({ topics: () => ['orders'], onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    remake()
    await driven(clock, cluster.refreshMetadata())
    await clock.advance(3_000)
    expect(cluster.metadata.isSettled('orders')).toBe(true)
    unwatch()
    await driven(clock, cluster.loadMetadata(['orders'], asked))
    unwatch = cluster.watch({ topics: () => ['orders'], onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    remake()
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.isSettled('orders')).toBe(false)
    unwatch()
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

  test('item 106: a leader hint brings brokers and leaders, and takes none away, until metadata says more (KIP-951)', async () => {
    const { clock, cluster } = await connected({ topics: { orders: 1 } })
    await driven(clock, cluster.loadMetadata(['orders'], asked))
    const { leader, leaderEpoch } = cluster.metadata.topic('orders')!.partitions[0]
    const ids = () => cluster.brokers.discovered.map(b => b.metadata.nodeId)
    cluster.brokers.merge([{ nodeId: 9, host: 'broker-9', port: 9092 }], false)
    expect(cluster.metadata.hint('orders', 0, 9, leaderEpoch + 1)).toBe(true)
    expect([ids(), cluster.metadata.topic('orders')!.partitions[0].leader]).toEqual([[1, 2, 3, 9], 9])
    // Older than the hint: it is not believed yet. But who is in the cluster is.
    await driven(clock, cluster.loadMetadata(['orders'], asked))
    expect([ids(), cluster.metadata.topic('orders')!.partitions[0].leader]).toEqual([[1, 2, 3], 9])
    for (let i = 0; i < 5; i++) await driven(clock, cluster.loadMetadata(['orders'], asked))
    expect(cluster.metadata.topic('orders')!.partitions[0].leader).toBe(leader)
  })

  test('what is unsettled is read again quickly, and what is missed at the usual pace', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 2, topics: { orders: { partitions: 1, replicationFactor: 1 } } })
    cluster.watch({ topics: () => ['orders'], onMetadata() {} })
    await driven(clock, cluster.refreshMetadata())
    const reads = sandbox.intercept('Metadata', () => undefined)
    await clock.advance(60_000)
    expect(reads.count).toBe(0)
    await sandbox.broker(sandbox.leader('orders', 0)).stop()
    await driven(clock, cluster.refreshMetadata())
    reads.remove()
    const after = sandbox.intercept('Metadata', () => undefined)
    await clock.advance(2_000)
    expect(after.count).toBe(8)
    await clock.advance(10_000)
    expect(after.count).toBe(10)
  })

  test('a topic that the cluster refuses to describe keeps its partitions, and is read again', async () => {
    const { sandbox, clock, cluster } = await connected({ topics: { orders: 2 } })
    const told: number[] = []
    cluster.watch({ topics: () => ['orders'], onMetadata: () => told.push(cluster.metadata.topic('orders')?.errorCode ?? -1) })
    await driven(clock, cluster.refreshMetadata())
    sandbox.intercept('Metadata', { once: true }, fail('LEADER_NOT_AVAILABLE'))
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.topic('orders')?.partitions).toHaveLength(2)
    await clock.advance(300)
    expect(told).toEqual([0, 5, 0])
  })
})
