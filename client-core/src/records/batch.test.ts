import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32c } from '../bytes/crc32c.js'
import { codec } from '../compression/index.js'
import { BatchBuilder, noIdentity, stamp } from './batch-builder.js'
import { decodeBatches } from './decode.js'
import { type BatchRecordInput, encodeBatch } from './encode.js'
import { at, putInt32, putInt64 } from './layout.js'
import type { KafkaRecord } from './record.js'

const utf8 = new TextEncoder()
const bytes = (v: string | Uint8Array | null) => (typeof v === 'string' ? utf8.encode(v) : v)
const plain = (r: KafkaRecord) => ({
  key: r.key,
  value: r.value,
  timestamp: r.timestamp,
  headers: r.headers.map(h => ({ key: h.key, value: h.value })),
})
const one = (b: Uint8Array) => {
  const [batch] = decodeBatches(b)
  return batch
}
/** The same batch with other bytes and a CRC that fits them. */
function forged(batch: Uint8Array, change: (b: Uint8Array) => void): Uint8Array {
  const copy = batch.slice()
  change(copy)
  putInt32(copy, at.crc, crc32c(copy, at.attributes, copy.length) | 0)
  return copy
}

const anyBytes = fc.option(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 100 })), { nil: null })
const anyHeader = fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 40 }), value: anyBytes })
const anyRecord = fc.record({
  key: anyBytes,
  value: anyBytes,
  headers: fc.array(anyHeader, { maxLength: 5 }),
  timestamp: fc.oneof(fc.bigInt({ min: -1n, max: (1n << 63n) - 1n }), fc.bigInt({ min: 1_700_000_000_000n, max: 1_700_000_100_000n })),
})

describe('encode and decode', () => {
  test('any records come back as they went in: null and empty apart, headers in order, timestamps exact', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 30 }), records => {
        const batch = one(encodeBatch(records))
        expect([...batch].map(plain)).toEqual(
          records.map(r => ({
            key: bytes(r.key),
            value: bytes(r.value),
            timestamp: r.timestamp,
            headers: r.headers.map(h => ({ key: h.key, value: bytes(h.value) })),
          })),
        )
        expect(batch.run.lastTimestamp).toBe(records.at(-1)!.timestamp)
        expect([...records.map(r => r.timestamp)].sort((a, b) => Number(a > b) - Number(a < b)).at(-1)).toBe(batch.maxTimestamp)
      }),
    )
  })

  test('timestamps at both ends of int64 in one batch are exact: their difference wraps', () => {
    const timestamps = [-1n, (1n << 63n) - 1n, 0n, (1n << 63n) - 1n]
    const batch = one(encodeBatch(timestamps.map(timestamp => ({ value: null, timestamp }))))
    expect([...batch].map(r => r.timestamp)).toEqual(timestamps)
  })

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('a batch compressed with %s gives the same records', async name => {
    const records: BatchRecordInput[] = Array.from({ length: 200 }, (_, i) => ({
      key: `key-${i}`,
      value: `a value that repeats itself ${i % 7}`,
    }))
    const builder = new BatchBuilder(1 << 20)
    for (const r of records) builder.append(0, r.key ?? null, r.value)
    const loaded = await codec(name)
    const compressed = await builder.compress(loaded)
    expect(compressed!.length).toBeLessThan(builder.length)
    const batch = one(stamp(compressed!, noIdentity))
    expect(batch.isOpen).toBe(false)
    await batch.open(loaded)
    expect([...batch].map(r => new TextDecoder().decode(r.value!))).toEqual(records.map(r => r.value))
  })

  test('a batch that compression would make larger stays uncompressed', async () => {
    const builder = new BatchBuilder(1 << 20)
    builder.append(0, null, crypto.getRandomValues(new Uint8Array(500)))
    expect(await builder.compress(await codec('lz4'))).toBeUndefined()
  })

  test('a record that would outgrow the batch is refused and leaves it as it was', () => {
    const builder = new BatchBuilder(200)
    expect(builder.append(5, 'k', 'x'.repeat(100))).toBe(true)
    const before = builder.seal(noIdentity).slice()
    expect(builder.append(6, 'k', 'x'.repeat(100))).toBe(false)
    expect(builder.seal(noIdentity)).toEqual(before)
  })

  test('a batch sealed anew differs in its identity alone', () => {
    const builder = new BatchBuilder(1 << 20)
    builder.append(1, 'k', 'v')
    const first = one(builder.seal({ producerId: 5n, producerEpoch: 0, baseSequence: 10 }).slice())
    const second = one(builder.seal({ producerId: 5n, producerEpoch: 1, baseSequence: 0 }).slice())
    expect([first.producerId, first.producerEpoch, first.baseSequence]).toEqual([5n, 0, 10])
    expect([second.producerId, second.producerEpoch, second.baseSequence]).toEqual([5n, 1, 0])
    expect([...second].map(plain)).toEqual([...first].map(plain))
  })

  test('memory that held another batch leaves no trace in this one', () => {
    const held = new Uint8Array(4096)
    const memory = { take: () => held, give: () => {} }
    const first = new BatchBuilder(4096, 4096, memory)
    first.append(9, 'old key', 'old value'.repeat(50), [{ key: 'h', value: null }])
    first.seal({ producerId: 1n, producerEpoch: 1, baseSequence: 1 })
    const records = [{ key: 'a', value: 'b', timestamp: 3n }]
    const second = new BatchBuilder(4096, 4096, memory)
    second.append(3, 'a', 'b')
    expect(second.seal(noIdentity)).toEqual(encodeBatch(records))
  })

  test('memory that a batch outgrows is given back, and all of it at the end', () => {
    const taken: number[] = []
    const given: number[] = []
    const take = (bytes: number) => {
      taken.push(bytes)
      return new Uint8Array(bytes).fill(255)
    }
    const builder = new BatchBuilder(10_000, 1000, { take, give: ({ length }) => given.push(length) })
    for (let i = 0; i < 9; i++) expect(builder.append(0, null, 'x'.repeat(1000))).toBe(true)
    expect([taken, given]).toEqual([
      [1000, 2000, 4000, 8000, 10_000],
      [1000, 2000, 4000, 8000],
    ])
    expect(builder.seal(noIdentity)).toEqual(encodeBatch(Array.from({ length: 9 }, () => ({ value: 'x'.repeat(1000) }))))
    builder.release()
    expect(given).toEqual(taken)
  })
})

