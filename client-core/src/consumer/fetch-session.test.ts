import { describe, expect, test } from 'vitest'
import { zeroUuid } from '../bytes/uuid.js'
import { answer, close } from '../sandbox/index.js'
import { FetchSession, type WantedPartition } from './fetch-session.js'
import { Offset } from './offset.js'
import { from, names, setup, values } from './testing/setup.js'

const wanted = (partition: number, offset = 0n): WantedPartition => ({
  topic: 'orders',
  topicId: zeroUuid,
  partition,
  offset,
  leaderEpoch: 0,
  lastFetchedEpoch: -1,
  maxBytes: 1,
})
const partitions = (asked: ReturnType<FetchSession['ask']>) => asked.topics.flatMap(t => t.partitions.map(p => p.partition))

describe('a fetch session (KIP-227)', () => {
  test('names only what changed, and forgets what is no longer asked for', () => {
    const session = new FetchSession(true)
    expect(partitions(session.ask([wanted(0), wanted(1)]))).toEqual([0, 1])
    session.accepted(7)
    expect(partitions(session.ask([wanted(0), wanted(1, 5n)]))).toEqual([1])
    session.accepted(7)
    const asked = session.ask([wanted(0)])
    expect(asked).toMatchObject({ sessionId: 7, sessionEpoch: 2, topics: [], forgottenTopicsData: [{ topic: 'orders', partitions: [1] }] })
  })

  test('forgets a topic under its old id when it is asked for under another', () => {
    const session = new FetchSession(true)
    const [before, after] = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg']
    session.ask([{ ...wanted(0), topicId: before }])
    session.accepted(7)
    expect(session.ask([{ ...wanted(0), topicId: after }])).toMatchObject({
      topics: [{ topicId: after }],
      forgottenTopicsData: [{ topicId: before, partitions: [0] }],
    })
  })

  test('names a partition anew whose leader epoch changed, or its limit', () => {
    for (const change of [{ leaderEpoch: 1 }, { maxBytes: 2 }]) {
      const session = new FetchSession(true)
      session.ask([wanted(0), wanted(1)])
      session.accepted(7)
      expect(partitions(session.ask([wanted(0), { ...wanted(1), ...change }]))).toEqual([1])
    }
  })

  test('that the broker lost while it was used is asked for anew, without the id that means nothing any more', () => {
    const session = new FetchSession(true)
    session.ask([wanted(0)])
    session.accepted(7)
    session.lost('FETCH_SESSION_ID_NOT_FOUND')
    expect(session.ask([wanted(0)])).toMatchObject({ sessionId: 0, sessionEpoch: 0 })
    session.accepted(8)
    expect(session.ask([wanted(0)])).toMatchObject({ sessionId: 8, sessionEpoch: 1, topics: [] })
  })

  test('whose answer was lost is begun anew: the broker may have counted on', async () => {
    const { sandbox, make, read } = await setup({ brokers: 1, topics: { orders: 1 } })
    const asked: number[] = []
    const client = make(from(Offset.atStart(), 0))
    sandbox.append('orders', 0, values(1))
    await read(client, 1)
    sandbox.intercept('Fetch', ({ request }) => {
      asked.push(request.sessionEpoch)
      return asked.length === 1 ? close({ after: true }) : undefined
    })
    sandbox.append('orders', 0, values(1, 1))
    sandbox.broker(1).cut()
    expect(await read(client, 1)).toEqual(['v1'])
    expect(asked.slice(0, 2)).toEqual([0, 0])
  })

  test('counts to 2147483647 and then from 1', () => {
    const late = new FetchSession(true, 0x7ffffffe)
    for (const epoch of [0x7ffffffe, 0x7fffffff, 1, 2]) {
      expect(late.ask([]).sessionEpoch).toBe(epoch)
      late.accepted(7)
    }
  })

  test('that failed begins anew with everything, naming the old one so that the broker can forget it', () => {
    const session = new FetchSession(true)
    session.ask([wanted(0)])
    session.accepted(7)
    session.ask([wanted(0), wanted(1)])
    session.reset()
    const asked = session.ask([wanted(0), wanted(1)])
    expect(asked).toMatchObject({ sessionId: 7, sessionEpoch: 0, forgottenTopicsData: [] })
    expect(partitions(asked)).toEqual([0, 1])
  })

  test('that a broker has no room for is done without: every request is whole', () => {
    const session = new FetchSession(true)
    for (let i = 0; i < 3; i++) {
      const asked = session.ask([wanted(0)])
      expect([asked.sessionId, partitions(asked)]).toEqual([0, [0]])
      session.accepted(0)
    }
  })

  test('that cannot even begin is given up', () => {
    const session = new FetchSession(true)
    session.ask([wanted(0)])
    session.lost('FETCH_SESSION_ID_NOT_FOUND')
    expect(session.ask([wanted(0)])).toMatchObject({ sessionId: 0, sessionEpoch: -1 })
    session.accepted(9)
    expect(session.ask([wanted(0)])).toMatchObject({ sessionId: 0, sessionEpoch: -1 })
  })

  test.each([
    'FETCH_SESSION_ID_NOT_FOUND',
    'INVALID_FETCH_SESSION_EPOCH',
    'FETCH_SESSION_TOPIC_ID_ERROR',
    'INCONSISTENT_TOPIC_ID',
  ] as const)('that the broker answers with %s is made anew at once, and nothing is lost', async code => {
    const { sandbox, make, read, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 2)).toEqual(names(2))
    sandbox.append('orders', 0, values(2, 2))
    sandbox.intercept('Fetch', { once: true }, answer({ errorCode: errnos[code], sessionId: 0, responses: [] }))
    const before = clock.now()
    await client.pollFetches({ wait: false })
    expect(await read(client, 2)).toEqual(names(2, 2))
    // The long poll that was under way, and no pause behind it.
    expect(clock.now() - before).toBeLessThan(5_500)
  })

  test('lets go of a partition that is paused, and of one whose leader moved', async () => {
    const { sandbox, make, read, during } = await setup({ brokers: 1, topics: { orders: 2 } })
    const forgotten: number[] = []
    sandbox.intercept('Fetch', ({ request }) => {
      for (const t of request.forgottenTopicsData) forgotten.push(...t.partitions)
      return undefined
    })
    for (const p of [0, 1]) sandbox.append('orders', p, values(1, p))
    const client = make(from(Offset.atStart(), 0, 1))
    await read(client, 2)
    client.pauseFetchPartitions({ orders: [1] })
    await during(client, 11_000)
    expect(forgotten).toEqual([1])
  })

  test('is not asked for with fetchSessions: false', async () => {
    const { sandbox, make, read } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(2))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, fetchSessions: false } })
    await read(client, 2)
    expect(sandbox.broker(1).fetchSessions).toBe(0)
  })

  test('any other error of the whole answer is followed by a pause', async () => {
    const { sandbox, make, during, read } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(2))
    let asked = 0
    const refused = sandbox.intercept('Fetch', () => {
      asked++
      return answer({ errorCode: 56, sessionId: 0, responses: [] })
    })
    const client = make(from(Offset.atStart(), 0))
    await during(client, 2_000)
    expect(asked).toBeGreaterThan(1)
    expect(asked).toBeLessThan(10)
    refused.remove()
    expect(await read(client, 2)).toEqual(names(2))
  })
})

const errnos = {
  FETCH_SESSION_ID_NOT_FOUND: 70,
  INVALID_FETCH_SESSION_EPOCH: 71,
  FETCH_SESSION_TOPIC_ID_ERROR: 106,
  INCONSISTENT_TOPIC_ID: 103,
}
