import { describe, expect, test } from 'vitest'
import { validateOptions } from '../client/options.js'
import { answer, fail } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { names, said, setup, values } from './testing/setup.js'

const quick = { metadataMaxAgeMs: 1_000, metadataMinAgeMs: 100, considerMissingTopicDeletedAfterMs: 2_000 }

describe('topics by regular expressions', () => {
  test('every topic that one of them meets is consumed, internal ones never; those that come later too', async () => {
    const { sandbox, make, read, during } = await setup({ topics: { 'orders-eu': 1, 'orders-us': 2, payments: 1, other: 1 } })
    sandbox.group('g', { offsets: { other: { 0: 0n } } })
    sandbox.append('orders-eu', 0, [{ value: 'eu' }])
    sandbox.append('orders-us', 1, [{ value: 'us' }])
    sandbox.append('payments', 0, [{ value: 'paid' }])
    sandbox.append('other', 0, [{ value: 'other' }])
    const client = make({ ...quick, consumer: { topics: ['^orders-', 'ment', '__consumer'], regex: true } })
    expect((await read(client, 3)).sort()).toEqual(['eu', 'paid', 'us'])
    sandbox.createTopic('orders-asia', 1)
    sandbox.append('orders-asia', 0, [{ value: 'asia' }])
    expect(await read(client, 1)).toEqual(['asia'])
    expect(said(await during(client, 3_000))).toEqual([])
  })

  test('a topic that is gone is let go of, and consumed from its beginning when it comes back', async () => {
    const { sandbox, make, read, during } = await setup({ topics: { orders: 1, payments: 1 } })
    sandbox.append('orders', 0, values(2))
    const client = make({ ...quick, consumer: { topics: ['orders'], regex: true } })
    expect(await read(client, 2)).toEqual(names(2))
    sandbox.deleteTopic('orders')
    expect((await during(client, 8_000)).map(p => p.error)).toEqual([])
    sandbox.createTopic('orders', 1)
    sandbox.append('orders', 0, values(3, 10))
    expect(await read(client, 3)).toEqual(names(3, 10))
  })

  test('addConsumeTopics does nothing: the expressions say what is consumed', async () => {
    const { sandbox, make, during } = await setup({ topics: { orders: 1, payments: 1 } })
    sandbox.append('payments', 0, values(1))
    const client = make({ ...quick, consumer: { topics: ['orders'], regex: true } })
    client.addConsumeTopics('payments')
    expect(said(await during(client, 3_000))).toEqual([])
  })

  test('partitions that are named are consumed beside them', async () => {
    const { sandbox, make, read } = await setup({ topics: { orders: 1, payments: 1 } })
    sandbox.append('orders', 0, values(1))
    sandbox.append('payments', 0, values(2, 10))
    const consumer = { topics: ['orders'], regex: true, partitions: { payments: { 0: Offset.at(1n) } } }
    expect((await read(make({ ...quick, consumer }), 2)).sort()).toEqual(['v0', 'v11'])
  })

  test('what is no regular expression is refused with its place', async () => {
    const { sandbox } = await setup()
    const { transport } = sandbox
    expect(() => validateOptions({ transport, consumer: { topics: ['fine', 'br(oken'], regex: true } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('consumer.topics[1]') }),
    )
    expect(() => validateOptions({ transport, consumer: { topics: ['br(oken'] } })).not.toThrow()
  })
})

