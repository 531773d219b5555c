import { describe, expect, test } from 'vitest'
import { close, fail, hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const stopAll = (p: Awaited<ReturnType<typeof producing>>) => Promise.all(p.sandbox.brokers.map(id => p.sandbox.broker(id).stop()))

describe('deliveryTimeoutMs', () => {
  test('gives up a record that no broker takes, and names what went wrong last', async () => {
    const p = await producing({ producer: { deliveryTimeoutMs: 10_000 } })
    await p.run(p.put('warm'))
    p.sandbox.intercept('Produce', fail('NOT_ENOUGH_REPLICAS'))
    const started = p.clock.now()
    const results = await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'a' }]))
    expect(results.firstError()).toMatchObject({
      code: 'RECORD_TIMEOUT',
      message: expect.stringMatching(
        /^the record for orders partition 0 was not written within deliveryTimeoutMs 10000 \(last error: NOT_ENOUGH_REPLICAS: .*\)$/,
      ),
      cause: expect.objectContaining({ code: 'NOT_ENOUGH_REPLICAS' }),
    })
    expect(p.clock.now() - started).toBeLessThanOrEqual(12_500)
  })

  test('gives up a record that nobody leads the partition of, and says so', async () => {
    const p = await producing({
      sandbox: { brokers: 2, topics: { orders: { partitions: 1, replicationFactor: 1 } } },
      producer: { deliveryTimeoutMs: 2_000 },
    })
    await p.run(p.put('a'))
    await p.sandbox.broker(p.sandbox.leader('orders', 0)).stop()
    await p.run(p.client.forceMetadataRefresh())
    await expect(p.run(p.client.send({ topic: 'orders', partition: 0, value: 'b' }))).rejects.toMatchObject({
      code: 'RECORD_TIMEOUT',
      message: expect.stringMatching(/\(last error: LEADER_NOT_AVAILABLE: orders partition 0 was not written: .+\)$/),
      cause: { code: 'LEADER_NOT_AVAILABLE' },
    })
  })

  test('counts from the timestamp of the record', async () => {
    const p = await producing({ producer: { deliveryTimeoutMs: 10_000, lingerMs: 50 } })
    const started = p.clock.now()
    expect(await p.run(p.put('old', { timestamp: BigInt(p.clock.wallNow() - 9_000), topic: 'nowhere', partition: undefined }))).toBe(
      'old:RECORD_TIMEOUT',
    )
    expect(p.clock.now() - started).toBeLessThanOrEqual(2_500)
  })

  test('gives up what waits for its topic, and of it only what is late', async () => {
    const p = await producing({ producer: { deliveryTimeoutMs: 20_000, unknownTopicRetries: -1 } })
    const early = p.put('early', { topic: 'later', partition: 0 })
    await p.clock.advance(18_000)
    const late = p.put('late', { topic: 'later', partition: 0 })
    expect(await p.run(early)).toBe('early:RECORD_TIMEOUT')
    p.sandbox.createTopic('later')
    expect(await p.run(late)).toBe('late@0')
  })

  test('leaves no timer behind once nothing is buffered', async () => {
    const p = await producing({ producer: { deliveryTimeoutMs: 1_000 }, client: { connIdleTimeoutMs: 500 } })
    await p.run(p.put('a'))
    await p.clock.advance(5_000)
    const idle = p.clock.pending
    await p.client.close()
    // The metadata loop alone.
    expect([idle, p.clock.pending]).toEqual([1, 0])
  })
})

describe('recordRetries', () => {
  test('bounds the tries beyond the first', async () => {
    const p = await producing({ producer: { recordRetries: 2 } })
    await p.run(p.put('warm'))
    const asks = p.sandbox.intercept('Produce', () => undefined)
    p.sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
    expect(await p.run(p.put('a'))).toBe('a:RECORD_RETRIES')
    expect(asks.count).toBe(3)
  })

  test('counts lost requests too', async () => {
    const p = await producing({ producer: { recordRetries: 1 } })
    await p.run(p.put('warm'))
    const asks = p.sandbox.intercept('Produce', () => undefined)
    p.sandbox.intercept('Produce', close())
    expect(await p.run(p.put('a'))).toBe('a:RECORD_RETRIES')
    expect(asks.count).toBe(2)
  })

  test('of an unknown topic counts the times it was asked for', async () => {
    const p = await producing({ producer: { recordRetries: 2, unknownTopicRetries: -1 } })
    const results = await p.run(p.client.produceSync([{ topic: 'nowhere', value: 'a' }]))
    expect(results.firstError()).toMatchObject({ code: 'RECORD_RETRIES', cause: { code: 'UNKNOWN_TOPIC_OR_PARTITION' } })
  })

  test('takes all that is buffered behind the head of a partition with it, and nothing of another', async () => {
    const p = await producing({ producer: { recordRetries: 0, lingerMs: 5 }, sandbox: { brokers: 1, topics: { orders: 2 } } })
    await p.run(Promise.all([p.put('w', { partition: 0 }), p.put('w', { partition: 1 })]))
    p.told.length = 0
    const held = p.sandbox.intercept('Produce', { once: true }, async () => {
      behind = [p.put('b'), p.put('c')]
      return fail('NOT_LEADER_OR_FOLLOWER')
    })
    let behind: Promise<string>[] = []
    const head = p.put('a')
    await p.clock.advance(5)
    await p.run(head)
    expect(held.count).toBe(1)
    await p.run(Promise.all(behind))
    expect(p.told).toEqual(['a:RECORD_RETRIES', 'b:RECORD_RETRIES', 'c:RECORD_RETRIES'])
    expect(await p.run(p.put('d'))).toBe('d@1')
    expect(await p.run(p.put('x', { partition: 1 }))).toBe('x@1')
  })
})

