import { describe, expect, test } from 'vitest'
import type { ProducerRecord } from './record.js'
import { producing } from './testing/producing.js'

describe('a record that is none', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'a record must be an object; got undefined'],
    ['null', null, 'a record must be an object; got null'],
    ['text', 'orders', 'a record must be an object; got "orders"'],
    ['no topic', { value: 'v' }, 'topic must be a non-empty string (or set producer.defaultTopic); got undefined'],
    ['an empty topic', { topic: '', value: 'v' }, 'topic must be a non-empty string (or set producer.defaultTopic); got ""'],
    ['a topic that is too long', { topic: 'x'.repeat(250), value: 'v' }, 'topic must have at most 249 characters; got 250'],
    ['a topic that is no text', { topic: 5, value: 'v' }, 'topic must be a non-empty string (or set producer.defaultTopic); got 5'],
    ['no value', { topic: 'orders' }, 'value must be a Uint8Array, a string or null; got undefined'],
    ['a number as value', { topic: 'orders', value: 5 }, 'value must be a Uint8Array, a string or null; got 5'],
    ['an object as value', { topic: 'orders', value: { a: 1 } }, 'value must be a Uint8Array, a string or null; got an object'],
    [
      'an ArrayBuffer as value',
      { topic: 'orders', value: new ArrayBuffer(4) },
      'value must be a Uint8Array, a string or null; got an object',
    ],
    ['a bigint as key', { topic: 'orders', value: 'v', key: 5n }, 'key must be a Uint8Array, a string or null; got 5n'],
    [
      'headers that are none',
      { topic: 'orders', value: 'v', headers: { a: 'b' } },
      'headers must be an array of { key, value }; got an object',
    ],
    ['a header that is none', { topic: 'orders', value: 'v', headers: ['a'] }, 'headers[0] must be { key, value }; got "a"'],
    [
      'a header key that is no text',
      {
        topic: 'orders',
        value: 'v',
        headers: [
          { key: 'a', value: 'b' },
          { key: 5, value: 'b' },
        ],
      },
      'headers[1].key must be a string; got 5',
    ],
    [
      'a header without a value',
      { topic: 'orders', value: 'v', headers: [{ key: 'a' }] },
      'headers[0].value must be a Uint8Array, a string or null; got undefined',
    ],
    ['a partition below 0', { topic: 'orders', value: 'v', partition: -1 }, 'partition must be a whole number from 0; got -1'],
    ['a fractional partition', { topic: 'orders', value: 'v', partition: 0.5 }, 'partition must be a whole number from 0; got 0.5'],
    [
      'a partition that the topic does not have',
      { topic: 'orders', value: 'v', partition: 3 },
      'partition 3 does not exist: orders has 3, counted from 0',
    ],
    [
      'a timestamp that is a number',
      { topic: 'orders', value: 'v', timestamp: 5 },
      'timestamp must be a bigint of milliseconds since the epoch; got 5',
    ],
    [
      'a timestamp beyond 64 bits',
      { topic: 'orders', value: 'v', timestamp: 2n ** 63n },
      'timestamp must be a bigint of milliseconds since the epoch; got 9223372036854775808n',
    ],
    ['a symbol as key', { topic: 'orders', value: 'v', key: Symbol('k') }, 'key must be a Uint8Array, a string or null; got Symbol(k)'],
  ])('(%s) is refused at once, by field; the others go their way', async (_, bad, message) => {
    const p = await producing()
    await p.run(p.put('before'))
    const told: unknown[] = []
    const refused = p.client.produce(bad as ProducerRecord, { onDelivery: (_, error) => void told.push(error) })
    const after = p.put('after')
    await expect(refused).rejects.toMatchObject({ name: 'ClientError', code: 'INVALID_RECORD', message })
    expect(told).toEqual([expect.objectContaining({ message })])
    expect(await p.run(after)).toBe('after@1')
    await expect(p.client.tryProduce(bad as ProducerRecord)).rejects.toMatchObject({ code: 'INVALID_RECORD', message })
    const results = await p.run(p.client.produceSync([bad as ProducerRecord, { topic: 'orders', partition: 1, value: 'beside' }]))
    expect(results.results.map(r => r.error?.message)).toEqual([message, undefined])
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('is refused in short words, however long it is', async () => {
    const p = await producing()
    const refused = p.client.produce({ topic: 'orders', value: 'v', partition: 'x'.repeat(10_000) as never })
    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/^.{0,120}$/) })
  })

  test('too large for a batch is refused at once, with its size and the limit; the rest of the batch is untouched', async () => {
    const p = await producing({ producer: { batchMaxBytes: 1_024, lingerMs: 100 } })
    await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'warm' }]))
    const before = p.put('before')
    await expect(p.client.produce({ topic: 'orders', partition: 0, value: 'x'.repeat(1_024) })).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringMatching(/the record takes 11\d\d bytes with its batch header; producer.batchMaxBytes is 1024/),
    })
    const after = p.put('after')
    expect(await p.run(Promise.all([before, after]))).toEqual(['before@1', 'after@2'])
  })

  test('a batch is never larger than a request may be, whatever producer.batchMaxBytes says', async () => {
    const p = await producing({ client: { brokerMaxWriteBytes: 8_192 } })
    await p.run(p.puts(Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(500)}`)))
    expect(p.values()).toHaveLength(40)
    await expect(p.client.produce({ topic: 'orders', value: 'x'.repeat(9_000) })).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringContaining('producer.batchMaxBytes is 6848'),
    })
  })
})

describe('a record', () => {
  test('without a topic goes to the default topic', async () => {
    const p = await producing({ producer: { defaultTopic: 'orders' } })
    await p.run(
      p.client.produceSync([
        { partition: 0, value: 'a' },
        { topic: 'orders', partition: 0, value: 'b' },
      ]),
    )
    expect(p.values()).toEqual(['a', 'b'])
  })

  test('may go to a topic called __proto__', async () => {
    const p = await producing({ sandbox: { topics: new Map([['__proto__', 2]]) } })
    expect(await p.run(p.put('a', { topic: '__proto__', partition: 1 }))).toBe('a@0')
    expect(p.values('__proto__', 1)).toEqual(['a'])
  })

  test('with a key goes where Kafka puts it: murmur2 of the bytes, also of no bytes', async () => {
    const p = await producing({ sandbox: { topics: { orders: 7 } } })
    const key = (k: string | Uint8Array) => p.client.send({ topic: 'orders', key: k, value: 'v' }).then(r => r.partition)
    // As computed by Kafka's own Utils.murmur2.
    const all = [key(''), key('a'), key('hello'), key('a-little-bit-long-string'), key(new TextEncoder().encode('hello'))]
    expect(await p.run(Promise.all(all))).toEqual([
      (275646681 & 0x7fffffff) % 7,
      (-1563381124 & 0x7fffffff) % 7,
      (2132663229 & 0x7fffffff) % 7,
      (-985981536 & 0x7fffffff) % 7,
      (2132663229 & 0x7fffffff) % 7,
    ])
  })

  test('without a key stays on one partition until so many bytes went there (KIP-794)', async () => {
    const p = await producing({ sandbox: { topics: { orders: 4 } } })
    await p.run(p.client.produceSync([{ topic: 'orders', value: 'warm' }]))
    const sent = Array.from({ length: 200 }, () => p.client.send({ topic: 'orders', value: 'x'.repeat(1_000) }).then(r => r.partition))
    const partitions = await p.run(Promise.all(sent))
    const runs = partitions.filter((partition, i) => i > 0 && partition !== partitions[i - 1]).length
    expect(runs).toBeLessThanOrEqual(4)
  })

  test('null and empty are different things, in key, value and headers', async () => {
    const p = await producing()
    const to = { topic: 'orders', partition: 0 }
    await p.run(
      p.client.produceSync([
        { ...to, key: null, value: null, headers: [{ key: 'h', value: null }] },
        { ...to, key: '', value: '', headers: [{ key: 'h', value: '' }] },
        { ...to, key: new Uint8Array(), value: new Uint8Array(), headers: [] },
        { ...to, value: 'no key' },
      ]),
    )
    const empty = new Uint8Array()
    expect(p.sandbox.records('orders', 0).map(r => [r.key, r.value, r.headers])).toEqual([
      [null, null, [{ key: 'h', value: null }]],
      [empty, empty, [{ key: 'h', value: empty }]],
      [empty, empty, []],
      [null, new TextEncoder().encode('no key'), []],
    ])
  })

  test('has the time of its making, in whole ms, unless it names one', async () => {
    const p = await producing()
    const results = await p.run(
      p.client.produceSync([
        { topic: 'orders', partition: 0, value: 'a' },
        { topic: 'orders', partition: 0, value: 'b', timestamp: 5n },
      ]),
    )
    expect(results.results.map(r => r.record.timestamp)).toEqual([1_700_000_000_000n, 5n])
  })
})
