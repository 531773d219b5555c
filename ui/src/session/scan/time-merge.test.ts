import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowOf } from '../testing/rows.js'
import { type Direction, laneOf, TimeMerge } from './time-merge.js'

const TOPIC = 'orders'
const keys = (count: number) => Array.from({ length: count }, (_, partition) => laneOf(TOPIC, partition))

/** Partitions of records whose time never goes back, as producers with one clock write them. */
const logs = fc.array(
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 }).map(gaps => {
    let at = 1_000
    return gaps.map(gap => (at += gap))
  }),
  { minLength: 1, maxLength: 5 },
)

/** Reads chunks of the given size from the wanted partitions until the merge is done. */
function run(direction: Direction, partitions: readonly number[][], limit: number, chunk: number, isMatch: (offset: number) => boolean) {
  const merge = new TimeMerge(direction, limit, keys(partitions.length))
  const at = partitions.map(log => (direction === 'oldest' ? 0 : log.length))
  const given = []
  let reads = 0
  for (const [p, log] of partitions.entries()) if (log.length === 0) merge.add(laneOf(TOPIC, p), [], null, true)
  while (!merge.isDone) {
    const wanted = merge.wanted()
    expect(wanted.length).toBeGreaterThan(0)
    for (const key of wanted) {
      const p = Number(key.split(' ')[0])
      const log = partitions[p]
      const [from, to] = direction === 'oldest' ? [at[p], Math.min(log.length, at[p] + chunk)] : [Math.max(0, at[p] - chunk), at[p]]
      at[p] = direction === 'oldest' ? to : from
      const offsets = Array.from({ length: to - from }, (_, i) => from + i)
      const rows = offsets.filter(isMatch).map(offset => rowOf({ topic: TOPIC, partition: p, offset, timestamp: log[offset] }))
      const readTo = direction === 'oldest' ? log[to - 1] : log[from]
      merge.add(key, rows, BigInt(readTo), direction === 'oldest' ? to === log.length : from === 0)
      reads++
    }
    given.push(...merge.take())
  }
  return { given, reads }
}

const naive = (direction: Direction, partitions: readonly number[][], limit: number, isMatch: (offset: number) => boolean) =>
  partitions
    .flatMap(log => log.filter((_, offset) => isMatch(offset)))
    .sort((a, b) => (direction === 'oldest' ? a - b : b - a))
    .slice(0, limit)

describe('the merge by time', () => {
  test('gives exactly the newest (oldest) matches over all partitions, in that order, whatever the chunks', () => {
    const directions = fc.constantFrom<Direction>('newest', 'oldest')
    fc.assert(
      fc.property(
        directions,
        logs,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 4 }),
        (direction, partitions, limit, chunk, every) => {
          const isMatch = (offset: number) => offset % every === 0
          const { given } = run(direction, partitions, limit, chunk, isMatch)
          expect(given.map(row => Number(row.timestamp))).toEqual(naive(direction, partitions, limit, isMatch))
          expect(new Set(given.map(row => `${row.partition} ${row.offset}`)).size).toBe(given.length)
        },
      ),
    )
  })

  test('a partition whose last record is old is not read further back', () => {
    const fresh = Array.from({ length: 100 }, (_, i) => 10_000 + i)
    const { reads } = run('newest', [fresh, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], 20, 5, () => true)
    expect(reads).toBeLessThanOrEqual(6)
  })

  test('only what can still be wanted waits; what found no place is where a later scan begins', () => {
    const merge = new TimeMerge('oldest', 2, keys(2))
    const row = (partition: number, offset: number, timestamp: number) => rowOf({ topic: TOPIC, partition, offset, timestamp })
    merge.add(laneOf(TOPIC, 0), [row(0, 10, 1), row(0, 11, 5), row(0, 12, 6)], 6n, false)
    expect(merge.take()).toEqual([])
    expect(merge.resumeAt(laneOf(TOPIC, 0))).toBe(12n)
    merge.add(laneOf(TOPIC, 1), [row(1, 0, 2)], 9n, true)
    expect(merge.take().map(one => [one.partition, one.offset])).toEqual([
      [0, 10n],
      [1, 0n],
    ])
    expect(merge.isDone).toBe(true)
    expect(merge.resumeAt(laneOf(TOPIC, 0))).toBe(11n)
  })

  test('a stop gives what waits', () => {
    const merge = new TimeMerge('newest', 10, keys(2))
    merge.add(laneOf(TOPIC, 0), [rowOf({ topic: TOPIC, partition: 0, offset: 1, timestamp: 5 })], 5n, false)
    expect([merge.take().length, merge.drain().length, merge.drain().length]).toEqual([0, 1, 0])
  })
})
