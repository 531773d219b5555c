import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../client/options.js'
import { codec } from '../compression/index.js'
import { encodeBatch } from '../records/encode.js'
import { putInt64 } from '../records/layout.js'
import { segment } from '../records/testing/fixtures.js'
import { joined, stored } from '../records/testing/message-sets.js'
import { toMessageSet } from '../records/to-message-set.js'
import { type AnsweredPartition, type Processed, processPartition } from './process.js'

const { consumer: defaults } = resolveOptions({ transport: { connect: () => Promise.reject(new Error('never dialled')) } as never })
const answered = (records: Uint8Array) => ({ records, abortedTransactions: null }) as unknown as AnsweredPartition
const read = (records: Uint8Array, offset = 0n, options = defaults) =>
  processPartition(answered(records), { topic: 'old', partition: 0, offset, lastEpoch: -1 }, options, undefined)
const offsets = ({ runs }: Processed) => runs.flatMap(run => [...run].map(r => r.offset))
const values = (n: number) => Array.from({ length: n }, (_, i) => ({ value: `a value that repeats itself ${i}` }))

describe('what brokers before 0.11 stored', () => {
  test.each(['kcatold-lz4.0', 'kcatold-gzip.0', 'kcatv0-snappy.0'])(
    '%s: asked for the middle of a compressed set, what is before is left out',
    async name => {
      const processed = await read(await segment(name), 600n)
      expect(offsets(processed)).toEqual(Array.from({ length: 76 }, (_, i) => BigInt(600 + i)))
      expect(processed.nextOffset).toBe(676n)
      const [{ batch }] = processed.runs
      expect([batch.topic, batch.partition]).toEqual(['old', 0])
    },
  )

  test('a compressed set whose outer offset is 0 is not taken for one that lies before the position', async () => {
    const set = stored(await toMessageSet(encodeBatch(values(20)), 1, await codec('gzip')), [0n])
    expect(offsets(await read(set, 15n))).toEqual([15n, 16n, 17n, 18n, 19n])
  })

  test('messages and batches behind each other are read in one go', async () => {
    const batch = encodeBatch(values(2))
    putInt64(batch, 0, 3n)
    const processed = await read(joined(await toMessageSet(encodeBatch(values(3)), 1), batch))
    expect(offsets(processed)).toEqual([0n, 1n, 2n, 3n, 4n])
    expect([processed.nextOffset, processed.lastEpoch, processed.error]).toEqual([5n, -1, undefined])
  })
})

describe('a batch that cannot be read', () => {
  test('ends the run behind what came before it, and tells where to go on', async () => {
    const big = stored(await toMessageSet(encodeBatch([{ value: 'x'.repeat(10_000) }]), 1, await codec('gzip')), [1n])
    const processed = await read(joined(await toMessageSet(encodeBatch(values(1)), 1), big), 0n, {
      ...defaults,
      maxDecompressedBytes: 1_000,
    })
    expect(offsets(processed)).toEqual([0n])
    expect(processed.error).toMatchObject({
      code: 'DECOMPRESSED_TOO_LARGE',
      offset: 1n,
      nextOffset: 2n,
      message: expect.stringContaining('setOffsets to 2 skips it'),
    })
  })

  test('whose header is damaged tells no place behind it, also after batches that were skipped', async () => {
    const broken = encodeBatch(values(1))
    broken[70] ^= 1
    const processed = await read(joined(encodeBatch(values(1)), broken), 1n)
    expect(processed.error).toMatchObject({ code: 'CORRUPT_BATCH', offset: 1n, nextOffset: -1n })
  })
})
