import { describe, expect, test } from 'vitest'
import { Offset } from '../consumer/offset.js'
import { setup } from '../producer/testing/setup.js'
import { close } from '../sandbox/index.js'
import { exposition } from './exposition.js'
import { Counter, Histogram } from './instruments.js'
import { ClientMetrics } from './metrics.js'
import { nodeName } from './node-name.js'

const broker = { nodeId: 1, host: 'a', port: 9092 }
const batch = {
  broker,
  topic: 'orders',
  partition: 0,
  numRecords: 10,
  uncompressedBytes: 1000,
  compressedBytes: 400,
  compressionType: 'lz4' as const,
}
/** The sum over all series of a metric whose labels include these. */
function sum(metrics: ClientMetrics, name: string, labels: Record<string, string> = {}): number {
  const family = metrics.families().find(f => f.name === name)
  const series = family?.series.filter(s => Object.entries(labels).every(([label, value]) => s.labels[label] === value)) ?? []
  return series.reduce((n, s) => n + (s.count ?? s.value), 0)
}

describe('what a client did', () => {
  test('is counted from its hooks: connections, requests, batches, bytes', async () => {
    const metrics = new ClientMetrics()
    const consumer = { partitions: { orders: { 1: Offset.atStart() } } }
    const { client, soon } = await setup({ compression: 'none' }, { hooks: [metrics], consumer })
    await soon(client.produceSync(Array.from({ length: 20 }, (_, i) => ({ topic: 'orders', partition: 1, value: `value ${i}` }))))
    expect((await soon(client.pollFetches())).numRecords()).toBe(20)
    const orders = { topic: 'orders', codec: 'none' }
    expect(sum(metrics, 'kafka_client_produce_records_total', orders)).toBe(21)
    expect(sum(metrics, 'kafka_client_fetch_records_total', orders)).toBe(20)
    expect(sum(metrics, 'kafka_client_fetch_compressed_bytes_total', orders)).toBeGreaterThan(200)
    const connects = metrics.families().find(f => f.name === 'kafka_client_connects_total')!
    expect(connects.series.some(s => s.labels.broker.startsWith('seed_') && s.value > 0)).toBe(true)
    expect(sum(metrics, 'kafka_client_requests_total', { api: 'Produce' })).toBe(2)
    expect(sum(metrics, 'kafka_client_request_seconds', { api: 'Produce' })).toBe(2)
    expect(sum(metrics, 'kafka_client_write_bytes_total')).toBeGreaterThan(sum(metrics, 'kafka_client_produce_compressed_bytes_total'))
    expect(sum(metrics, 'kafka_client_connect_errors_total')).toBe(0)
  })

  test('a connection that breaks is counted apart from one that we close', async () => {
    const metrics = new ClientMetrics()
    const { client, sandbox, soon } = await setup({}, { hooks: [metrics] })
    sandbox.intercept('Produce', { once: true }, close())
    await soon(client.produceSync([{ topic: 'orders', partition: 0, value: 'x' }]))
    expect(sum(metrics, 'kafka_client_disconnects_total', { cause: 'error' })).toBeGreaterThan(0)
    expect(sum(metrics, 'kafka_client_disconnects_total', { cause: 'closed' })).toBe(0)
    await client.close()
    expect(sum(metrics, 'kafka_client_disconnects_total', { cause: 'closed' })).toBeGreaterThan(0)
  })

  test('what is buffered is read when it is asked for', async () => {
    const metrics = new ClientMetrics()
    const { client, outcome, soon } = await setup({ lingerMs: 60_000 }, { hooks: [metrics] })
    metrics.watch(client)
    metrics.watch({ bufferedProduceRecords: 7, bufferedProduceBytes: 0, bufferedFetchRecords: 0, bufferedFetchBytes: 0 }, 'other')
    const records = [outcome({ topic: 'orders', partition: 0, value: 'a' }), outcome({ topic: 'orders', partition: 0, value: 'b' })]
    expect(metrics.text()).toContain(
      'kafka_client_buffered_produce_records{client="default"} 2\nkafka_client_buffered_produce_records{client="other"} 7\n',
    )
    metrics.unwatch('other')
    await soon(client.flush())
    await Promise.all(records)
    expect(metrics.text()).toContain('kafka_client_buffered_produce_records{client="default"} 0\n')
    expect(metrics.text()).not.toContain('client="other"')
  })

  test('each gauge is the one that its name says', () => {
    const metrics = new ClientMetrics({ prefix: 'shop' })
    metrics.watch({ bufferedProduceRecords: 1, bufferedProduceBytes: 2, bufferedFetchRecords: 3, bufferedFetchBytes: 4 })
    const values = ['produce_records', 'produce_bytes', 'fetch_records', 'fetch_bytes'].map(name => sum(metrics, `shop_buffered_${name}`))
    expect(values).toEqual([1, 2, 3, 4])
  })

  test('times are in seconds', () => {
    const metrics = new ClientMetrics()
    const event = { broker, connectionId: 1, requestId: 1 }
    metrics.onBrokerThrottle({ ...event, throttleMs: 500, throttledAfterResponse: true })
    metrics.onBrokerConnect({ ...event, startedAtMs: 0, durationMs: 250, dialMs: 1, purpose: 'rest' })
    metrics.onBrokerE2E({
      ...event,
      ...{ correlationId: 1, apiKey: 3, apiVersion: 1, attempt: 1, initiator: 'x', bytesWritten: 10, bytesRead: 20 },
      ...{ writeWaitMs: 125, timeToWriteMs: 1, readWaitMs: 1, timeToReadMs: 1, durationE2EMs: 2000 },
    })
    const seconds = (name: string) => metrics.families().find(f => f.name === `kafka_client_${name}_seconds`)?.series[0].value
    expect(['throttle', 'connect', 'write_wait', 'request'].map(seconds)).toEqual([0.5, 0.25, 0.125, 2])
    expect([sum(metrics, 'kafka_client_write_bytes_total'), sum(metrics, 'kafka_client_read_bytes_total')]).toEqual([10, 20])
  })

  test('what was read stays what it was when more is counted', () => {
    const histogram = new Histogram('wait_seconds', 'Waiting.', [], 10, [1])
    histogram.observe(0.5)
    const before = histogram.family
    histogram.observe(0.5)
    expect(before.series).toEqual([{ labels: {}, value: 0.5, count: 1, buckets: [1, 0] }])
  })

  test('labels are told apart wherever one ends and the next begins', () => {
    const counter = new Counter('n_total', 'All.', ['a', 'b'], 10)
    counter.add(1, 'x', 'yz')
    counter.add(1, 'xy', 'z')
    expect(counter.family.series).toHaveLength(2)
  })

  test('a request that failed has no time', () => {
    const metrics = new ClientMetrics()
    const event = {
      broker,
      connectionId: 1,
      requestId: 1,
      correlationId: 1,
      apiKey: 3,
      apiVersion: 1,
      attempt: 1,
      initiator: 'x',
      bytesWritten: 10,
    }
    const times = { writeWaitMs: 1, timeToWriteMs: 1, readWaitMs: 1, timeToReadMs: 1, durationE2EMs: 3 }
    metrics.onBrokerE2E({ ...event, ...times, bytesRead: 0, readError: new Error('gone') })
    expect(sum(metrics, 'kafka_client_request_errors_total', { api: 'Metadata', broker: '1' })).toBe(1)
    expect(sum(metrics, 'kafka_client_request_seconds')).toBe(0)
    metrics.onBrokerE2E({ ...event, ...times, bytesRead: 0, writeError: new Error('gone') })
    expect(sum(metrics, 'kafka_client_request_errors_total')).toBe(2)
    metrics.onBrokerConnect({
      broker,
      connectionId: 2,
      startedAtMs: 0,
      durationMs: 1,
      dialMs: 1,
      purpose: 'rest',
      error: new Error('gone'),
    })
    expect([sum(metrics, 'kafka_client_connect_errors_total'), sum(metrics, 'kafka_client_connects_total')]).toEqual([1, 0])
  })
})