describe('a topic that was created anew under the same name', () => {
  test('is refused: its id is unknown five times in silence, then that surfaces and fetching stops; purged and added it goes on', async () => {
    const { sandbox, make, read, partition, during } = await setup({ topics: { orders: 1 } }, quick)
    sandbox.append('orders', 0, values(3))
    const client = make({ consumer: { topics: ['orders'] } })
    expect(await read(client, 3)).toEqual(names(3))
    sandbox.recreateTopic('orders')
    sandbox.append('orders', 0, values(6, 10))
    // Beside the long poll that is under way.
    let fetched = 0
    sandbox.intercept('Fetch', ({ request }) => {
      fetched++
      for (const t of request.topics) expect(t.topicId).not.toBe(sandbox.topicId('orders'))
      return undefined
    })
    const { error, records } = await partition(client, () => true)
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_ID' })
    expect(records.length).toBe(0)
    expect(fetched).toBe(5)
    expect(await during(client, 10_000)).toEqual([])
    expect(fetched).toBe(5)
    sandbox.clearInterceptions()
    client.purgeTopicsFromConsuming('orders')
    client.addConsumeTopics('orders')
    expect(await read(client, 6)).toEqual(names(6, 10))
  })

  test('an id that is unknown four times, known, and unknown four times is no other topic', async () => {
    const { sandbox, make, read, during } = await setup({ brokers: 1, topics: { orders: 1 } }, quick)
    sandbox.append('orders', 0, values(1))
    let asked = 0
    sandbox.intercept('Fetch', () => (++asked % 5 === 0 ? undefined : fail('UNKNOWN_TOPIC_ID')))
    const client = make({ consumer: { topics: ['orders'], fetchSessions: false, fetchMaxWaitMs: 100 } })
    expect(await read(client, 1)).toEqual(['v0'])
    expect(await during(client, 60_000)).toEqual([])
    sandbox.append('orders', 0, values(1, 1))
    expect(await read(client, 1)).toEqual(['v1'])
  })

  test('is met also by a fetch session, which knows the old one: brokers say so until it is made anew', async () => {
    const { sandbox, make, read, partition } = await setup({ topics: { orders: 1 } }, quick)
    sandbox.append('orders', 0, values(3))
    const client = make({ consumer: { topics: ['orders'] } })
    expect(await read(client, 3)).toEqual(names(3))
    sandbox.recreateTopic('orders')
    const inconsistentTopicId = 103
    sandbox.intercept('Fetch', async ({ request, proceed }) => {
      if (request.sessionEpoch <= 0) return undefined
      const real = (await proceed())!
      const partitions = [{ partitionIndex: 0, errorCode: inconsistentTopicId, highWatermark: -1n, records: null }]
      return answer({ ...real, responses: real.responses.map(topic => ({ ...topic, partitions })) })
    })
    expect((await partition(client, () => true)).error).toMatchObject({ code: 'UNKNOWN_TOPIC_ID' })
  })

  test('is not told by brokers that name topics: Fetch is capped where a topic has no id', async () => {
    const { sandbox, make, read } = await setup({ topics: { orders: 1 } }, quick)
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ Metadata: [0, 9] })
    const versions = new Set<number>()
    sandbox.intercept('Fetch', ({ version }) => void versions.add(version))
    sandbox.append('orders', 0, values(3))
    expect(await read(make({ consumer: { topics: ['orders'] } }), 3)).toEqual(names(3))
    expect([...versions]).toEqual([12])
  })
})

describe('topics that are consumed whole', () => {
  test('a partition that was removed stays away, also when metadata is read again', async () => {
    const { sandbox, make, during, read } = await setup({ topics: { orders: 2 } }, quick)
    const client = make({ consumer: { topics: ['orders'] } })
    await during(client, 500)
    client.removeConsumePartitions({ orders: [1] })
    for (const p of [0, 1]) sandbox.append('orders', p, values(1, p))
    expect(await read(client, 1)).toEqual(['v0'])
    expect(said(await during(client, 5_000))).toEqual([])
  })

  test('a topic all of whose partitions were removed is no longer consumed', async () => {
    const { sandbox, make, during } = await setup({ topics: { orders: 1 } }, quick)
    const client = make({ consumer: { topics: ['orders'] } })
    await during(client, 500)
    client.removeConsumePartitions({ orders: [0] })
    sandbox.append('orders', 0, values(1))
    expect(said(await during(client, 5_000))).toEqual([])
  })

  test('an error of the topic that will not go away is told', async () => {
    const { make, partition } = await setup({ topics: { orders: 1 } }, quick)
    const client = make({ consumer: { topics: ['no such:topic'] } })
    expect(await partition(client, () => true)).toMatchObject({
      topic: 'no such:topic',
      partition: -1,
      error: { code: 'INVALID_TOPIC_EXCEPTION' },
    })
  })
})
