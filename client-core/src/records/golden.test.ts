import { describe, expect, test } from 'vitest'
import { codec } from '../compression/index.js'
import { decodeBatches } from './decode.js'
import { segment } from './testing/fixtures.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

async function records(name: string) {
  const out: { offset: bigint; timestamp: bigint; value: string; magic: number }[] = []
  for (const batch of decodeBatches(await segment(name))) {
    if (batch.codec) await batch.open(await codec(batch.codec))
    for (const { offset, timestamp, value } of batch) out.push({ offset, timestamp, value: utf8.decode(value!), magic: batch.magic })
  }
  return out
}
const values = async (name: string) => (await records(name)).map(r => r.value)

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'a batch that librdkafka compressed with %s holds the same records as the one it did not',
  async name => {
    const plain = await values('kcat-none.0')
    expect(plain).toHaveLength(676)
    expect(await values(`kcat-${name}.0`)).toEqual(plain)
  },
)

describe('what librdkafka wrote to a broker of that time', () => {
  test.each([
    ['kcatold-gzip.0', 1],
    ['kcatold-snappy.0', 1],
    ['kcatold-lz4.0', 1],
    ['kcatv0-gzip.0', 0],
    ['kcatv0-snappy.0', 0],
    ['kcatv0-lz4.0', 0],
  ])('%s: a compressed message of magic %i holds the same records', async (name, magic) => {
    const old = await records(name)
    expect(old.map(r => r.value)).toEqual(await values('kcat-none.0'))
    expect(old.map(r => r.offset)).toEqual(Array.from({ length: 676 }, (_, i) => BigInt(i)))
    expect(old.every(r => r.magic === magic)).toBe(true)
    expect(old.every(r => (magic === 0 ? r.timestamp === -1n : r.timestamp > 1_600_000_000_000n))).toBe(true)
  })

  test.each([
    ['kcatold-none.0', 1],
    ['kcatv0-none.0', 0],
  ])('%s: plain messages of magic %i, the last of them cut off by the limit of a fetch', async (name, magic) => {
    const old = await records(name)
    expect(old.length).toBeGreaterThan(100)
    expect(old.map(r => r.value)).toEqual((await values('kcat-none.0')).slice(0, old.length))
    expect(old.map(r => r.offset)).toEqual(old.map((_, i) => BigInt(i)))
    expect(old.every(r => r.magic === magic && r.timestamp >= 0n === (magic === 1))).toBe(true)
  })
})

test('the header of a batch from a real log is read whole', async () => {
  const [batch] = decodeBatches(await segment('kcat-none.0'))
  expect(batch.magic).toBe(2)
  expect(batch.baseOffset).toBe(0n)
  expect(batch.lastOffset).toBe(675n)
  expect(batch.numRecords).toBe(676)
  expect(batch.attrs.timestampType).toBe('CreateTime')
  expect(batch.attrs.isTransactional).toBe(false)
  expect(batch.producerId).toBe(-1n)
  expect(batch.baseSequence).toBe(-1)
  const records = [...batch]
  expect(records.map(r => r.offset)).toEqual(Array.from({ length: 676 }, (_, i) => BigInt(i)))
  expect(records.every(r => r.timestamp >= batch.baseTimestamp && r.timestamp <= batch.maxTimestamp)).toBe(true)
})
