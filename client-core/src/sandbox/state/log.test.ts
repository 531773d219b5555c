import { describe, expect, test } from 'vitest'
import { batchOf } from '../testing/setup.js'
import { EpochHistory } from './epochs.js'
import { Log } from './log.js'

function filled(...counts: number[]): Log {
  const log = new Log()
  for (const count of counts) log.append(batchOf(Array.from({ length: count }, () => 'x')), 0)
  return log
}
const ranges = (log: Log) => log.batches.map(b => [b.baseOffset, b.lastOffset])
const total = (chunks: Uint8Array[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0)

describe('the log', () => {
  test('gives offsets one after the other, also beyond 2^53', () => {
    const log = new Log(2n ** 53n)
    log.append(batchOf(['a', 'b']), 3)
    log.append(batchOf(['c']), 3)
    expect(ranges(log)).toEqual([
      [2n ** 53n, 2n ** 53n + 1n],
      [2n ** 53n + 2n, 2n ** 53n + 2n],
    ])
    expect(log.endOffset).toBe(2n ** 53n + 3n)
  })

  test('reads from the batch that holds an offset, up to a limit that is not inside a batch', () => {
    const log = filled(2, 3, 1)
    const size = (from: bigint, upTo: bigint) => log.read(from, upTo, 1e6, true).length
    expect([size(0n, 6n), size(1n, 6n), size(2n, 6n), size(5n, 6n), size(6n, 6n)]).toEqual([3, 3, 2, 1, 0])
    expect([size(0n, 5n), size(0n, 4n), size(0n, 2n), size(0n, 1n)]).toEqual([2, 1, 1, 0])
  })

  test('a gap is read over', () => {
    const log = filled(1)
    log.skip(10n)
    log.append(batchOf(['b']), 0)
    expect(ranges(log)).toEqual([
      [0n, 0n],
      [11n, 11n],
    ])
    expect(log.read(5n, 12n, 1e6, true)).toHaveLength(1)
    expect(log.endOffset).toBe(12n)
  })

  test('skipping in an empty log moves its start too', () => {
    const log = new Log()
    log.skip(5n)
    expect([log.startOffset, log.endOffset]).toEqual([5n, 5n])
  })

  test('bytes are cut at the limit, but never a first batch', () => {
    const log = filled(1, 1, 1)
    const size = log.batches[0].bytes.length
    expect(total(log.read(0n, 3n, size * 2 + 5, true))).toBe(size * 2 + 5)
    expect(total(log.read(0n, 3n, 5, true))).toBe(size)
    expect(total(log.read(0n, 3n, 5, false))).toBe(0)
    expect(total(log.read(0n, 3n, size * 2, false))).toBe(size * 2)
  })

  test('counting stops where it is enough', () => {
    const log = filled(1, 1, 1)
    const size = log.batches[0].bytes.length
    expect(log.readableBytes(0n, 3n, 1)).toBe(size)
    expect(log.readableBytes(0n, 3n, size + 1)).toBe(2 * size)
    expect(log.readableBytes(0n, 1n, 1e6)).toBe(size)
  })

  test('deleting keeps the batch that the new start lies in', () => {
    const log = filled(2, 3, 1)
    log.deleteBefore(3n)
    expect([log.startOffset, ranges(log)]).toEqual([
      3n,
      [
        [2n, 4n],
        [5n, 5n],
      ],
    ])
    log.deleteBefore(1n)
    expect(log.startOffset).toBe(3n)
    log.deleteBefore(99n)
    expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([6n, 6n, 0])
  })

  test('truncating takes the batch that the offset lies in', () => {
    const log = filled(2, 3, 1)
    log.truncateTo(3n)
    expect([ranges(log), log.endOffset, log.sizeBytes]).toEqual([[[0n, 1n]], 3n, log.batches[0].bytes.length])
    log.truncateTo(9n)
    expect(log.endOffset).toBe(3n)
  })
})

describe('leader epochs', () => {
  test('an epoch that wrote nothing is not there: the one before ends where the next begins', () => {
    const epochs = new EpochHistory()
    epochs.assign(0, 0n)
    epochs.assign(3, 10n)
    epochs.assign(3, 12n)
    expect(epochs.endOffsetFor(0, 20n)).toEqual({ epoch: 0, endOffset: 10n })
    expect(epochs.endOffsetFor(1, 20n)).toEqual({ epoch: 0, endOffset: 10n })
    expect(epochs.endOffsetFor(3, 20n)).toEqual({ epoch: 3, endOffset: 20n })
    expect(epochs.endOffsetFor(4, 20n)).toEqual({ epoch: -1, endOffset: -1n })
    expect(epochs.endOffsetFor(-1, 20n)).toEqual({ epoch: -1, endOffset: -1n })
    expect([epochs.at(9n), epochs.at(10n)]).toEqual([0, 3])
  })

  test('an epoch before the oldest that is known ends where that one begins', () => {
    const epochs = new EpochHistory()
    epochs.assign(2, 5n)
    epochs.assign(3, 7n)
    expect(epochs.endOffsetFor(1, 9n)).toEqual({ epoch: 1, endOffset: 5n })
    epochs.deleteBefore(8n)
    expect(epochs.endOffsetFor(2, 9n)).toEqual({ epoch: 2, endOffset: 8n })
    expect(epochs.at(8n)).toBe(3)
  })
})
