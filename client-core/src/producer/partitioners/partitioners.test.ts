import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2 } from '../../bytes/murmur2.js'
import { BackupIter } from './asked.js'
import { basicConsistentPartitioner } from './basic-consistent.js'
import { fnv1a, kafkaHasher, saramaCompatHasher, saramaHasher } from './hashers.js'
import { leastBackupPartitioner } from './least-backup.js'
import { manualPartitioner } from './manual.js'
import type { PartitionerRecord, TopicBackupPartitioner, TopicPartitionerOnNewBatch } from './partitioner.js'
import { roundRobinPartitioner } from './round-robin.js'
import { stickyKeyPartitioner, stickyPartitioner } from './sticky.js'
import { uniformBytesPartitioner } from './uniform-bytes.js'

const utf8 = new TextEncoder()
const record = (key: string | Uint8Array | null = null, value = 'x'): PartitionerRecord => ({
  topic: 'orders',
  key,
  value,
  headers: [],
  timestamp: undefined,
  context: undefined,
})
const unkeyed = record()
/** The same chances every time. */
function seeded(seed = 1): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}
const iter = (...buffered: number[]) => new BackupIter().over(buffered.map(n => ({ buffered: n })))
const counts = (picks: readonly number[], n: number) => Array.from({ length: n }, (_, i) => picks.filter(p => p === i).length)

describe('hashers', () => {
  test.each([
    // What Kafka's own client computes.
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s is %i', (key, hash) => {
    expect(murmur2(utf8.encode(key))).toBe(hash)
    for (const n of [1, 3, 10, 48]) expect(kafkaHasher()(utf8.encode(key), n)).toBe((hash & 0x7fffffff) % n)
  })

  test('a hash with the high bit goes to three different places: Kafka masks it, kgo divides 64 bits, Sarama drops the sign', () => {
    for (const hash of [0xfffffffe, 0xfffffffe | 0]) {
      const of = () => hash
      expect(kafkaHasher(of)(new Uint8Array(), 7)).toBe(0x7ffffffe % 7)
      expect(saramaHasher(of)(new Uint8Array(), 7)).toBe(0xfffffffe % 7)
      expect(saramaCompatHasher(of)(new Uint8Array(), 7)).toBe(2)
    }
    for (const hasher of [kafkaHasher, saramaHasher, saramaCompatHasher]) expect(hasher(() => 23)(new Uint8Array(), 7)).toBe(2)
  })

  test('whatever the hash, the partition is one of the topic, and never a negative zero', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (hash, n) => {
        for (const hasher of [kafkaHasher, saramaHasher, saramaCompatHasher]) {
          const partition = hasher(() => hash)(new Uint8Array(), n)
          expect(partition >= 0 && partition < n && !Object.is(partition, -0)).toBe(true)
        }
      }),
    )
  })

  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('FNV-1a of "%s"', (text, hash) => {
    expect(fnv1a(utf8.encode(text)) >>> 0).toBe(hash)
  })
})

describe('sticky', () => {
  const make = (seed?: number) => stickyPartitioner({ random: seeded(seed) }).forTopic('orders') as TopicPartitionerOnNewBatch

  test('stays until a new batch, and then goes to another partition', () => {
    const partitioner = make()
    for (let batch = 0, last = -1; batch < 100; batch++) {
      const pick = partitioner.partition(unkeyed, 5)
      for (let i = 0; i < 10; i++) expect(partitioner.partition(record(`key-${i}`), 5)).toBe(pick)
      expect(pick).not.toBe(last)
      last = pick
      partitioner.onNewBatch()
    }
  })

  test('over many batches every partition has its share', () => {
    const partitioner = make(7)
    const picks = Array.from({ length: 4000 }, () => {
      partitioner.onNewBatch()
      return partitioner.partition(unkeyed, 4)
    })
    for (const n of counts(picks, 4)) expect(Math.abs(n - 1000)).toBeLessThan(150)
  })

  test('with one partition it stays there', () => {
    const partitioner = make()
    for (let i = 0; i < 5; i++) {
      expect(partitioner.partition(unkeyed, 1)).toBe(0)
      partitioner.onNewBatch()
    }
  })

  test('when partitions that it may choose become fewer, it chooses again', () => {
    const partitioner = stickyPartitioner({ random: () => 0.99 }).forTopic('orders')
    expect(partitioner.partition(unkeyed, 10)).toBe(9)
    expect(partitioner.partition(unkeyed, 3)).toBe(2)
  })

  test('a topic knows nothing of another', () => {
    const all = stickyPartitioner({ random: seeded() })
    const [one, other] = [all.forTopic('a'), all.forTopic('b')] as TopicPartitionerOnNewBatch[]
    const pick = one.partition(unkeyed, 100)
    other.onNewBatch()
    other.partition(unkeyed, 100)
    expect(one.partition(unkeyed, 100)).toBe(pick)
  })
})

describe('sticky with keys', () => {
  const make = () => stickyKeyPartitioner(undefined, { random: seeded() }).forTopic('orders') as TopicPartitionerOnNewBatch

  test('a key goes where Kafka puts it; an empty one is hashed, too; text and its bytes are the same key', () => {
    const partitioner = make()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 2, max: 100 }), (key, n) => {
        const bytes = utf8.encode(key)
        expect(partitioner.partition(record(key), n)).toBe((murmur2(bytes) & 0x7fffffff) % n)
        expect(partitioner.partition(record(bytes), n)).toBe((murmur2(bytes) & 0x7fffffff) % n)
      }),
    )
    expect(partitioner.requiresConsistency(record(''))).toBe(true)
    expect(partitioner.requiresConsistency(unkeyed)).toBe(false)
  })

  test('a batch that keyed records fill does not move those without a key', () => {
    const partitioner = make()
    const pick = partitioner.partition(unkeyed, 50)
    partitioner.partition(record('k'), 50)
    partitioner.onNewBatch()
    expect(partitioner.partition(unkeyed, 50)).toBe(pick)
    partitioner.onNewBatch()
    expect(partitioner.partition(unkeyed, 50)).not.toBe(pick)
  })

  test('takes any hasher: Sarama’s default is FNV-1a', () => {
    const partitioner = stickyKeyPartitioner(saramaCompatHasher(fnv1a)).forTopic('orders')
    expect(partitioner.partition(record('foobar'), 10)).toBe(Math.abs((0xbf9cf968 | 0) % 10))
  })
})

