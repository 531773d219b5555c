import { describe, expect, test } from 'vitest'
import { codec } from '../compression/index.js'
import type { BatchEvent } from '../hooks/hooks.js'
import { fail } from '../sandbox/index.js'
import type { ProducerOptions } from './options.js'
import { producing } from './testing/producing.js'

const text = (i: number) => `{"order":${i},"state":"paid","customer":"somebody who buys again and again"}`
const texts = Array.from({ length: 60 }, (_, i) => text(i))
/** Nothing that a codec could shorten. */
const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length))

async function compressing(compression: ProducerOptions['compression'], more: ProducerOptions = {}) {
  const batches: BatchEvent[] = []
  const hooks = [{ onProduceBatchWritten: (event: BatchEvent) => void batches.push(event) }]
  const p = await producing({
    sandbox: { topics: { orders: 2 }, codec },
    client: { hooks },
    producer: { compression, lingerMs: 5, ...more },
  })
  return { p, batches }
}

describe('compression', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s: batches are smaller on the wire, and read back as they were', async name => {
    const { p, batches } = await compressing(name)
    const results = await p.run(p.client.produceSync(texts.map(value => ({ topic: 'orders', partition: 0, value }))))
    expect(results.first().attrs.compressionType).toBe(name)
    expect(p.values()).toEqual(texts)
    expect(batches).toMatchObject([{ numRecords: 60, compressionType: name }])
    expect(batches[0].compressedBytes).toBeLessThan(batches[0].uncompressedBytes / 2)
  })

  test('what it would make larger is sent as it is', async () => {
    const { p, batches } = await compressing('snappy')
    const value = noise(500)
    const results = await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value }]))
    expect(results.first().attrs.compressionType).toBe('none')
    expect(batches).toMatchObject([{ compressionType: 'none', uncompressedBytes: batches[0].compressedBytes }])
    expect(p.sandbox.records('orders', 0)[0].value).toEqual(value)
  })

  test('is the first of the list that the broker understands: no zstd below Produce v7 (KIP-110)', async () => {
    for (const [max, name] of [
      [6, 'gzip'],
      [7, 'zstd'],
    ] as const) {
      const { p, batches } = await compressing(['zstd', 'gzip'])
      for (const id of p.sandbox.brokers) p.sandbox.broker(id).limitVersions({ Produce: [3, max] })
      await p.run(p.client.produceSync(texts.map(value => ({ topic: 'orders', partition: 0, value }))))
      expect(batches.map(b => b.compressionType)).toEqual([name])
      expect(p.values()).toEqual(texts)
    }
  })

  test('is chosen by the version that is used, not by what the broker could do', async () => {
    const batches: BatchEvent[] = []
    const hooks = [{ onProduceBatchWritten: (event: BatchEvent) => void batches.push(event) }]
    const maxVersions = new Map([0, 3, 18, 22].map(key => [key, key === 0 ? 6 : 3]))
    const p = await producing({
      sandbox: { topics: { orders: 1 }, codec },
      client: { hooks, maxVersions },
      producer: { compression: ['zstd', 'none'] },
    })
    await p.run(p.client.produceSync(texts.map(value => ({ topic: 'orders', partition: 0, value }))))
    expect(batches.map(b => b.compressionType)).toEqual(['none'])
  })

  test('is done once: a batch that is sent again is the same bytes', async () => {
    const { p } = await compressing('gzip')
    const sent: Uint8Array[] = []
    let n = 0
    p.sandbox.intercept('Produce', ({ request }) => {
      sent.push(request.topicData[0].partitionData[0].records!.slice())
      return n++ < 2 ? fail('NOT_LEADER_OR_FOLLOWER') : undefined
    })
    await p.run(p.client.produceSync(texts.map(value => ({ topic: 'orders', partition: 0, value }))))
    expect(sent).toHaveLength(3)
    for (const again of sent.slice(1)) expect(again).toEqual(sent[0])
  })

  test('that takes its time holds up no other partition, and keeps the order of its own', async () => {
    // gzip compresses large batches in the background.
    const { p, batches } = await compressing('gzip', { lingerMs: 0 })
    await p.run(p.client.produceSync([0, 1].map(partition => ({ topic: 'orders', partition, value: 'warm' }))))
    batches.length = 0
    const large = Array.from({ length: 4_000 }, (_, i) => text(i))
    const all = [...large.map(value => p.put(value)), p.put('small', { partition: 1 })]
    const later = p.client.flush().then(() => p.puts(['after']))
    await p.run(Promise.all([...all, later]))
    expect(batches[0]).toMatchObject({ partition: 1, numRecords: 1 })
    expect(p.values()).toEqual(['warm', ...large, 'after'])
  })

  test('at a level that the codec does not have fails the records with the reason', async () => {
    const { p } = await compressing({ codec: 'gzip', level: 99 })
    expect(await p.run(p.put('a'))).toBe('a:INVALID_OPTION')
  })

  test('of a batch ends at producer.batchMaxBytes of uncompressed bytes, whatever it makes of them', async () => {
    const { p, batches } = await compressing('gzip', { batchMaxBytes: 2_048, lingerMs: 100 })
    await p.run(p.client.produceSync(texts.map(value => ({ topic: 'orders', partition: 0, value }))))
    expect(batches.length).toBeGreaterThan(2)
    for (const { uncompressedBytes } of batches) expect(uncompressedBytes).toBeLessThanOrEqual(2_048)
    expect(p.values()).toEqual(texts)
  })
})
