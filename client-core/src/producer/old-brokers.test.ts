import { describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../client/client.js'
import type { ClientOptions } from '../client/options.js'
import { Offset } from '../consumer/offset.js'
import { versionsFromString } from '../protocol/versions.js'
import { OldBroker, type Release } from './testing/old-broker.js'

function setup(release: Release, options: Partial<ClientOptions> = {}) {
  const broker = new OldBroker(release)
  const client = new Client({
    seedBrokers: ['old:9092'],
    transport: broker.transport,
    // 0.9 cannot be asked what it speaks: it closes the connection.
    ...(release === '0.9.0' && { maxVersions: versionsFromString('0.9') }),
    consumer: { partitions: { orders: { 0: Offset.atStart() } }, fetchMaxWaitMs: 10 },
    ...options,
  })
  onTestFinished(async () => {
    await client.close()
    expect(broker.faults).toEqual([])
  })
  return { broker, client }
}
const text = (v: Uint8Array | null) => (v === null ? null : new TextDecoder().decode(v))
const values = Array.from({ length: 50 }, (_, i) => `a value that repeats itself, number ${i}`)

async function read(client: Client, count: number) {
  const records = []
  while (records.length < count) {
    const fetches = await client.pollFetches({ signal: AbortSignal.timeout(4_000) })
    expect(fetches.errors()).toEqual([])
    records.push(...fetches.recordsArray())
  }
  return records
}

describe.each<[Release, number, number]>([
  ['0.10.2', 1, 2],
  ['0.9.0', 0, 1],
])('a broker of %s', (release, magic, version) => {
  test.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
    `what is produced with %s goes there in magic ${magic}, and comes back`,
    async codec => {
      const { broker, client } = setup(release, { producer: { compression: codec } })
      const produced = await client.produceSync(
        values.map((value, i) => ({ topic: 'orders', key: i % 2 ? `k${i}` : null, value, timestamp: 1_000n + BigInt(i) })),
      )
      expect(produced.firstError()).toBeUndefined()
      expect([...produced].map(r => r.record.offset)).toEqual(values.map((_, i) => BigInt(i)))
      const codecId = { none: 0, gzip: 1, snappy: 2, lz4: 3 }[codec]
      expect(broker.produced).toEqual([{ version, magic, codec: codecId }])
      const records = await read(client, values.length)
      expect(records.map(r => text(r.value))).toEqual(values)
      expect(records.map(r => r.offset)).toEqual(values.map((_, i) => BigInt(i)))
      expect(records.map(r => text(r.key))).toEqual(values.map((_, i) => (i % 2 ? `k${i}` : null)))
      expect(records.map(r => r.timestamp)).toEqual(values.map((_, i) => (magic === 1 ? 1_000n + BigInt(i) : -1n)))
    },
  )

  test('a codec that it does not know is passed over for the next', async () => {
    const { broker, client } = setup(release, { producer: { compression: ['zstd', 'gzip'] } })
    await client.produceSync(values.map(value => ({ topic: 'orders', value })))
    expect(broker.produced.map(p => p.codec)).toEqual([1])
  })

  test('there is no producer id, and one request at a time keeps the order', async () => {
    const { broker, client } = setup(release, { producer: { lingerMs: 0, batchMaxBytes: 1_024, compression: 'none' } })
    expect(await client.producerId()).toEqual({ id: -1n, epoch: -1 })
    const produced = await client.produceSync(Array.from({ length: 40 }, (_, i) => ({ topic: 'orders', value: `${i} ${'x'.repeat(200)}` })))
    expect(produced.firstError()).toBeUndefined()
    expect((await read(client, 40)).map(r => Number.parseInt(text(r.value)!, 10))).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(broker.produced.length).toBeGreaterThan(5)
  })

  test('headers are refused by name: nothing is lost in silence', async () => {
    const { broker, client } = setup(release)
    const { results } = await client.produceSync([{ topic: 'orders', value: 'x', headers: [{ key: 'trace', value: '1' }] }])
    expect(results[0].error).toMatchObject({ code: 'UNSUPPORTED_FEATURE', message: expect.stringContaining('"trace"') })
    expect(broker.produced).toEqual([])
  })
})

test('what a batch tells hooks counts what was on the wire', async () => {
  const batches: { numRecords: number; uncompressedBytes: number; compressedBytes: number; compressionType: string }[] = []
  const hooks = [{ onProduceBatchWritten: (batch: (typeof batches)[number]) => batches.push(batch) }]
  for (const compression of ['none', 'gzip'] as const) {
    const { client } = setup('0.10.2', { producer: { compression }, hooks })
    await client.produceSync(values.map(value => ({ topic: 'orders', value })))
  }
  const [plain, compressed] = batches
  const bytes = values.reduce((n, value) => n + 34 + value.length, 0)
  expect([plain.compressionType, plain.uncompressedBytes, plain.compressedBytes]).toEqual(['none', bytes, bytes])
  expect(compressed.compressionType).toBe('gzip')
  expect(compressed.compressedBytes).toBeLessThan(compressed.uncompressedBytes)
})
