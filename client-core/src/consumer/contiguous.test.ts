import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContiguousOffsets } from './contiguous.js'

const at = (offset: bigint | number, partition = 0, leaderEpoch = 3, topic = 'orders') => ({
  topic,
  partition,
  offset: BigInt(offset),
  leaderEpoch,
})
const begun = (...offsets: number[]) => {
  const tracked = new ContiguousOffsets()
  for (const offset of offsets) tracked.begin(at(offset))
  return tracked
}

describe('what is safe to commit', () => {
  test('is nothing while the first record is unfinished, whatever else is done', () => {
    const tracked = begun(5, 6, 7)
    tracked.done(at(7))
    tracked.done(at(6))
    expect(tracked.committable('orders', 0)).toBeUndefined()
    expect(tracked.offsets()).toEqual(new Map())
    expect(tracked.unfinished()).toBe(1)
  })

  test('is the first unfinished record once all before it are done, and one beyond the last when all are', () => {
    const tracked = begun(5, 6, 7)
    tracked.done(at(5))
    expect(tracked.committable('orders', 0)).toEqual({ offset: 6n, epoch: 3 })
    tracked.done(at(7))
    expect(tracked.committable('orders', 0)).toEqual({ offset: 6n, epoch: 3 })
    tracked.done(at(6))
    expect(tracked.committable('orders', 0)).toEqual({ offset: 8n, epoch: 3 })
  })

  test('goes over offsets that no record has: compacted, aborted, markers', () => {
    const tracked = begun(5, 90)
    tracked.done(at(5))
    expect(tracked.committable('orders', 0)?.offset).toBe(90n)
  })

  test('has the leader epoch of the last record that counts', () => {
    const tracked = new ContiguousOffsets()
    tracked.begin(at(1, 0, 4))
    tracked.begin(at(2, 0, 5))
    tracked.done(at(1))
    expect(tracked.committable('orders', 0)).toEqual({ offset: 2n, epoch: 4 })
    tracked.done(at(2))
    expect(tracked.committable('orders', 0)).toEqual({ offset: 3n, epoch: 5 })
  })

  test('is found for each partition by itself', () => {
    const tracked = new ContiguousOffsets()
    for (const partition of [0, 1]) for (const offset of [1, 2]) tracked.begin(at(offset, partition))
    tracked.begin(at(8, 0, 3, '__proto__'))
    tracked.done(at(2, 0))
    tracked.done(at(1, 1))
    tracked.done(at(8, 0, 3, '__proto__'))
    expect(tracked.offsets()).toEqual(
      new Map([
        ['orders', new Map([[1, { offset: 2n, epoch: 3 }]])],
        ['__proto__', new Map([[0, { offset: 9n, epoch: 3 }]])],
      ]),
    )
    expect([tracked.unfinished(), tracked.unfinished('orders'), tracked.unfinished('orders', 0)]).toEqual([2, 2, 1])
  })
})

test('done twice is once, and what was never begun does not count', () => {
  const tracked = begun(1, 2, 3)
  for (const offset of [1, 1, 1, 99, 0]) tracked.done(at(offset))
  tracked.done(at(1, 7))
  expect([tracked.committable('orders', 0)?.offset, tracked.unfinished()]).toEqual([2n, 2])
})

test('read again from an earlier offset, that one is unfinished again', () => {
  const tracked = begun(1, 2, 3)
  for (const offset of [1, 2, 3]) tracked.done(at(offset))
  tracked.begin(at(2))
  expect([tracked.committable('orders', 0)?.offset, tracked.unfinished()]).toEqual([2n, 1])
  tracked.begin(at(1))
  expect([tracked.committable('orders', 0), tracked.unfinished()]).toEqual([undefined, 1])
})

test('a partition that went to somebody else is not ours to commit', () => {
  const tracked = begun(1, 2)
  tracked.done(at(1))
  tracked.forget('orders', 0)
  tracked.done(at(2))
  expect([tracked.offsets().size, tracked.unfinished()]).toEqual([0, 0])
  tracked.begin(at(5))
  tracked.forget('orders')
  tracked.forget('never', 1)
  expect(tracked.unfinished()).toBe(0)
})

describe('in any order', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 })

  test('no record below the offset is unfinished, the one at it is, and when all are done it is behind the last', () => {
    fc.assert(
      fc.property(gaps, fc.infiniteStream(fc.nat()), (steps, choices) => {
        let last = 0n
        const offsets = steps.map(step => (last += BigInt(step)))
        const tracked = new ContiguousOffsets()
        const unfinished = new Set<bigint>()
        const waiting = [...offsets]
        const draw = choices[Symbol.iterator]()
        while (waiting.length > 0 || unfinished.size > 0) {
          const chance = draw.next().value
          if (waiting.length > 0 && (chance % 3 !== 0 || unfinished.size === 0)) {
            tracked.begin(at(waiting[0]))
            unfinished.add(waiting.shift()!)
          } else {
            const offset = [...unfinished][chance % unfinished.size]
            tracked.done(at(offset))
            unfinished.delete(offset)
          }
          const safe = tracked.committable('orders', 0)?.offset
          expect(tracked.unfinished()).toBe(unfinished.size)
          if (safe === undefined) expect(unfinished.has(offsets[0])).toBe(true)
          else {
            expect([...unfinished].every(offset => offset >= safe)).toBe(true)
            if (unfinished.size > 0) expect(unfinished.has(safe)).toBe(true)
          }
        }
        expect(tracked.committable('orders', 0)?.offset).toBe(offsets.at(-1)! + 1n)
      }),
      { numRuns: 300 },
    )
  })

  test('over a hundred thousand records, each done fifty after it began, the offset follows', () => {
    const tracked = new ContiguousOffsets()
    for (let i = 0; i < 100_000; i++) {
      tracked.begin(at(i))
      if (i < 50) continue
      tracked.done(at(i - 50))
      expect(tracked.committable('orders', 0)!.offset).toBe(BigInt(i - 49))
    }
    expect(tracked.unfinished()).toBe(50)
  })
})
