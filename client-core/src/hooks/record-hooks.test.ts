import { describe, expect, test } from 'vitest'
import { Offset } from '../consumer/offset.js'
import { setup } from '../producer/testing/setup.js'
import type { Hooks } from './hooks.js'

const text = (v: Uint8Array | null) => (v === null ? null : new TextDecoder().decode(v))
const code = (error?: Error) => (error as { code?: string } | undefined)?.code

/** What single records went through, as one line each. */
function diary() {
  const lines: string[] = []
  const hooks: Hooks = {
    onProduceRecordBuffered: ({ topic, record }) => lines.push(`buffered ${topic} ${record.value}`),
    onProduceRecordPartitioned: ({ partition, leader, record }) =>
      lines.push(`partitioned ${record.value} to ${partition} at ${leader > 0}`),
    onProduceRecordUnbuffered: ({ record, error }) => lines.push(`unbuffered ${text(record.value)} ${code(error) ?? record.offset}`),
    onFetchRecordBuffered: ({ record }) => lines.push(`fetched ${text(record.value)}`),
    onFetchRecordUnbuffered: ({ record, polled }) => lines.push(`${polled ? 'polled' : 'dropped'} ${text(record.value)}`),
  }
  return { lines, hooks }
}

describe('hooks of single records that are produced', () => {
  test('tell when it was buffered, where it went and what became of it, before its onDelivery', async () => {
    const { lines, hooks } = diary()
    const { client, soon } = await setup({ defaultTopic: 'orders' }, { hooks: [hooks] })
    lines.length = 0
    const sent = client.produce({ partition: 2, value: 'x' }, { onDelivery: r => lines.push(`delivered ${r.offset}`) })
    expect(lines).toEqual(['buffered orders x'])
    await sent
    await soon(client.flush())
    expect(lines.slice(1)).toEqual(['partitioned x to 2 at true', 'unbuffered x 0', 'delivered 0'])
  })

  test('tell each end once: refused for room, for its size, for a partition that is not there, aborted, purged, of an unknown topic', async () => {
    const { lines, hooks } = diary()
    const { client, outcome, soon } = await setup(
      { maxBufferedRecords: 3, lingerMs: 60_000, batchMaxBytes: 2_000 },
      { hooks: [hooks], allowAutoTopicCreation: false },
    )
    lines.length = 0
    const ends = [
      outcome({ topic: 'orders', partition: 0, value: 'aborted' }),
      outcome({ topic: 'unheard-of', value: 'purged' }),
      outcome({ topic: 'orders', partition: 9, value: 'nowhere' }),
      outcome({ topic: 'orders', partition: 0, value: 'y'.repeat(3_000) }),
      outcome({ topic: 'orders', partition: 1, value: 'aborted, too' }),
      client.tryProduce({ topic: 'orders', value: 'no room' }).catch(code),
    ]
    client.purgeTopicsFromProducing('unheard-of')
    await soon(client.abortBufferedRecords())
    await Promise.all(ends)
    const count = (start: string) => lines.filter(line => line.startsWith(start)).length
    expect([count('buffered'), count('unbuffered'), count('partitioned')]).toEqual([6, 6, 2])
    expect(
      lines
        .filter(line => line.startsWith('unbuffered'))
        .map(line => line.replace(/y{9,}/, 'large'))
        .sort(),
    ).toEqual([
      'unbuffered aborted ABORTING',
      'unbuffered aborted, too ABORTING',
      'unbuffered large RECORD_TOO_LARGE',
      'unbuffered no room MAX_BUFFERED',
      'unbuffered nowhere INVALID_RECORD',
      'unbuffered purged PURGED',
    ])
  })

  test('a hook may change the record before it is buffered; what it makes of it is checked', async () => {
    const hooks: Hooks = {
      onProduceRecordBuffered({ record }) {
        record.value = record.value === 'bad' ? (7 as never) : `${record.value}, seen`
        record.headers = [...(record.headers ?? []), { key: 'trace', value: '1' }]
      },
    }
    const { outcome, soon, log, sandbox } = await setup({}, { hooks: [hooks] })
    expect(await soon(outcome({ topic: 'orders', partition: 1, value: 'x' }))).toBe('delivered')
    expect(log('orders', 1)).toEqual(['x, seen'])
    expect(sandbox.records('orders', 1)[0].headers.map(h => h.key)).toEqual(['trace'])
    expect(await outcome({ topic: 'orders', value: 'bad' })).toBe('INVALID_RECORD')
  })

  test('item 105: a hook may produce itself: what it produces is not lost, and order is kept', async () => {
    let echoes = 0
    const { client, outcome, soon, log } = await setup({}, {
      hooks: [
        {
          onProduceRecordPartitioned({ record, partition }) {
            if (String(record.value).startsWith('echo') || echoes >= 3) return
            void client.produce({ topic: 'orders', partition, value: `echo ${++echoes}` })
          },
        },
      ],
    } satisfies { hooks: Hooks[] })
    echoes = 0
    const sent = ['a', 'b', 'c'].map(value => outcome({ topic: 'orders', partition: 1, value }))
    expect(await soon(Promise.all(sent))).toEqual(['delivered', 'delivered', 'delivered'])
    await soon(client.flush())
    expect(log('orders', 1).filter(v => !v?.startsWith('echo'))).toEqual(['a', 'b', 'c'])
    expect(log('orders', 1).filter(v => v?.startsWith('echo'))).toEqual(['echo 1', 'echo 2', 'echo 3'])
    expect(client.bufferedProduceRecords).toBe(0)
  })

  test('a refusal that nobody listens to stays a rejection, hook or not', async () => {
    const { hooks } = diary()
    const { client } = await setup({}, { hooks: [hooks] })
    await expect(client.produce({ topic: 'orders', partition: 77, value: 'x' })).rejects.toMatchObject({ code: 'INVALID_RECORD' })
  })
})

