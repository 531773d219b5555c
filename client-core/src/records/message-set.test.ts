import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codec } from '../compression/index.js'
import type { RecordBatch } from './batch.js'
import { decodeBatches } from './decode.js'
import { type BatchRecordInput, encodeBatch } from './encode.js'
import { messageAt, putInt32, putInt64 } from './layout.js'
import type { KafkaRecord } from './record.js'
import { forgedMessage, joined, starts, stored } from './testing/message-sets.js'
import { toMessageSet } from './to-message-set.js'

const codecs = ['gzip', 'snappy', 'lz4'] as const
const plain = (r: KafkaRecord) => ({ offset: r.offset, timestamp: r.timestamp, key: r.key, value: r.value, headers: r.headers })
const text = (r: KafkaRecord) => r.value && new TextDecoder().decode(r.value)
const values = (n: number): BatchRecordInput[] =>
  Array.from({ length: n }, (_, i) => ({ key: `k${i}`, value: `a value that repeats itself ${i}`, timestamp: BigInt(1_000 + i) }))

async function opened(bytes: Uint8Array): Promise<RecordBatch[]> {
  const batches = [...decodeBatches(bytes)]
  for (const batch of batches) if (batch.codec) await batch.open(await codec(batch.codec))
  return batches
}
const all = async (bytes: Uint8Array) => (await opened(bytes)).flatMap(batch => [...batch])
async function compressed(records: BatchRecordInput[], magic: 0 | 1, name: (typeof codecs)[number] = 'gzip', wrapperOffset?: bigint) {
  const set = await toMessageSet(encodeBatch(records), magic, await codec(name))
  return wrapperOffset === undefined ? set : stored(set, [wrapperOffset])
}
/** One compressed message around any bytes. */
async function around(inner: Uint8Array, magic: 0 | 1, offset: bigint): Promise<Uint8Array> {
  const packed = await (await codec('gzip')).compress(inner)
  const set = await toMessageSet(encodeBatch([{ value: packed }]), magic)
  return stored(
    forgedMessage(set, 0, m => (m[messageAt.attributes] = 1)),
    [offset],
  )
}
const refusal = (message: string) => expect.objectContaining({ code: 'CORRUPT_BATCH', message: expect.stringContaining(message) })

const anyBytes = fc.option(fc.uint8Array({ maxLength: 60 }), { nil: null })
const anyRecord = fc.record({
  key: anyBytes,
  value: anyBytes,
  timestamp: fc.oneof(fc.bigInt({ min: -1n, max: (1n << 62n) - 1n }), fc.bigInt({ min: 1_700_000_000_000n, max: 1_700_000_100_000n })),
})

