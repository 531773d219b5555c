import { describe, expect, test } from 'vitest'
import { zeroUuid } from '../bytes/uuid.js'
import type { MetadataResponse } from '../protocol/api/metadata.js'
import { MetadataCache } from './metadata.js'

type Topic = MetadataResponse['topics'][number]
type Partition = Topic['partitions'][number]
const idA = 'AAAAAAAAAAAAAAAAAAAAAQ'
const idB = 'AAAAAAAAAAAAAAAAAAAAAg'

const partition = (partitionIndex: number, leaderId: number, leaderEpoch: number, errorCode = 0): Partition => ({
  errorCode,
  partitionIndex,
  leaderId,
  leaderEpoch,
  replicaNodes: [1, 2, 3],
  isrNodes: [1, 2],
  offlineReplicas: [3],
})
const topic = (name: string | null, partitions: Partition[], rest: Partial<Topic> = {}): Topic => ({
  errorCode: 0,
  name,
  topicId: idA,
  isInternal: false,
  partitions,
  topicAuthorizedOperations: 0,
  ...rest,
})

function cacheOf(...first: Topic[]) {
  const held = new Set<string>()
  const cache = new MetadataCache(name => held.has(name), 15_000)
  let now = 0
  const take = (topics: Topic[], all = false, atMs = ++now) => {
    const rest = { throttleTimeMs: 0, brokers: [], clusterId: null, controllerId: 1, clusterAuthorizedOperations: 0, errorCode: 0 }
    return cache.merge({ ...rest, topics }, atMs, all)
  }
  const leaders = (name = 'orders') => cache.topic(name)?.partitions.map(p => [p.leader, p.leaderEpoch])
  take(first)
  return { cache, take, leaders, held }
}

