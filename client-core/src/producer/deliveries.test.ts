import { describe, expect, test } from 'vitest'
import { basicLogger } from '../hooks/logger.js'
import type { KafkaRecord } from '../records/record.js'
import { close, fail, hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const record = (value: string, partition = 0) => ({ topic: 'orders', partition, value })

describe('onDelivery', () => {
  test('runs once per record, in the order of produce, also of records that fail', async () => {
    const p = await producing()
    await p.run(p.puts(['a', 'b']))
    p.sandbox.intercept('Produce', { once: true }, fail('MESSAGE_TOO_LARGE'))
    await p.run(p.puts(['c', 'd']))
    await p.run(p.puts(['e']))
    expect(p.told).toEqual(['a@0', 'b@1', 'c:MESSAGE_TOO_LARGE', 'd:MESSAGE_TOO_LARGE', 'e@2'])
  })

  test('gets the record as it was written', async () => {
    const p = await producing()
    const context = { mine: true }
    const headers = [
      { key: 'h', value: 'text' },
      { key: 'h', value: null },
      { key: '', value: new Uint8Array() },
    ]
    const [{ record: told }] = await p.run(
      p.client
        .produceSync([{ topic: 'orders', partition: 1, key: 'k', value: null, headers, timestamp: 1_699_999_999_999n, context }])
        .then(r => r.results),
    )
    const utf8 = new TextEncoder()
    expect(told).toMatchObject({
      topic: 'orders',
      partition: 1,
      offset: 0n,
      timestamp: 1_699_999_999_999n,
      value: null,
      leaderEpoch: -1,
      context,
    })
    expect([told.key, told.headers]).toEqual([
      utf8.encode('k'),
      [
        { key: 'h', value: utf8.encode('text') },
        { key: 'h', value: null },
        { key: '', value: new Uint8Array() },
      ],
    ])
    const [written] = p.sandbox.records('orders', 1)
    expect([written.key, written.value, written.headers, written.timestamp]).toEqual([told.key, told.value, told.headers, told.timestamp])
  })

  test('gives back what a record has beside its value, whichever it is, and values of every kind; a promise does, too', async () => {
    const p = await producing({ producer: { lingerMs: 5 } })
    await p.run(p.put('first'))
    const utf8 = new TextEncoder()
    const headers = [{ key: 'h', value: 'text' }]
    const rests = [{}, { key: 'k' }, { key: null }, { key: '' }, { headers }, { context: 0 }, { key: 'k', headers, context: 'mine' }]
    const records = rests.flatMap(rest =>
      ['text', '', null, utf8.encode('bytes')].map(value => ({ topic: 'orders', partition: 0, value, ...rest })),
    )
    const called: KafkaRecord[] = []
    const sent: Promise<KafkaRecord>[] = []
    for (const r of records) {
      sent.push(p.client.send(r))
      void p.client.produce(r, { onDelivery: told => called.push(told) })
    }
    await p.run(p.client.flush())
    const bytes = (v: Uint8Array | string | null = null) => (typeof v === 'string' ? utf8.encode(v) : v)
    const asWritten = (r: (typeof records)[number] & { key?: string | null; headers?: typeof headers; context?: unknown }) => ({
      key: bytes(r.key),
      value: bytes(r.value),
      headers: (r.headers ?? []).map(h => ({ key: h.key, value: bytes(h.value) })),
      context: r.context,
    })
    const shown = ({ key, value, headers, context }: KafkaRecord) => ({ key, value, headers, context })
    expect(called.map(shown)).toEqual(records.map(asWritten))
    expect((await Promise.all(sent)).map(shown)).toEqual(records.map(asWritten))
  })

  test("gets the broker's time where the topic has it", async () => {
    const p = await producing({ sandbox: { topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } } } })
    const results = await p.run(p.client.produceSync([{ ...record('a'), timestamp: 5n }]))
    expect(results.first()).toMatchObject({ timestamp: BigInt(p.clock.now()), attrs: { timestampType: 'LogAppendTime' } })
  })

  test('may throw: the others are told, and the client goes on', async () => {
    const lines: string[] = []
    const p = await producing({ client: { logger: basicLogger(line => lines.push(line), 'error') } })
    const boom = () => {
      throw new Error('mine')
    }
    await p.client.produce(record('a'), { onDelivery: boom })
    await p.client.produce({ topic: 'nowhere', value: 'x' }, { onDelivery: boom })
    await p.client.produce({ topic: 'orders' } as never, { onDelivery: boom }).catch(() => {})
    const b = p.put('b')
    await p.run(p.client.flush())
    expect(await b).toBe('b@1')
    expect(lines).toEqual(Array(3).fill('[ERROR] an onDelivery callback threw; error: mine'))
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('may produce, flush, and close the client', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 2 } })
    const values: string[] = []
    let closed: Promise<void> | undefined
    const again = (n: number) => {
      values.push(`v${n}`)
      void p.client.produce(record(`v${n}`), {
        onDelivery: () => (n < 5 ? again(n + 1) : void (closed = p.client.flush().then(() => p.client.close()))),
      })
    }
    again(0)
    await p.clock.advance(1_000)
    await closed
    expect(p.values()).toEqual(values)
  })

  test('is not called from within produce, even for what is refused', async () => {
    const p = await producing()
    let isWithin = true
    const seen: boolean[] = []
    const refused = p.client.produce({ topic: '', value: 'x' }, { onDelivery: () => void seen.push(isWithin) })
    isWithin = false
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_RECORD' })
    expect(seen).toEqual([false])
  })

  test('leaves nothing unhandled where only the callback listens', async () => {
    const p = await producing()
    const codes: unknown[] = []
    const onDelivery = (_: unknown, error?: Error & { code?: string }) => void codes.push(error?.code)
    p.client.produce({ topic: 'orders', value: 7 as never }, { onDelivery })
    p.client.produce({ topic: 'nowhere', value: 'x' }, { onDelivery })
    await p.clock.advance(10_000)
    expect(codes).toEqual(['INVALID_RECORD', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })
})