describe('there and back', () => {
  test.each([0, 1] as const)('any records of magic %i come back: null and empty apart, timestamps exact or gone', async magic => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
        fc.option(fc.constantFrom(...codecs), { nil: undefined }),
        async (records, name) => {
          const set = await toMessageSet(encodeBatch(records), magic, name && (await codec(name)))
          expect((await all(set)).map(plain)).toEqual(
            records.map(({ key, value, timestamp }, i) => ({
              offset: BigInt(i),
              timestamp: magic === 1 ? timestamp : -1n,
              key,
              value,
              headers: [],
            })),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('the largest timestamp is the largest, also when it is not the last', async () => {
    const records = [5n, 9n, 7n, -1n].map(timestamp => ({ value: 'x', timestamp }))
    for (const set of [await toMessageSet(encodeBatch(records), 1), await compressed([...records, ...values(20)], 1)]) {
      const [batch] = await opened(set)
      expect(batch.maxTimestamp).toBe([...batch].reduce((max, r) => (r.timestamp > max ? r.timestamp : max), -1n))
      expect(batch.run.lastTimestamp).toBe([...batch].at(-1)!.timestamp)
    }
  })

  test('headers cannot be written: an error names them, instead of losing them', async () => {
    const batch = encodeBatch([{ value: 'a' }, { value: 'b', headers: [{ key: 'trace', value: '1' }] }])
    expect(() => toMessageSet(batch, 1)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FEATURE',
        message: expect.stringContaining('record 1 of the batch has 1 headers (the first is "trace")'),
      }),
    )
  })

  test('a batch that is compressed already is refused', async () => {
    const batch = encodeBatch(values(50), { codec: await codec('lz4') })
    expect(() => toMessageSet(batch, 1)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  test('compression that saves nothing leaves plain messages', async () => {
    const records = [{ value: crypto.getRandomValues(new Uint8Array(500)) }]
    const [batch] = await opened(await compressed(records, 1))
    expect(batch.codec).toBeUndefined()
  })

  test('LZ4 inside magic 0 has the header checksum that old brokers want, inside magic 1 the right one (KIP-57)', async () => {
    // What librdkafka writes for blocks of 64 KB without checksums.
    const at = (set: Uint8Array) => {
      const i = set.findIndex((_, p) => set[p] === 0x04 && set[p + 1] === 0x22 && set[p + 2] === 0x4d && set[p + 3] === 0x18)
      return set[i + 6]
    }
    expect(at(await compressed(values(50), 0, 'lz4'))).toBe(0x1a)
    expect(at(await compressed(values(50), 1, 'lz4'))).toBe(0x82)
  })
})

describe('offsets of a compressed message', () => {
  test('magic 1: the outer one is the last; gaps that compaction left inside stay', async () => {
    const inner = stored(await toMessageSet(encodeBatch(values(3)), 1), [0n, 4n, 9n])
    const [batch] = await opened(await around(inner, 1, 109n))
    expect([...batch].map(r => r.offset)).toEqual([100n, 104n, 109n])
    expect([batch.baseOffset, batch.lastOffset, batch.numRecords]).toEqual([100n, 109n, 3])
  })

  test('magic 1: when its first messages are gone, the others keep their offsets', async () => {
    const inner = stored(await toMessageSet(encodeBatch(values(2)), 1), [7n, 9n])
    const [batch] = await opened(await around(inner, 1, 109n))
    expect([...batch].map(r => r.offset)).toEqual([107n, 109n])
  })

  test('magic 1: an outer offset of 0 was never set: what is inside counts as it is', async () => {
    const batch = (await opened(await compressed(values(20), 1, 'gzip', 0n)))[0]
    expect([...batch].map(r => r.offset)).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i)))
    expect(batch.lastOffset).toBe(19n)
  })

  test('magic 1: an outer offset below the last one inside is refused', async () => {
    await expect(compressed(values(20), 1, 'gzip', 5n).then(all)).rejects.toThrow(refusal('holds a message at the larger offset 19'))
  })

  test('magic 0: the ones inside are absolute, whatever the outer says', async () => {
    const inner = stored(await toMessageSet(encodeBatch(values(3)), 0), [50n, 51n, 52n])
    expect((await all(await around(inner, 0, 52n))).map(r => r.offset)).toEqual([50n, 51n, 52n])
  })

  test('before it is opened it knows the offset of its last record, and no more', async () => {
    const [batch] = decodeBatches(await compressed(values(20), 1, 'gzip', 119n))
    expect([batch.lastOffset, batch.numRecords, batch.isOpen, batch.uncompressedBytes]).toEqual([119n, -1, false, -1])
    expect(() => [...batch]).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    await batch.open(await codec('gzip'))
    expect([batch.baseOffset, batch.lastOffset, batch.numRecords]).toEqual([100n, 119n, 20])
    expect(batch.uncompressedBytes).toBeGreaterThan(batch.compressedBytes)
  })

  test('offsets beyond 2^53 are exact', async () => {
    const base = (1n << 62n) + 1n
    const inner = await toMessageSet(encodeBatch(values(3)), 1)
    expect((await all(await around(inner, 1, base + 2n))).map(r => r.offset)).toEqual([base, base + 1n, base + 2n])
    expect((await all(stored(inner, [base, base + 1n, base + 5n]))).map(r => r.offset)).toEqual([base, base + 1n, base + 5n])
  })
})

describe('times', () => {
  test('the broker’s time on the outside counts for all records inside', async () => {
    const set = forgedMessage(await compressed(values(20), 1), 0, m => {
      m[messageAt.attributes] |= 0x08
      putInt64(m, messageAt.timestamp, 5_000n)
    })
    const [batch] = await opened(set)
    expect(batch.attrs.timestampType).toBe('LogAppendTime')
    expect(new Set([...batch].map(r => r.timestamp))).toEqual(new Set([5_000n]))
  })

  test('plain messages that the broker stamped at different times keep their own', async () => {
    let set = await toMessageSet(encodeBatch(values(4)), 1)
    for (const [i, p] of starts(set).entries()) {
      set = forgedMessage(set, p, m => {
        m[messageAt.attributes] = 0x08
        putInt64(m, messageAt.timestamp, i < 2 ? 100n : 200n)
      })
    }
    const batches = await opened(set)
    expect(batches.map(b => b.numRecords)).toEqual([2, 2])
    expect(batches.flatMap(b => [...b]).map(r => r.timestamp)).toEqual([100n, 100n, 200n, 200n])
  })
})

describe('a log that grew over the years', () => {
  test('message sets of magic 0 and 1 and batches follow each other; neighbours of one kind are one batch', async () => {
    const log = joined(
      stored(await toMessageSet(encodeBatch(values(3)), 0), [0n, 1n, 2n]),
      stored(await toMessageSet(encodeBatch(values(2)), 1), [3n, 4n]),
      await compressed(values(10), 1, 'snappy', 14n),
      stored(await toMessageSet(encodeBatch(values(1)), 1), [15n]),
      (() => {
        const batch = encodeBatch(values(2))
        putInt64(batch, 0, 16n)
        return batch
      })(),
    )
    const batches = await opened(log)
    expect(batches.map(b => [b.magic, b.numRecords])).toEqual([
      [0, 3],
      [1, 2],
      [1, 10],
      [1, 1],
      [2, 2],
    ])
    expect(batches.flatMap(b => [...b]).map(r => r.offset)).toEqual(Array.from({ length: 18 }, (_, i) => BigInt(i)))
    expect(batches.reduce((n, b) => n + b.bytes.length, 0)).toBe(log.length)
  })

  test('plain messages are grouped by the megabyte: a kept record keeps no more than that', async () => {
    const records = Array.from({ length: 30 }, () => ({ value: new Uint8Array(100_000) }))
    const batches = await opened(await toMessageSet(encodeBatch(records), 1))
    expect(batches.map(b => b.numRecords)).toEqual([11, 11, 8])
  })

  test('a run begins, ends and is cut at any message', async () => {
    const [batch] = await opened(stored(await toMessageSet(encodeBatch(values(4)), 1), [10n, 12n, 13n, 20n]))
    expect([...batch.run.from(13n)].map(r => r.offset)).toEqual([13n, 20n])
    const [first, rest] = batch.run.split(3)
    expect([[...first].length, [...rest][0].offset]).toEqual([3, 20n])
  })

  test('a damaged message is refused by name; those before it are given out', async () => {
    const set = await toMessageSet(encodeBatch(values(3)), 1)
    set[starts(set)[2] + 40] ^= 1
    const seen: (string | null)[] = []
    expect(() => {
      for (const batch of decodeBatches(set)) for (const r of batch) seen.push(text(r))
    }).toThrow(refusal('the message at offset 2 has CRC-32 0x'))
    expect(seen).toHaveLength(2)
  })

  test('wherever the fetch is cut off, whole messages come and nothing is thrown', async () => {
    const set = await toMessageSet(encodeBatch(values(3)), 1)
    const ends = [...starts(set).slice(1), set.length]
    for (let cut = 0; cut <= set.length; cut++) {
      expect((await all(set.subarray(0, cut))).length).toBe(ends.filter(end => end <= cut).length)
    }
  })
})

describe('hostile sets', () => {
  test('a compressed message inside a compressed message is refused', async () => {
    const inner = await compressed(values(20), 1)
    await expect(around(inner, 1, 100n).then(all)).rejects.toThrow(refusal('holds a set of messages one of which is compressed again'))
  })

  test('a message of another magic inside is refused', async () => {
    const inner = await toMessageSet(encodeBatch(values(2)), 0)
    await expect(around(inner, 1, 100n).then(all)).rejects.toThrow(refusal('one of which has magic 0, not 1'))
  })

  test.each<[string, (inner: Uint8Array) => Uint8Array, string]>([
    ['cut off', inner => inner.subarray(0, inner.length - 1), 'is not whole'],
    ['empty', () => new Uint8Array(0), 'that is empty'],
    ['of offsets that fall', inner => stored(inner, [5n, 4n]), 'follows one at offset 5'],
    ['of offsets that stand', inner => stored(inner, [5n, 5n]), 'follows one at offset 5'],
    ['of offsets too far apart', inner => stored(inner, [0n, 1n << 33n]), 'follows one at offset 0'],
    ['with a batch of magic 2 in it', () => encodeBatch(values(1)), 'has magic 2'],
  ])('a set inside that is %s is refused', async (_, change, message) => {
    const inner = change(await toMessageSet(encodeBatch(values(2)), 1))
    await expect(around(inner, 1, 1n << 34n).then(all)).rejects.toThrow(refusal(message))
  })

  test.each<[string, (m: Uint8Array) => void, string]>([
    ['a key longer than the message', m => putInt32(m, 26, 0x7fffffff), 'has a key of 2147483647 bytes'],
    ['a key of a length below -1', m => putInt32(m, 26, -2), 'has a key of -2 bytes'],
    ['a value shorter than what is there', m => putInt32(m, 32, 3), 'bytes more than its fields'],
    ['a value longer than the message', m => putInt32(m, 32, 999), 'has a value of 999 bytes'],
    ['an unknown codec', m => (m[messageAt.attributes] = 7), ''],
  ])('%s is refused', async (_, change, message) => {
    const set = forgedMessage(await toMessageSet(encodeBatch([{ key: 'k1', value: 'value' }]), 1), 0, change)
    await expect(all(set)).rejects.toMatchObject(
      message ? { code: 'CORRUPT_BATCH', message: expect.stringContaining(message) } : { code: 'UNKNOWN_CODEC' },
    )
  })

  test('a compressed message without a value is refused', async () => {
    const set = forgedMessage(await toMessageSet(encodeBatch([{ value: null }]), 1), 0, m => (m[messageAt.attributes] = 1))
    await expect(all(set)).rejects.toThrow(refusal('is compressed and has no value'))
  })

  test.each(codecs)('a bomb of %s is stopped at the limit', async name => {
    const bomb = await compressed([{ value: new Uint8Array(20 << 20) }], 1, name)
    const [batch] = decodeBatches(bomb)
    await expect((async () => batch.open(await codec(name), 1 << 20))()).rejects.toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE' })
  })

  test.each([0, 1] as const)('any damage to magic %i gives records or a typed error, never a crash', async magic => {
    const plainSet = await toMessageSet(encodeBatch(values(3)), magic)
    const second = starts(plainSet)[1]
    fc.assert(
      fc.property(fc.integer({ min: messageAt.magic, max: second - 1 }), fc.integer({ min: 0, max: 255 }), (position, value) => {
        const set = forgedMessage(plainSet, 0, m => {
          m[position] = value
        })
        try {
          for (const batch of decodeBatches(set)) if (batch.isOpen) for (const r of batch) plain(r)
        } catch (error) {
          expect((error as { code: string }).code).toBe('CORRUPT_BATCH')
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('any bytes inside a compressed message give records or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>, async (inner, magic) => {
        const error = await around(inner, magic, 9n)
          .then(all)
          .then(
            () => undefined,
            (e: { code: string }) => e,
          )
        if (error) expect(error.code).toBe('CORRUPT_BATCH')
      }),
      { numRuns: 200 },
    )
  })
})
