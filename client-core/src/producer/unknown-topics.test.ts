import { describe, expect, test } from 'vitest'
import { CreatePartitionsRequest } from '../protocol/api/create-partitions.js'
import { answer, fail, hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const at = (topic: string, partition: number | undefined = 0) => ({ topic, partition })

describe('a topic that is not known yet', () => {
  test('is looked up; what was produced waits in its order, and nothing overtakes it', async () => {
    const p = await producing()
    const first = p.puts(['a', 'b'])
    const looking = p.sandbox.intercept('Metadata', { once: true }, hang())
    await looking.met(1)
    const second = p.puts(['c', 'd'])
    looking.release()
    await p.clock.settle()
    const third = p.puts(['e'])
    await p.run(Promise.all([first, second, third]))
    expect(p.values()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(p.told).toEqual(['a@0', 'b@1', 'c@2', 'd@3', 'e@4'])
  })

  test('is asked for with all others in one request', async () => {
    const p = await producing({ sandbox: { topics: { orders: 1, other: 1, __proto__2: 1 } } })
    const asked: string[][] = []
    p.sandbox.intercept('Metadata', ({ request }) => void asked.push(request.topics!.map(t => t.name!)))
    await p.run(Promise.all(['orders', 'other', '__proto__2', 'orders'].map(topic => p.put('x', at(topic)))))
    expect(asked).toEqual([['orders', 'other', '__proto__2']])
  })

  test('is asked for again unknownTopicRetries times, ever more slowly, then its records fail', async () => {
    const p = await producing()
    const times: number[] = []
    p.sandbox.intercept('Metadata', () => void times.push(p.clock.now()))
    const results = await p.run(
      p.client.produceSync([
        { topic: 'nowhere', value: 'a' },
        { topic: 'nowhere', value: 'b' },
      ]),
    )
    for (const { error } of results) {
      expect(error).toMatchObject({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        message: 'UNKNOWN_TOPIC_OR_PARTITION: topic nowhere is not there (asked 5 times): create it, or set allowAutoTopicCreation',
      })
    }
    expect(times.map(t => t - times[0])).toEqual([0, 250, 750, 1_750, 3_750])
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('is waited for without end with unknownTopicRetries -1', async () => {
    const p = await producing({ producer: { unknownTopicRetries: -1 } })
    const a = p.put('a', at('later'))
    await p.clock.advance(100_000)
    p.sandbox.createTopic('later')
    expect(await p.run(a)).toBe('a@0')
  })

  test('is not asked for more often because more is produced to it, nor counted when others ask', async () => {
    const p = await producing()
    const asks = p.sandbox.intercept('Metadata', () => undefined)
    const first = p.put('first', at('nowhere'))
    for (let i = 0; i < 30; i++) {
      void p.put(`v${i}`, at('nowhere'))
      await p.clock.advance(10)
    }
    expect(asks.count).toBeLessThanOrEqual(2)
    for (let i = 0; i < 10; i++) await p.run(p.client.forceMetadataRefresh())
    expect(p.told).toEqual([])
    expect(await p.run(first)).toBe('first:UNKNOWN_TOPIC_OR_PARTITION')
    expect(p.told).toHaveLength(31)
  })

  test('that asking creates is there a moment later', async () => {
    const p = await producing({ client: { allowAutoTopicCreation: true } })
    expect(await p.run(p.put('a', at('fresh')))).toBe('a@0')
    expect(p.sandbox.topics).toContain('fresh')
  })

  test('without an error and without partitions is no success: it is as unknown as any', async () => {
    const p = await producing()
    p.sandbox.intercept('Metadata', async ({ request, proceed }) => {
      const real = (await proceed())!
      if (!request.topics?.some(t => t.name === 'empty')) return undefined
      return answer({ ...real, topics: [{ ...real.topics[0], errorCode: 0, name: 'empty', partitions: [] }] })
    })
    expect(await p.run(p.put('a', at('empty')))).toBe('a:UNKNOWN_TOPIC_OR_PARTITION')
  })

  test.each(['INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED'] as const)(
    'that the cluster refuses with %s fails at once',
    async code => {
      const p = await producing()
      p.sandbox.intercept('Metadata', fail(code))
      const started = p.clock.now()
      expect(await p.run(p.put('a', at('secret')))).toBe(`a:${code}`)
      expect(p.clock.now()).toBe(started)
    },
  )

  test('whose leaders are being elected is waited for', async () => {
    const p = await producing()
    for (let i = 0; i < 8; i++) p.sandbox.intercept('Metadata', { once: true }, fail('LEADER_NOT_AVAILABLE'))
    expect(await p.run(p.put('a'))).toBe('a@0')
  })

  test('fails at once when there is no way to the cluster that may ever work', async () => {
    const p = await producing({ client: { seedBrokers: ['nowhere:9092'] } })
    expect(await p.run(p.put('a'))).toBe('a:ENOTFOUND')
  })

  test('a record that will never fit is not waited with', async () => {
    const p = await producing({ producer: { batchMaxBytes: 2_048 } })
    const produced = p.client.produce({ topic: 'nowhere', value: 'x'.repeat(3_000) })
    await expect(produced).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('the record that waits is the one that was given: its object may be used again', async () => {
    const p = await producing()
    const value = new TextEncoder().encode('mine')
    const record = { topic: 'orders', partition: 0, value, headers: [{ key: 'h', value }] }
    await p.client.produce(record)
    value.fill(120)
    record.headers = []
    await p.client.produce(record)
    await p.run(p.client.flush())
    expect(p.values()).toEqual(['mine', 'xxxx'])
    expect(p.sandbox.records('orders', 0)[0].headers).toHaveLength(1)
  })

  test('with a partitioner that throws fails its records, and nothing else', async () => {
    const partitioner = {
      forTopic(topic: string) {
        if (topic === 'other') throw new Error('not my topic')
        return { requiresConsistency: () => false, partition: () => 0 }
      },
    }
    const p = await producing({ sandbox: { topics: { orders: 1, other: 1 } }, producer: { partitioner } })
    const results = await p.run(
      p.client.produceSync([
        { topic: 'other', value: 'a' },
        { topic: 'orders', value: 'b' },
      ]),
    )
    expect(results.results.map(r => r.error?.message ?? r.record.offset)).toEqual(['not my topic', 0n])
  })
})

describe('a topic that goes away', () => {
  test('fails what is buffered for it once the cluster has said so often enough', async () => {
    const p = await producing()
    await p.run(p.put('a'))
    p.sandbox.deleteTopic('orders')
    expect(await p.run(p.puts(['b', 'c']))).toEqual([
      expect.stringMatching(/^b:UNKNOWN_TOPIC_/),
      expect.stringMatching(/^c:UNKNOWN_TOPIC_/),
    ])
    expect(p.client.bufferedProduceRecords).toBe(0)
  })

  test('fails also where nobody leads it any more who could be asked', async () => {
    const p = await producing({ sandbox: { brokers: 2, topics: { orders: { partitions: 1, replicationFactor: 1 } } } })
    await p.run(p.put('a'))
    await p.sandbox.broker(p.sandbox.leader('orders', 0)).stop()
    await p.run(p.client.forceMetadataRefresh())
    p.sandbox.deleteTopic('orders')
    expect(await p.run(p.put('b'))).toBe('b:UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('the count of the times begins anew with every success', async () => {
    const p = await producing({ producer: { unknownTopicRetries: 2 } })
    await p.run(p.put('warm'))
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 2; i++) p.sandbox.intercept('Produce', { once: true }, fail('UNKNOWN_TOPIC_OR_PARTITION'))
      expect(await p.run(p.put(`v${round}`))).toBe(`v${round}@${round + 1}`)
    }
    for (let i = 0; i < 3; i++) p.sandbox.intercept('Produce', { once: true }, fail('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await p.run(p.put('x'))).toBe('x:UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('other errors in between do not begin the count anew', async () => {
    const p = await producing({ producer: { unknownTopicRetries: 2 } })
    await p.run(p.put('warm'))
    for (const code of [
      'UNKNOWN_TOPIC_OR_PARTITION',
      'LEADER_NOT_AVAILABLE',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'LEADER_NOT_AVAILABLE',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ] as const)
      p.sandbox.intercept('Produce', { once: true }, fail(code))
    expect(await p.run(p.put('x'))).toBe('x:UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('grows: records go to the partitions that it got', async () => {
    const p = await producing()
    await p.run(p.put('a'))
    await p.run(
      p.client.request(
        CreatePartitionsRequest({ topics: [{ name: 'orders', count: 5, assignments: null }], timeoutMs: 1_000, validateOnly: false }),
      ),
    )
    await p.run(p.client.forceMetadataRefresh())
    expect(await p.run(p.put('b', { partition: 4 }))).toBe('b@0')
  })

  test('is refused when it was made anew, until it is purged', async () => {
    const p = await producing()
    await p.run(p.put('a'))
    p.sandbox.deleteTopic('orders')
    p.sandbox.createTopic('orders', 5)
    await p.run(p.client.forceMetadataRefresh())
    expect(await p.run(p.put('b'))).toBe('b:UNKNOWN_TOPIC_ID')
    p.client.purgeTopicsFromClient('orders')
    expect(await p.run(p.put('c', { partition: 4 }))).toBe('c@0')
  })
})
