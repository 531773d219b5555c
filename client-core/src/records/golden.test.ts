import { expect, test } from 'vitest'
import { codec } from '../compression/index.js'
import { decodeBatches } from './decode.js'
import { segment } from './testing/fixtures.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

async function values(name: string): Promise<string[]> {
  const out: string[] = []
  for (const batch of decodeBatches(await segment(name))) {
    if (batch.codec) await batch.open(await codec(batch.codec))
    for (const record of batch) out.push(utf8.decode(record.value!))
  }
  return out
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'a batch that librdkafka compressed with %s holds the same records as the one it did not',
  async name => {
    const plain = await values('kcat-none.0')
    expect(plain).toHaveLength(676)
    expect(await values(`kcat-${name}.0`)).toEqual(plain)
  },
)

test('the header of a batch from a real log is read whole', async () => {
  const [batch] = decodeBatches(await segment('kcat-none.0'))
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