describe('what is known of a topic', () => {
  test('is what the broker said', () => {
    const { cache } = cacheOf(topic('orders', [partition(1, 2, 7), partition(0, 1, 5)]))
    expect(cache.topic('orders')).toEqual({
      name: 'orders',
      topicId: idA,
      isInternal: false,
      errorCode: 0,
      loadedAtMs: 1,
      discoveredAtMs: 1,
      partitions: [
        { partition: 0, leader: 1, leaderEpoch: 5, replicas: [1, 2, 3], isr: [1, 2], offlineReplicas: [3], errorCode: 0 },
        { partition: 1, leader: 2, leaderEpoch: 7, replicas: [1, 2, 3], isr: [1, 2], offlineReplicas: [3], errorCode: 0 },
      ],
    })
    expect(cache.nameOf(idA)).toBe('orders')
  })

  test('a topic may be called __proto__', () => {
    const { cache, leaders } = cacheOf(topic('__proto__', [partition(0, 1, 0)]))
    expect(leaders('__proto__')).toEqual([[1, 0]])
    expect([...cache.topics.keys()]).toEqual(['__proto__'])
  })

  test('an error of the topic keeps its partitions', () => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    take([topic('orders', [], { errorCode: 3 })])
    expect(leaders()).toEqual([[1, 5]])
    expect(cache.topic('orders')?.errorCode).toBe(3)
    take([topic('orders', [partition(0, 2, 6)])])
    expect(cache.topic('orders')?.errorCode).toBe(0)
  })

  test('without an id, as old brokers answer, it keeps the one it had', () => {
    const { cache, take } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    take([topic('orders', [partition(0, 1, 5)], { topicId: zeroUuid })])
    expect(cache.topic('orders')?.topicId).toBe(idA)
  })

  test('made anew under its name, while nobody works with it, it has nothing of the old one, lower epochs neither', () => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 50), partition(1, 1, 50)]))
    take([topic('orders', [partition(0, 2, 0)], { topicId: idB })])
    expect(leaders()).toEqual([[2, 0]])
    expect(cache.topic('orders')?.topicId).toBe(idB)
  })

  test('an id that the broker does not know any more is found by its name', () => {
    for (const name of [null, '']) {
      const { cache, take } = cacheOf(topic('orders', [partition(0, 1, 5)]))
      take([topic(name, [], { errorCode: 100 })])
      expect(cache.topic('orders')?.errorCode).toBe(100)
      expect(cache.topics.size).toBe(1)
    }
  })

  test('item 58: made anew while a role works with it, it stays the old one, with an error, until it is purged', () => {
    const { cache, take, leaders, held } = cacheOf(topic('orders', [partition(0, 1, 50)]))
    held.add('orders')
    for (let i = 0; i < 20; i++) take([topic('orders', [partition(0, 2, 0), partition(1, 2, 0)], { topicId: idB })])
    expect(leaders()).toEqual([[1, 50]])
    expect(cache.topic('orders')).toMatchObject({ topicId: idA, errorCode: 100 })
    cache.forget('orders')
    take([topic('orders', [partition(0, 2, 0)], { topicId: idB })])
    expect(leaders()).toEqual([[2, 0]])
    expect(cache.topic('orders')).toMatchObject({ topicId: idB, errorCode: 0 })
    expect([cache.nameOf(idA), cache.nameOf(idB)]).toEqual(['orders', 'orders'])
  })

  test('item 85: while a role works with it, it is missed for 15 s from its discovery on, and then deleted', () => {
    const { cache, take, leaders, held } = cacheOf()
    held.add('orders')
    take([topic('orders', [], { errorCode: 5 })], true, 500)
    take([topic('orders', [partition(0, 1, 5)])], true, 1_000)
    expect(take([], true, 15_999)).toEqual([])
    expect(leaders()).toEqual([[1, 5]])
    expect(cache.topic('orders')?.errorCode).toBe(3)
    expect(cache.isSettled('orders')).toBe(false)
    expect(take([], false, 20_000)).toEqual([])
    expect(take([], true, 16_000)).toEqual(['orders'])
    // It is for the roles to let go of it.
    cache.forget('orders')
    expect(take([], true, 17_000)).toEqual([])
  })

  test('and is back at once when the next answer has it', () => {
    const { cache, take, held } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    held.add('orders')
    take([], true)
    take([topic('orders', [partition(0, 1, 5)])], true)
    expect(cache.topic('orders')).toMatchObject({ errorCode: 0, discoveredAtMs: 1 })
    expect(cache.isSettled('orders')).toBe(true)
  })

  test('is forgotten when an answer about all topics leaves it out, and only then', () => {
    const { cache, take } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    take([topic('other', [], { topicId: idB })])
    expect([...cache.topics.keys()]).toEqual(['orders', 'other'])
    take([topic('other', [], { topicId: idB })], true)
    expect([...cache.topics.keys()]).toEqual(['other'])
  })
})

