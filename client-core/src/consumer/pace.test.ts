import { expect, test, vi } from 'vitest'
import { resolveOptions } from '../client/options.js'
import { virtualClock } from '../clock.js'
import { type CodecName, codec } from '../compression/index.js'
import { encodeBatch } from '../records/encode.js'
import type { Lease } from '../records/lease.js'
import { keepPace, makeRoom } from './pace.js'
import { type AnsweredPartition, processPartition } from './process.js'
import { Recycler } from './recycler.js'

vi.mock('./pace.js', { spy: true })

/** Bytes of objects made for so many batches. */
function made(batches: number, bytes: number, records: number): number {
  let elements = 0
  for (let i = 0; i < batches; i++) elements += keepPace(bytes, records)
  return 8 * elements
}

test('large records are followed by young objects, in proportion to their bytes', () => {
  const [few, many] = [made(100, 100_000, 100), made(1000, 100_000, 100)]
  expect(few).toBeGreaterThan(0.25 * 100 * 100_000)
  expect(few).toBeLessThan(0.5 * 100 * 100_000)
  expect(many / few).toBeCloseTo(10, 0)
})

test('small records leave enough behind themselves', () => {
  expect(made(1000, 100_000, 1000)).toBe(0)
})

test('small records before do not make up for large ones: what they left is collected already', () => {
  made(10_000, 100_000, 5000)
  expect(made(10, 1_000_000, 100)).toBeGreaterThan(0)
})

test('one batch of a gigabyte is followed by no more than brings a collection on', () => {
  expect(made(1, 2 ** 30, 1)).toBeLessThanOrEqual(16 * 2 ** 20)
})

const { consumer: options } = resolveOptions({ transport: { connect: () => Promise.reject(new Error('never dialled')) } as never })

/** What one processed batch of 500 values of 1,000 bytes leads to, in bytes. */
async function paced(compression: CodecName | 'none', lease?: Lease): Promise<{ read: number; made: number }> {
  const records = Array.from({ length: 500 }, (_, i) => ({ value: new Uint8Array(1000).fill(i) }))
  const bytes = encodeBatch(
    records,
    compression === 'none' ? {} : { codec: await codec(compression), level: compression === 'gzip' ? 1 : undefined },
  )
  vi.mocked(keepPace).mockClear()
  const answered = { records: bytes, abortedTransactions: null } as unknown as AnsweredPartition
  const { runs } = await processPartition(answered, { topic: 'orders', partition: 0, offset: 0n, lastEpoch: -1 }, options, undefined, lease)
  expect(runs[0].length).toBe(500)
  const made = vi.mocked(keepPace).mock.results.reduce((sum, { value }) => sum + 8 * value, 0)
  const read = vi.mocked(keepPace).mock.calls.reduce((sum, [size]) => sum + size, 0)
  return { read, made }
}

test('what counts is the memory that only the collector frees: a batch’s own, and what is decompressed out of it', async () => {
  const plain = await paced('none')
  expect(plain.read).toBeGreaterThan(500_000)
  expect(plain.made).toBeGreaterThan(100_000)
  for (const name of ['gzip', 'snappy', 'zstd'] as const) expect((await paced(name)).read, name).toBeGreaterThan(500_000)
  // lz4 keeps no content, and what is recycled needs no collector.
  expect((await paced('lz4')).read).toBeLessThan(50_000)
  expect((await paced('none', new Recycler(virtualClock()).lend(0))).read).toBe(0)
})

test('more room for young objects is made once, when many small records were read, and then large ones are followed by more of them', () => {
  const before = made(100, 100_000, 100)
  for (let i = 0; i < 1000; i++) expect(makeRoom(1_000_000, 1000)).toBe(false)
  let batches = 0
  while (!makeRoom(100_000, 1000)) batches++
  expect(batches).toBe(99)
  for (let i = 0; i < 1000; i++) expect(makeRoom(100_000, 1000)).toBe(false)
  expect(made(100, 100_000, 100) / before).toBeGreaterThan(2)
})
