import { describe, expect, test } from 'vitest'
import { murmur2 } from '../bytes/murmur2.js'
import { codec } from '../compression/index.js'
import { ListGroupsRequest } from '../protocol/api/list-groups.js'
import { fillWithSampleData } from './index.js'
import type { Sandbox } from './sandbox.js'
import { setup } from './testing/setup.js'

async function filled(options: Parameters<typeof fillWithSampleData>[1] = {}) {
  const made = await setup({ brokers: 3, codec })
  const stop = await fillWithSampleData(made.sandbox, { codec, ...options })
  return { ...made, stop }
}

const partitions = (sandbox: Sandbox, topic: string) => Array.from({ length: sandbox.partitionCount(topic) }, (_, i) => i)
const allRecords = (sandbox: Sandbox, topic: string) => partitions(sandbox, topic).flatMap(partition => sandbox.records(topic, partition))
const utf8 = new TextDecoder()

describe('sample data', () => {
  test('has something for every view', async () => {
    const { sandbox } = await filled({ live: false })
    expect(sandbox.topics).toEqual(
      expect.arrayContaining(['orders.events', 'payments.captures', 'clickstream.pageviews', 'audit.log', '__consumer_offsets']),
    )
    const orders = allRecords(sandbox, 'orders.events')
    expect(orders).toHaveLength(12_000)
    expect(orders.some(({ value }) => value === null)).toBe(true)
    expect(orders.some(({ value }) => value?.length === 0)).toBe(true)
    const ledgers = orders.flatMap(({ value }) => /"ledger_seq":(\d+)/.exec(utf8.decode(value ?? new Uint8Array(0)))?.[1] ?? [])
    expect(ledgers.every(text => BigInt(text) > 2n ** 53n)).toBe(true)
    expect(ledgers.some(text => String(Number(text)) !== text)).toBe(true)
    for (const { value } of orders) if (value && value.length > 0) JSON.parse(utf8.decode(value))
    const headers = orders.map(record => record.headers)
    expect(headers.some(list => list.filter(({ key }) => key === 'x-retry').length === 2)).toBe(true)
    expect(headers.flat().some(({ value }) => value === null)).toBe(true)
    expect(headers.some(list => list.length === 0)).toBe(true)
    expect(Math.max(...allRecords(sandbox, 'catalog.export').map(({ value }) => value?.length ?? 0))).toBeGreaterThan(250_000)
    expect(allRecords(sandbox, 'orders.commands')).toEqual([])
    const levels = sandbox.records('inventory.levels', 0)
    expect(levels.some(({ offset }, i) => i > 0 && offset > levels[i - 1].offset + 1n)).toBe(true)
  })

  test('keys lie where murmur2 puts them, times rise within each partition', async () => {
    const { sandbox } = await filled({ live: false })
    for (const topic of ['orders.events', 'device.telemetry']) {
      const count = sandbox.partitionCount(topic)
      for (const partition of partitions(sandbox, topic)) {
        const records = sandbox.records(topic, partition)
        expect(records.length).toBeGreaterThan(0)
        for (const { key } of records) expect((murmur2(key!) & 0x7fffffff) % count).toBe(partition)
        const times = records.map(({ timestamp }) => timestamp)
        expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
      }
    }
  })

  test('is written with every codec, by producers in sequence, in transactions of which some abort', async () => {
    const { sandbox, client } = await filled({ live: false })
    const types = new Set<string>()
    const topics = ['orders.events', 'inventory.levels', 'customers.profiles', 'clickstream.pageviews', 'payments.captures']
    for (const topic of topics) for (const { attrs } of allRecords(sandbox, topic)) types.add(attrs.compressionType)
    expect([...types].sort()).toEqual(['gzip', 'lz4', 'none', 'snappy', 'zstd'])
    expect(allRecords(sandbox, 'payments.captures').every(({ attrs }) => attrs.isTransactional)).toBe(true)
    const { groups } = await client.ask(ListGroupsRequest, 5, {})
    expect(groups.length).toBeGreaterThan(0)
  })

  test('is the same for the same seed, and another for another', async () => {
    const values = async (seed: number) => {
      const { sandbox } = await filled({ live: false, seed })
      return sandbox.records('orders.events', 3).map(({ offset, value }) => [offset, value && utf8.decode(value)])
    }
    const first = await values(7)
    expect(await values(7)).toEqual(first)
    expect(await values(8)).not.toEqual(first)
  })

  test('goes on: records come, groups catch up, rebalance and go on; stopped, nothing waits', async () => {
    const { sandbox, clock, stop } = await filled()
    const count = () => partitions(sandbox, 'orders.events').reduce((sum, p) => sum + sandbox.offsets('orders.events', p).end, 0n)
    const group = sandbox.group('order-fulfilment')
    const [records, lag] = [count(), group.lag]
    expect(lag).toBeGreaterThan(1000n)
    await clock.advance(60_000)
    expect(Number(count() - records)).toBeGreaterThan(60)
    expect(Number(count() - records)).toBeLessThan(240)
    expect(group.lag).toBeLessThan(lag)
    await clock.advance(31_000)
    expect(group.state).toBe('PreparingRebalance')
    await clock.advance(5_000)
    expect(group.state).toBe('Stable')
    stop()
    expect(clock.pending).toBe(0)
  })

  test('without codecs everything is uncompressed', async () => {
    const { sandbox } = await setup({ brokers: 1 })
    await fillWithSampleData(sandbox, { live: false })
    expect(allRecords(sandbox, 'orders.events').every(({ attrs }) => attrs.compressionType === 'none')).toBe(true)
  })
})
