import { describe, expect, test } from 'vitest'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { errnoOf } from '../../protocol/errors.js'
import { nextSessionEpoch } from '../state/fetch-sessions.js'
import { setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

const MAX_EPOCH = 0x7fffffff

interface Ask {
  id?: number
  epoch: number
  partitions?: [partition: number, offset: bigint][]
  forget?: number[]
  maxBytes?: number
}
const fetchIn = (client: TestClient, { id = 0, epoch, partitions = [], forget = [], maxBytes = 1_000_000 }: Ask, topic = 'orders') =>
  client.ask(FetchRequest, 12, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes,
    sessionId: id,
    sessionEpoch: epoch,
    topics:
      partitions.length === 0
        ? []
        : [{ topic, partitions: partitions.map(([partition, fetchOffset]) => ({ partition, fetchOffset, partitionMaxBytes: 1000 })) }],
    forgottenTopicsData: forget.length === 0 ? [] : [{ topic, partitions: forget }],
  })
type Answer = Awaited<ReturnType<typeof fetchIn>>
const told = (answer: Answer) => answer.responses.flatMap(({ partitions }) => partitions.map(p => p.partitionIndex))

/** A session over partitions 0, 1 and 2, all empty and all told. */
async function session() {
  const made = await setup({ topics: { orders: 3, other: 1 } })
  const first = await fetchIn(made.client, {
    epoch: 0,
    partitions: [
      [0, 0n],
      [1, 0n],
      [2, 0n],
    ],
  })
  return { ...made, first, id: first.sessionId }
}