describe('what is known of a partition', () => {
  test('item 56: a lower leader epoch is taken for a stale answer five times, then believed: the cluster may have been restored', () => {
    const { take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    for (let i = 0; i < 5; i++) {
      take([topic('orders', [partition(0, 2, 3)])])
      expect(leaders()).toEqual([[1, 5]])
    }
    take([topic('orders', [partition(0, 2, 3)])])
    expect(leaders()).toEqual([[2, 3]])
    // And the count begins anew.
    take([topic('orders', [partition(0, 3, 2)])])
    expect(leaders()).toEqual([[2, 3]])
  })

  test('five stale answers in a row are meant: one good answer between them begins the count anew', () => {
    const { take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    for (let i = 0; i < 12; i++) take([topic('orders', [i % 4 === 3 ? partition(0, 1, 5) : partition(0, 2, 3)])])
    expect(leaders()).toEqual([[1, 5]])
  })

  test('with an error it stays as it was known', () => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    take([topic('orders', [partition(0, -1, 6, 5)])])
    expect(leaders()).toEqual([[1, 5]])
    expect(cache.topic('orders')?.partitions[0].errorCode).toBe(5)
    expect(cache.isSettled('orders')).toBe(false)
    take([topic('orders', [partition(0, 2, 7)])])
    expect(leaders()).toEqual([[2, 7]])
    expect(cache.isSettled('orders')).toBe(true)
  })

  test('that is new is known with its error: there is nothing better', () => {
    const { cache, leaders } = cacheOf(topic('orders', [partition(0, -1, -1, 5)]))
    expect(leaders()).toEqual([[-1, -1]])
    expect(cache.topic('orders')?.partitions[0].errorCode).toBe(5)
  })

  test('a leader whose replica is not available is a leader: so says Metadata v0', () => {
    const { leaders, take } = cacheOf(topic('orders', [partition(0, 1, -1)]))
    take([topic('orders', [partition(0, 2, -1, 9)])])
    expect(leaders()).toEqual([[2, -1]])
  })

  test('item 56: epoch -1 does not take the place of a known one, as a lower one does not', () => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    take([topic('orders', [partition(0, 2, -1)])])
    expect(leaders()).toEqual([[1, 5]])
    expect(cache.isSettled('orders')).toBe(false)
    take([topic('orders', [partition(0, 2, 4)])])
    expect(leaders()).toEqual([[1, 5]])
    take([topic('orders', [partition(0, 2, 6)])])
    expect(leaders()).toEqual([[2, 6]])
    expect(cache.isSettled('orders')).toBe(true)
  })

  test('brokers that tell no epochs are believed', () => {
    const { take, leaders } = cacheOf(topic('orders', [partition(0, 1, -1)]))
    take([topic('orders', [partition(0, 2, -1)])])
    expect(leaders()).toEqual([[2, -1]])
  })

  test('partitions that an answer lacks at the end are kept, with an error: topics do not shrink', () => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5), partition(1, 2, 5)]))
    take([topic('orders', [partition(0, 1, 5)])])
    expect(leaders()).toEqual([
      [1, 5],
      [2, 5],
    ])
    expect(cache.topic('orders')?.partitions.map(p => p.errorCode)).toEqual([0, 3])
  })

  test.each([
    ['a gap', [0, 2]],
    ['one twice', [0, 0, 1]],
    ['none at the beginning', [1, 2]],
  ])('an answer with %s is not whole and changes no partition', (_, indexes) => {
    const { cache, take, leaders } = cacheOf(topic('orders', [partition(0, 1, 5), partition(1, 2, 5)]))
    const odd = indexes.map(i => partition(i, 3, 9))
    take([topic('orders', odd), topic('new', odd, { topicId: idB })])
    expect(leaders()).toEqual([
      [1, 5],
      [2, 5],
    ])
    expect(cache.topic('orders')?.errorCode).toBe(3)
    expect(cache.topic('new')).toMatchObject({ partitions: [], errorCode: 3 })
  })
})

describe('a leader hint (KIP-951)', () => {
  test('with a newer epoch is news', () => {
    const { cache, leaders } = cacheOf(topic('orders', [partition(0, 1, 5, 6), partition(1, 1, 5)]))
    expect(cache.hint('orders', 0, 2, 6)).toBe(true)
    expect(leaders()).toEqual([
      [2, 6],
      [1, 5],
    ])
    expect(cache.topic('orders')?.partitions[0].errorCode).toBe(0)
  })

  test.each([
    ['the same epoch', 'orders', 0, 2, 5],
    ['an older epoch', 'orders', 0, 2, 4],
    ['no leader', 'orders', 0, -1, 6],
    ['an unknown partition', 'orders', 9, 2, 6],
    ['an unknown topic', 'nothing', 0, 2, 6],
  ] as const)('with %s is none', (_, name, index, leader, epoch) => {
    const { cache, leaders } = cacheOf(topic('orders', [partition(0, 1, 5)]))
    expect(cache.hint(name, index, leader, epoch)).toBe(false)
    expect(leaders()).toEqual([[1, 5]])
  })
})