describe('reading a log', () => {
  const three = ['a', 'b', 'c'].map(value => encodeBatch([{ value }]))
  const log = () => {
    const out = new Uint8Array(three.reduce((n, b) => n + b.length, 0))
    let p = 0
    three.forEach((b, i) => {
      out.set(b, p)
      putInt64(out, p, BigInt(i * 10))
      p += b.length
    })
    return out
  }

  test('a partial batch at the end is ignored: the limit of a fetch cuts it', () => {
    const bytes = log()
    for (let cut = 1; cut < three[2].length; cut++) {
      expect([...decodeBatches(bytes.subarray(0, bytes.length - cut))].map(b => b.baseOffset)).toEqual([0n, 10n])
    }
  })

  test('a length that is negative or beyond the end stops the reading and throws nothing', () => {
    for (const length of [-1, -0x80000000, 0x7fffffff]) {
      const bytes = log()
      putInt32(bytes, three[0].length + at.length, length)
      expect([...decodeBatches(bytes)].map(b => b.baseOffset)).toEqual([0n])
    }
  })

  test('a wrong CRC names the batch; the batches before it are given out', () => {
    const bytes = log()
    bytes[three[0].length + at.records + 6] ^= 1
    const seen: bigint[] = []
    expect(() => {
      for (const batch of decodeBatches(bytes)) seen.push(batch.baseOffset)
    }).toThrow(expect.objectContaining({ code: 'CORRUPT_BATCH', message: expect.stringContaining('batch at offset 10 has CRC-32C') }))
    expect(seen).toEqual([0n])
  })

  test('the base offset and the leader epoch are not covered by the CRC: a broker sets them', () => {
    const bytes = three[0].slice()
    putInt64(bytes, at.baseOffset, 1n << 60n)
    putInt32(bytes, at.partitionLeaderEpoch, 7)
    const [record] = one(bytes)
    expect(record.offset).toBe(1n << 60n)
    expect(record.leaderEpoch).toBe(7)
  })

  test('asked from the middle of a batch, the records before are left out', () => {
    const batch = one(encodeBatch(['a', 'b', 'c', 'd'].map(value => ({ value }))))
    expect([...batch.run.from(2n)].map(r => r.offset)).toEqual([2n, 3n])
    expect([...batch.run.from(9n)]).toEqual([])
  })

  test('a run can be cut in two at any record', () => {
    const batch = one(encodeBatch(['a', 'b', 'c', 'd'].map(value => ({ value }))))
    for (let n = 0; n <= 5; n++) {
      const [first, rest] = batch.run.split(n)
      expect([...first, ...rest].map(r => r.offset)).toEqual([0n, 1n, 2n, 3n])
      expect(first.length).toBe(Math.min(n, 4))
      expect([...rest][0]?.offset).toBe(n < 4 ? BigInt(n) : undefined)
    }
  })

  test('an emptied batch of a compacted topic has no records but an end', () => {
    const emptied = forged(encodeBatch([{ value: 'x' }]).subarray(0, at.records), b => {
      putInt32(b, at.length, at.records - 12)
      putInt32(b, at.recordCount, 0)
      putInt32(b, at.lastOffsetDelta, 4)
    })
    const batch = one(emptied)
    expect([...batch]).toEqual([])
    expect(batch.lastOffset).toBe(4n)
  })
})

