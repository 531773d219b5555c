import { codec } from '@milena/client-core/compression'
import { createSandbox, fillWithSampleData } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { expect, onTestFinished, test } from 'vitest'
import { type CodecName, type KcatRecord, kcatConsume, kcatHeaders, kcatProduce, kcatSees } from '../kafka/kcat.js'

/*
 * librdkafka takes the sandbox for a Kafka.
 */

async function start(options: Parameters<typeof createSandbox>[0] = {}) {
  const sandbox = await createSandbox({ codec, ...options })
  onTestFinished(() => sandbox.close())
  return { sandbox, ...(await listen(sandbox)) }
}

test('it gets metadata', async () => {
  const { seedBrokers } = await start()
  expect(await kcatSees(seedBrokers)).toBe(true)
})

const records: KcatRecord[] = [
  { key: 'a', value: 'first' },
  { key: null, value: 'no key' },
  { key: 'b', value: null },
  { key: 'c', value: '' },
  { key: 'd', value: Uint8Array.from({ length: 256 }, (_, i) => i) },
  {
    key: 'e',
    value: 'x'.repeat(200_000),
    headers: [
      ['h', '1'],
      ['h', '2'],
      ['n', null],
    ],
  },
]

test.each<CodecName>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('what it writes with %s, it and the sandbox read', async name => {
  const { sandbox, seedBrokers } = await start({ topics: { orders: 1 } })
  await kcatProduce(seedBrokers, 'orders', records, { codec: name, partition: 0 })
  const read = await kcatConsume(seedBrokers, 'orders')
  const expected = records.map(({ key, value }) => [hex(key), hex(value)])
  expect(read.map(({ key, value }) => [hex(key), hex(value)])).toEqual(expected)
  expect(sandbox.records('orders', 0).map(({ key, value }) => [hex(key), hex(value)])).toEqual(expected)
  expect(read[5].headers).toEqual(
    kcatHeaders([
      ['h', '1'],
      ['h', '2'],
      ['n', null],
    ]),
  )
  const types = new Set(sandbox.records('orders', 0).map(({ attrs }) => attrs.compressionType))
  expect(types).toContain(name)
})

test('it writes idempotently, with acks=all, to the brokers that lead', async () => {
  const { sandbox, seedBrokers } = await start({ brokers: 3, topics: { orders: 6 } })
  const many = Array.from({ length: 300 }, (_, i) => ({ key: `key-${i}`, value: `value-${i}` }))
  await kcatProduce(seedBrokers, 'orders', many, { settings: { 'enable.idempotence': 'true' } })
  const stored = [0, 1, 2, 3, 4, 5].flatMap(partition => sandbox.values('orders', partition))
  expect([...stored].sort()).toEqual(many.map(({ value }) => value).sort())
  const producers = new Set(
    [0, 1, 2, 3, 4, 5].flatMap(partition => sandbox.records('orders', partition).map(({ producerId }) => producerId)),
  )
  expect([...producers].every(id => id >= 1000n)).toBe(true)
})

test('it makes a topic by writing to it', async () => {
  const { sandbox, seedBrokers } = await start()
  await kcatProduce(seedBrokers, 'new', [{ value: 'a' }])
  expect(sandbox.values('new', 0)).toEqual(['a'])
})

test('it reads the sample data whole, and what was committed of it', async () => {
  const { sandbox, seedBrokers } = await start()
  await fillWithSampleData(sandbox, { codec, live: false })
  for (const topic of ['orders.events', 'clickstream.pageviews', 'customers.profiles', 'inventory.levels', 'catalog.export']) {
    const stored = Array.from({ length: sandbox.partitionCount(topic) }, (_, partition) => sandbox.records(topic, partition).length)
    const read = await kcatConsume(seedBrokers, topic)
    expect([topic, read.length]).toEqual([topic, stored.reduce((a, b) => a + b)])
  }
  const all = await kcatConsume(seedBrokers, 'payments.captures', { settings: { 'isolation.level': 'read_uncommitted' } })
  const committed = await kcatConsume(seedBrokers, 'payments.captures', { settings: { 'isolation.level': 'read_committed' } })
  expect(all).toHaveLength(3000)
  expect(committed.length).toBeLessThan(3000)
  expect(committed.length).toBeGreaterThan(2000)
})

const hex = (value: Uint8Array | string | null | undefined) => (value == null ? null : Buffer.from(value).toString('hex'))