describe('hooks of single records that are fetched', () => {
  const consume = { consumer: { partitions: { orders: { 1: Offset.atStart() } } } }

  test('tell what waits for a poll and what a poll took; a limited poll leaves the rest waiting', async () => {
    const { lines, hooks } = diary()
    const { client, sandbox, clock } = await setup({}, { hooks: [hooks], ...consume })
    lines.length = 0
    sandbox.append('orders', 1, [{ value: 'a' }, { value: 'b' }, { value: 'c' }])
    await clock.advance(100)
    expect(lines).toEqual(['fetched a', 'fetched b', 'fetched c'])
    await client.pollRecords(2, { wait: false })
    expect(lines.slice(3)).toEqual(['polled a', 'polled b'])
    await client.pollRecords(2, { wait: false })
    expect(lines.slice(5)).toEqual(['polled c'])
  })

  test.each<[string, (client: Awaited<ReturnType<typeof setup>>['client']) => unknown]>([
    ['moved by setOffsets', client => client.setOffsets({ orders: { 1: Offset.at(1n) } })],
    ['removed', client => client.removeConsumePartitions({ orders: [1] })],
    [
      'paused',
      client => {
        client.pauseFetchTopics('orders')
        return client.pollFetches({ wait: false })
      },
    ],
    ['of a client that is closed', client => client.close()],
  ])('tell that records were dropped: their partition was %s', async (_, change) => {
    const { lines, hooks } = diary()
    const { client, sandbox, clock } = await setup({}, { hooks: [hooks], ...consume })
    lines.length = 0
    sandbox.append('orders', 1, [{ value: 'a' }, { value: 'b' }])
    await clock.advance(100)
    await change(client)
    await Promise.resolve()
    expect(lines.slice(0, 4)).toEqual(['fetched a', 'fetched b', 'dropped a', 'dropped b'])
  })
})

test('the numbers of a batch are those of its records, without the header: equal when nothing is compressed', async () => {
  const batches: { numRecords: number; uncompressedBytes: number; compressedBytes: number; compressionType: string }[] = []
  const seen = ({ numRecords, uncompressedBytes, compressedBytes, compressionType }: (typeof batches)[number]) =>
    batches.push({ numRecords, uncompressedBytes, compressedBytes, compressionType })
  const { client, soon } = await setup(
    { compression: 'none' },
    { hooks: [{ onProduceBatchWritten: seen, onFetchBatchRead: seen }], consumer: { partitions: { orders: { 1: Offset.atStart() } } } },
  )
  batches.length = 0
  await soon(client.send({ topic: 'orders', partition: 1, key: 'key', value: 'value' }))
  await soon(client.pollFetches())
  // Length, attributes, timestamp, offset, key and its length, value and its length, header count.
  const expected = { numRecords: 1, uncompressedBytes: 1 + 1 + 1 + 1 + 4 + 6 + 1, compressedBytes: 15, compressionType: 'none' }
  expect(batches).toEqual([expected, expected])
})