describe('least backup', () => {
  const make = (seed?: number) =>
    leastBackupPartitioner({ random: seeded(seed) }).forTopic('orders') as TopicBackupPartitioner & TopicPartitionerOnNewBatch

  test('takes the partition with the fewest records buffered, and stays until a new batch', () => {
    const partitioner = make()
    expect(partitioner.partitionByBackup(unkeyed, 3, iter(9, 2, 4))).toBe(1)
    expect(partitioner.partitionByBackup(unkeyed, 3, iter(0, 99, 0))).toBe(1)
    partitioner.onNewBatch()
    expect(partitioner.partitionByBackup(unkeyed, 3, iter(5, 99, 3))).toBe(2)
  })

  test('draws among equals with the same chance for each', () => {
    const partitioner = make(3)
    const picks = Array.from({ length: 3000 }, () => {
      partitioner.onNewBatch()
      return partitioner.partitionByBackup(unkeyed, 5, iter(1, 7, 1, 7, 1))
    })
    const [a, b, c, d, e] = counts(picks, 5)
    expect([b, d]).toEqual([0, 0])
    for (const n of [a, c, e]) expect(Math.abs(n - 1000)).toBeLessThan(120)
  })

  test('never picks one that is fuller than another', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1 }), (buffered, seed) => {
        const pick = make(seed).partitionByBackup(unkeyed, buffered.length, iter(...buffered))
        expect(buffered[pick]).toBe(Math.min(...buffered))
      }),
    )
  })
})

describe('round robin', () => {
  test('one after the other, keys or not, and from the beginning when there are fewer', () => {
    const partitioner = roundRobinPartitioner().forTopic('orders')
    expect(Array.from({ length: 7 }, (_, i) => partitioner.partition(record(`k${i}`), 3))).toEqual([0, 1, 2, 0, 1, 2, 0])
    expect(partitioner.partition(unkeyed, 1)).toBe(0)
    expect(partitioner.requiresConsistency(record('k'))).toBe(false)
  })
})

describe('manual and basic', () => {
  test('manual: a record that names no partition is refused, with the number of partitions', () => {
    expect(() => manualPartitioner().forTopic('orders').partition(unkeyed, 3)).toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD', message: expect.stringMatching(/partition is required.*orders has 3/) }),
    )
  })

  test('basic: a function per topic is asked with the record and the number of partitions, also of those without a leader', () => {
    const partitioner = basicConsistentPartitioner(topic => (r, n) => (topic.length + String(r.value).length) % n).forTopic('orders')
    expect(partitioner.partition(record(null, 'abc'), 7)).toBe(2)
    expect(partitioner.requiresConsistency(unkeyed)).toBe(true)
  })
})

describe('uniform bytes', () => {
  const make = (options = {}) => uniformBytesPartitioner({ random: seeded(), ...options }).forTopic('orders') as TopicBackupPartitioner

  test('fills a partition with so many bytes before it takes another', () => {
    const partitioner = make({ bytes: 1000, adaptive: false })
    const value = 'x'.repeat(100)
    const picks = Array.from({ length: 4000 }, () => partitioner.partitionByBackup(record(null, value), 4, iter(0, 0, 0, 0)))
    for (let i = 0; i < picks.length; i += 10) expect(new Set(picks.slice(i, i + 10)).size).toBe(1)
    for (const n of counts(picks, 4)) expect(Math.abs(n - 1000)).toBeLessThan(250)
  })

  test('adaptive: the less a partition has buffered, the more often it is taken; a full one hardly ever', () => {
    const partitioner = make({ bytes: 1 })
    const picks = Array.from({ length: 6000 }, () => partitioner.partitionByBackup(unkeyed, 3, iter(199, 100, 0)))
    const [full, half, empty] = counts(picks, 3)
    expect(full).toBeLessThan(80)
    expect(Math.abs(empty / half - 2)).toBeLessThan(0.3)
  })

  test('adaptive is off: what is buffered does not matter', () => {
    const partitioner = make({ bytes: 1, adaptive: false })
    const picks = Array.from({ length: 3000 }, () => partitioner.partitionByBackup(unkeyed, 3, iter(9999, 0, 0)))
    for (const n of counts(picks, 3)) expect(Math.abs(n - 1000)).toBeLessThan(120)
  })

  test('keys go where their hash says, unless keys do not matter', () => {
    const hasher = kafkaHasher()
    expect(make().partitionByBackup(record('k'), 50, iter())).toBe(hasher(utf8.encode('k'), 50))
    const without = make({ keys: false })
    const pick = without.partition(record('a'), 50)
    expect(without.partition(record('b'), 50)).toBe(pick)
    expect(without.requiresConsistency(record('a'))).toBe(false)
  })
})

test('what is buffered can be gone over once', () => {
  const backup = iter(3, 5)
  expect([backup.rem(), backup.next(), backup.next(), backup.rem()]).toEqual([2, [0, 3], [1, 5], 0])
  expect(() => backup.next()).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})