describe('a signal', () => {
  test('gives up a record that waits for company', async () => {
    const p = await producing({ producer: { lingerMs: 60_000 } })
    await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'warm' }]))
    const abort = new AbortController()
    const a = p.put('a', {}, abort.signal)
    await p.clock.settle()
    abort.abort()
    await p.clock.settle()
    expect(p.told).toEqual(['a:ABORTED'])
    await a
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('does not give up what the broker may be writing: the answer decides', async () => {
    for (const [verdict, told] of [
      [undefined, 'a@1'],
      [fail('NOT_LEADER_OR_FOLLOWER'), 'a:ABORTED'],
    ] as const) {
      const p = await producing()
      await p.run(p.put('warm'))
      const abort = new AbortController()
      const held = p.sandbox.intercept('Produce', { once: true }, async () => {
        await new Promise<void>(resolve => p.clock.setTimeout(resolve, 1_000))
        return verdict
      })
      const a = p.put('a', {}, abort.signal)
      await held.met(1)
      abort.abort()
      await p.clock.advance(999)
      expect(p.told).toEqual(['warm@0'])
      expect(await p.run(a)).toBe(told)
    }
  })

  test('takes what is behind it on its partition with it, and nothing of other partitions', async () => {
    const p = await producing({ producer: { lingerMs: 1_000 } })
    await p.run(p.client.produceSync([0, 1].map(partition => ({ topic: 'orders', partition, value: 'warm' }))))
    const abort = new AbortController()
    const all = [p.put('a', {}, abort.signal), p.put('b'), p.put('x', { partition: 1 })]
    abort.abort()
    expect(await p.run(Promise.all(all))).toEqual(['a:ABORTED', 'b:ABORTED', 'x@1'])
  })

  test('of a record that is not the first of its batch changes nothing', async () => {
    const p = await producing({ producer: { lingerMs: 100 } })
    await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'warm' }]))
    const abort = new AbortController()
    const all = [p.put('a'), p.put('b', {}, abort.signal)]
    abort.abort()
    expect(await p.run(Promise.all(all))).toEqual(['a@1', 'b@2'])
  })

  test('gives up a record that waits for its topic, that one alone', async () => {
    const p = await producing()
    const abort = new AbortController()
    const topic = { topic: 'later', partition: 0 }
    const all = [p.put('a', topic), p.put('b', topic, abort.signal), p.put('c', topic)]
    await p.clock.settle()
    abort.abort()
    p.sandbox.createTopic('later')
    expect(await p.run(Promise.all(all))).toEqual(['a@0', 'b:ABORTED', 'c@1'])
  })

  test('that was given before is refused before anything is buffered', async () => {
    const p = await producing()
    const produced = p.client.produce({ topic: 'orders', value: 'a' }, { signal: AbortSignal.abort() })
    await expect(produced).rejects.toMatchObject({ code: 'ABORTED', message: 'the record was aborted before it was buffered' })
  })

  test('that many records share keeps none of them', async () => {
    const p = await producing()
    const abort = new AbortController()
    let listeners = 0
    const { signal } = abort
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    for (let i = 0; i < 5; i++) await p.run(p.put(`v${i}`, {}, signal))
    await p.run(p.put('x', { topic: 'nowhere', partition: 0 }, signal))
    expect(listeners).toBe(0)
  })
})

describe('a batch that the broker may have written', () => {
  test.each(['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'] as const)(
    'after %s is given up neither by signal nor by retries nor by time, until the broker says',
    async code => {
      const p = await producing({ producer: { recordRetries: 1, deliveryTimeoutMs: 5_000 } })
      await p.run(p.put('warm'))
      const abort = new AbortController()
      p.sandbox.intercept('Produce', { once: true }, fail(code, { after: true }))
      const later = p.sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
      const a = p.put('a', {}, abort.signal)
      await p.clock.advance(2_000)
      expect(later.count).toBeGreaterThan(1)
      abort.abort()
      await p.clock.advance(20_000)
      expect(p.told).toEqual(['warm@0'])
      later.remove()
      expect(await p.run(a)).toBe('a@1')
      expect(p.values()).toEqual(['warm', 'a'])
    },
  )

  test('is given up by a final answer', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    p.sandbox.intercept('Produce', { once: true }, fail('REQUEST_TIMED_OUT'))
    p.sandbox.intercept('Produce', { once: true }, fail('MESSAGE_TOO_LARGE'))
    expect(await p.run(p.put('a'))).toBe('a:MESSAGE_TOO_LARGE')
  })

  test('without idempotence may be called failed at any time', async () => {
    const p = await producing({ producer: { idempotent: false, deliveryTimeoutMs: 2_000 } })
    await p.run(p.put('warm'))
    p.sandbox.intercept('Produce', { once: true }, hang())
    expect(await p.run(p.put('a'))).toBe('a:RECORD_TIMEOUT')
  })
})

test('a cluster that is gone fails nothing by itself: with no limits given, records wait for its return', async () => {
  const p = await producing()
  await p.run(p.put('warm'))
  await stopAll(p)
  const all = p.puts(['a', 'b'])
  await p.clock.advance(100_000)
  expect(p.told).toEqual(['warm@0'])
  await Promise.all(p.sandbox.brokers.map(id => p.sandbox.broker(id).start()))
  expect(await p.run(all)).toEqual(['a@1', 'b@2'])
})