describe('the text that Prometheus reads', () => {
  test('has help, type and a line per set of labels, and nothing of what never happened', () => {
    const metrics = new ClientMetrics({ prefix: 'shop' })
    metrics.onProduceBatchWritten(batch)
    metrics.onProduceBatchWritten(batch)
    expect(metrics.text()).toBe(
      [
        '# HELP shop_produce_batches_total Batches that were acknowledged.',
        '# TYPE shop_produce_batches_total counter',
        'shop_produce_batches_total{broker="1",topic="orders",codec="lz4"} 2',
        '# HELP shop_produce_records_total Records in the batches that were acknowledged.',
        '# TYPE shop_produce_records_total counter',
        'shop_produce_records_total{broker="1",topic="orders",codec="lz4"} 20',
        '# HELP shop_produce_uncompressed_bytes_total Bytes of their records before compression.',
        '# TYPE shop_produce_uncompressed_bytes_total counter',
        'shop_produce_uncompressed_bytes_total{broker="1",topic="orders",codec="lz4"} 2000',
        '# HELP shop_produce_compressed_bytes_total Bytes of their records on the wire.',
        '# TYPE shop_produce_compressed_bytes_total counter',
        'shop_produce_compressed_bytes_total{broker="1",topic="orders",codec="lz4"} 800',
        '',
      ].join('\n'),
    )
    expect(new ClientMetrics().text()).toBe('')
  })

  test('a histogram counts up to each bound, the bound included, and ends with everything', () => {
    const histogram = new Histogram('wait_seconds', 'Waiting.', ['broker'], 10, [0.1, 1])
    for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.observe(seconds, '1')
    expect(exposition([histogram.family])).toBe(
      [
        '# HELP wait_seconds Waiting.',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{broker="1",le="0.1"} 2',
        'wait_seconds_bucket{broker="1",le="1"} 3',
        'wait_seconds_bucket{broker="1",le="+Inf"} 4',
        'wait_seconds_sum{broker="1"} 7.65',
        'wait_seconds_count{broker="1"} 4',
        '',
      ].join('\n'),
    )
  })

  test('labels may hold anything', () => {
    const counter = new Counter('n_total', 'Back\\slash\nand line.', ['topic'], 10)
    counter.add(1, 'a "quoted" \\ name\n')
    counter.add(1, '__proto__')
    expect(exposition([counter.family]).split('\n').slice(0, 4)).toEqual([
      '# HELP n_total Back\\\\slash\\nand line.',
      '# TYPE n_total counter',
      'n_total{topic="a \\"quoted\\" \\\\ name\\n"} 1',
      'n_total{topic="__proto__"} 1',
    ])
  })

  test('without labels there are no braces', () => {
    const counter = new Counter('n_total', 'All.', [], 10)
    counter.add(3)
    expect(exposition([counter.family])).toContain('\nn_total 3\n')
  })
})

test('however many topics there are, memory is bounded: the last ones are counted together', () => {
  const metrics = new ClientMetrics({ maxSeries: 3 })
  for (let i = 0; i < 100; i++) metrics.onFetchBatchRead({ ...batch, topic: `topic-${i}` })
  const records = metrics.families().find(f => f.name === 'kafka_client_fetch_records_total')!
  expect(records.series.map(s => [s.labels.topic, s.value])).toEqual([
    ['topic-0', 10],
    ['topic-1', 10],
    ['topic-2', 10],
    ['other', 970],
  ])
  metrics.onFetchBatchRead({ ...batch, topic: 'topic-1' })
  expect(sum(metrics, 'kafka_client_fetch_records_total', { topic: 'topic-1' })).toBe(20)
})

test('a node’s name is its number, and seeds are counted', () => {
  expect([nodeName(0), nodeName(12), nodeName(-0x80000000), nodeName(-0x7ffffffe)]).toEqual(['0', '12', 'seed_0', 'seed_2'])
})