describe('send', () => {
  test('resolves with the delivered record, rejects with why it was not delivered', async () => {
    const p = await producing()
    expect(await p.run(p.client.send(record('a')))).toMatchObject({ offset: 0n, partition: 0 })
    p.sandbox.intercept('Produce', { once: true }, fail('TOPIC_AUTHORIZATION_FAILED'))
    await expect(p.run(p.client.send(record('b')))).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
  })
})

describe('close', () => {
  test('fails what is buffered, waits for room, or waits for its topic, and later what is produced', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 3 } })
    await p.run(p.put('warm'))
    p.sandbox.intercept('Produce', hang())
    const all = [p.put('in flight'), p.put('next', { partition: 1 }), p.put('topic', { topic: 'nowhere' }), p.put('blocked')]
    await p.clock.advance(10)
    await p.client.close()
    expect((await Promise.all(all)).map(t => t.split(':')[1])).toEqual(Array(4).fill('CLIENT_CLOSED'))
    await expect(p.client.produce(record('late'))).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await expect(p.client.tryProduce(record('late'))).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await expect(p.client.send(record('late'))).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await p.client.flush()
    expect([p.client.bufferedProduceRecords, p.clock.pending]).toEqual([0, 0])
  })

  test('leaves no timer, whatever the producer was doing', async () => {
    for (const fault of [close(), fail('NOT_LEADER_OR_FOLLOWER'), fail('REQUEST_TIMED_OUT'), hang()]) {
      const p = await producing({ producer: { deliveryTimeoutMs: 60_000, lingerMs: 5 } })
      await p.run(p.put('warm'))
      p.sandbox.intercept('Produce', fault)
      const all = [p.put('a'), p.put('b', { topic: 'nowhere' })]
      await p.clock.advance(700)
      all.push(p.put('lingering', { partition: 2 }))
      await p.client.close()
      await Promise.all(all)
      await p.clock.settle()
      expect(p.clock.pending).toBe(0)
    }
  })
})