describe('fetch sessions (KIP-227)', () => {
  test('epoch 0 opens one and tells every partition', async () => {
    const { first, id, sandbox } = await session()
    expect(first.errorCode).toBe(0)
    expect(id).toBeGreaterThan(0)
    expect(told(first)).toEqual([0, 1, 2])
    expect(sandbox.broker(1).fetchSessions).toBe(1)
  })

  test('an incremental fetch repeats nothing: partitions are remembered, and only news is told', async () => {
    const { client, id, sandbox } = await session()
    expect(told(await fetchIn(client, { id, epoch: 1 }))).toEqual([])
    sandbox.append('orders', 1, [{ value: 'a' }])
    const news = await fetchIn(client, { id, epoch: 2 })
    expect(news.sessionId).toBe(id)
    expect(told(news)).toEqual([1])
    expect(news.responses[0].partitions[0]).toMatchObject({ highWatermark: 1n })
  })

  test('an offset is moved by naming the partition again; what was told already is not told again', async () => {
    const { client, id, sandbox } = await session()
    sandbox.append('orders', 1, [{ value: 'a' }])
    await fetchIn(client, { id, epoch: 1 })
    expect(told(await fetchIn(client, { id, epoch: 2 }))).toEqual([1])
    expect(told(await fetchIn(client, { id, epoch: 3, partitions: [[1, 1n]] }))).toEqual([])
  })

  test('partitions are added and forgotten', async () => {
    const { client, id, sandbox } = await session()
    expect(told(await fetchIn(client, { id, epoch: 1, partitions: [[0, 0n]] }, 'other'))).toEqual([0])
    sandbox.append('orders', 0, [{ value: 'a' }])
    sandbox.append('orders', 1, [{ value: 'a' }])
    expect(told(await fetchIn(client, { id, epoch: 2, forget: [0] }))).toEqual([1])
  })

  test('a log start that moved is news, and so is an error, each time', async () => {
    const { client, id, sandbox } = await session()
    for (const partition of [0, 1, 2]) sandbox.append('orders', partition, [{ value: 'a' }])
    await fetchIn(client, {
      id,
      epoch: 1,
      partitions: [
        [0, 1n],
        [1, 1n],
        [2, 1n],
      ],
    })
    sandbox.deleteRecords('orders', 2, 1n)
    expect(told(await fetchIn(client, { id, epoch: 2 }))).toEqual([2])
    expect(told(await fetchIn(client, { id, epoch: 3, partitions: [[0, 99n]] }))).toEqual([0])
    expect(told(await fetchIn(client, { id, epoch: 4 }))).toEqual([0])
  })

  test('a partition that gave records goes to the end of the order, so that a small limit starves nobody', async () => {
    const { client, id, sandbox } = await session()
    for (const partition of [0, 1, 2]) sandbox.append('orders', partition, [{ value: 'x'.repeat(200) }])
    // Each partition has the news of a higher end once; records come from one at a time.
    const withRecords = (answer: Answer) =>
      answer.responses.flatMap(r => r.partitions.filter(p => p.records?.length).map(p => p.partitionIndex))
    const order = []
    for (const epoch of [1, 2, 3, 4]) order.push(...withRecords(await fetchIn(client, { id, epoch, maxBytes: 10 })))
    expect(order).toEqual([0, 1, 2, 0])
  })

  test('errors: an unknown id, a wrong epoch, topic names in a session that began with ids', async () => {
    const { client, id } = await session()
    expect(await fetchIn(client, { id: id + 1, epoch: 1 })).toMatchObject({
      errorCode: errnoOf('FETCH_SESSION_ID_NOT_FOUND'),
      sessionId: 0,
      responses: [],
    })
    expect(await fetchIn(client, { id, epoch: 2 })).toMatchObject({ errorCode: errnoOf('INVALID_FETCH_SESSION_EPOCH'), sessionId: 0 })
    const { topics } = await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })
    const byId = {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topicId: topics[0].topicId, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }] }],
    }
    const { sessionId } = await client.ask(FetchRequest, 13, { ...byId, sessionEpoch: 0 })
    expect(await fetchIn(client, { id: sessionId, epoch: 1 })).toMatchObject({ errorCode: errnoOf('FETCH_SESSION_TOPIC_ID_ERROR') })
  })

  test('epoch -1 ends the session, and a session whose last partition is forgotten ends too', async () => {
    const { client, id, sandbox } = await session()
    await fetchIn(client, { id, epoch: -1 })
    expect(sandbox.broker(1).fetchSessions).toBe(0)
    const again = await fetchIn(client, { epoch: 0, partitions: [[0, 0n]] })
    expect(await fetchIn(client, { id: again.sessionId, epoch: 1, forget: [0] })).toMatchObject({ errorCode: 0, sessionId: 0 })
    expect(sandbox.broker(1).fetchSessions).toBe(0)
  })

  test('asking for a new one replaces the old one', async () => {
    const { client, id, sandbox } = await session()
    const next = await fetchIn(client, { id, epoch: 0, partitions: [[0, 0n]] })
    expect(next.sessionId).not.toBe(id)
    expect(sandbox.broker(1).fetchSessions).toBe(1)
  })

  test('sessions belong to the broker: another connection goes on with one, a restart ends it', async () => {
    const { client, dial, id, sandbox } = await session()
    client.close()
    expect((await fetchIn(await dial(), { id, epoch: 1 })).errorCode).toBe(0)
    await sandbox.broker(1).stop()
    await sandbox.broker(1).start()
    expect((await fetchIn(await dial(), { id, epoch: 2 })).errorCode).toBe(errnoOf('FETCH_SESSION_ID_NOT_FOUND'))
  })

  test('when all slots are taken there is none to be had, until one has been idle for two minutes', async () => {
    const { client, clock, sandbox } = await setup({
      topics: { orders: 1 },
      brokerConfigs: { 'max.incremental.fetch.session.cache.slots': '2' },
    })
    const open = async () => (await fetchIn(client, { epoch: 0, partitions: [[0, 0n]] })).sessionId
    expect([await open(), await open(), await open()]).toEqual([1, 2, 0])
    await clock.advance(120_000)
    expect(await open()).toBe(3)
    expect(sandbox.broker(1).fetchSessions).toBe(2)
  })

  test('after epoch 2147483647 comes 1', () => {
    expect([nextSessionEpoch(1), nextSessionEpoch(MAX_EPOCH)]).toEqual([2, 1])
  })
})