describe('a batch whose CRC is right but whose inside is not', () => {
  const good = encodeBatch([
    { key: 'key', value: 'value', headers: [{ key: 'h', value: 'x' }] },
    { key: null, value: 'second' },
  ])
  test.each<[string, (b: Uint8Array) => void]>([
    ['claims more records than it has', b => putInt32(b, at.recordCount, 3)],
    ['claims fewer records than it has', b => putInt32(b, at.recordCount, 1)],
    ['claims a negative number of records', b => putInt32(b, at.recordCount, -1)],
    ['claims a billion records', b => putInt32(b, at.recordCount, 1_000_000_000)],
    ['has a record longer than the batch', b => (b[at.records] = 0x7e)],
    ['has offsets that do not rise', b => (b[at.records + 3] = 2)],
    ['has a key longer than its record', b => (b[at.records + 4] = 0x7e)],
    ['has a key of a length below -1', b => (b[at.records + 4] = 3)],
    ['has a varint without an end', b => b.fill(0xff, at.records)],
  ])('%s: one typed error', (_, change) => {
    expect(() => [...decodeBatches(forged(good, change))].map(b => [...b])).toThrow(expect.objectContaining({ code: 'CORRUPT_BATCH' }))
  })

  test('any damage behind the header gives an error or records, never a crash or a read beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: at.records, max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), (position, value) => {
        const bytes = forged(good, b => {
          b[position] = value
        })
        try {
          for (const batch of decodeBatches(bytes)) for (const r of batch) plain(r)
        } catch (error) {
          expect((error as { code: string }).code).toBe('CORRUPT_BATCH')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('a bomb inside a batch is stopped at the limit', async () => {
  const builder = new BatchBuilder(1 << 26)
  for (let i = 0; i < 20; i++) builder.append(0, null, new Uint8Array(1 << 20))
  const loaded = await codec('zstd')
  const batch = one(stamp((await builder.compress(loaded))!, noIdentity))
  expect(batch.bytes.length).toBeLessThan(100_000)
  await expect((async () => batch.open(loaded, 1 << 20))()).rejects.toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE' })
})

test('a copied record holds its own bytes', () => {
  const batch = encodeBatch([{ key: 'k', value: 'v', headers: [{ key: 'h', value: 'x' }], timestamp: 5n }])
  const [record] = one(batch)
  const before = plain(record)
  const copy = record.copy()
  batch.fill(0, at.records)
  expect(plain(copy)).toEqual({
    ...before,
    key: utf8.encode('k'),
    value: utf8.encode('v'),
    headers: [{ key: 'h', value: utf8.encode('x') }],
  })
  expect(copy.key!.buffer).not.toBe(batch.buffer)
})
