import { describe, expect, test } from 'vitest'
import { exchange, readOf, START, writeOf } from '../testing/wire-events.js'
import type { WirePull, WireQuery } from '../wire-protocol.js'
import { type FrameReader, Reading } from './reading.js'
import { Recorder } from './recorder.js'
import { WireView } from './view.js'

const names = new Map([
  [0, 'Produce'],
  [1, 'Fetch'],
  [3, 'Metadata'],
  [9, 'OffsetFetch'],
  [12, 'Heartbeat'],
])
const words = {
  api: (key: number) => names.get(key) ?? `Api${key}`,
  error: (errno: number) => (errno === 6 ? 'NOT_LEADER_OR_FOLLOWER' : `E${errno}`),
}

/** A frame is the JSON of its body. */
const reader: FrameReader = {
  request: (_, frame) => JSON.parse(new TextDecoder().decode(frame)),
  response: (_, __, frame) => JSON.parse(new TextDecoder().decode(frame)),
}
const frame = (body: unknown) => new TextEncoder().encode(JSON.stringify(body))

function setUp() {
  const recorder = new Recorder({ rows: 1_000, now: () => START })
  recorder.keepFrames = true
  const reading = new Reading(recorder, reader, id => (id === 'id-1' ? 'orders.events' : undefined))
  let now = START + 60_000
  const view = new WireView({
    recorder,
    reading,
    words,
    now: () => now++,
    isMine: (label, views) => views.some(view => label === `${view}\t1`),
  })
  return { recorder, view }
}

const everything: WireQuery = {
  views: [],
  scope: 'all',
  text: '',
  families: [],
  errors: false,
  slow: false,
  throttled: false,
  fold: true,
  between: null,
}
const pull = (query: Partial<WireQuery> = {}, more: Partial<WirePull> = {}): WirePull => ({
  query: { ...everything, ...query },
  top: { index: 0, id: null },
  rows: 100,
  since: -1,
  lanes: null,
  openedAt: 0,
  frozenAt: null,
  ...more,
})
const ids = (view: WireView, query: Partial<WireQuery> = {}, more: Partial<WirePull> = {}) =>
  view.pull(pull(query, more))?.rows.map(row => row.id)

describe('the list', () => {
  test('this page has what its views asked for, and no other tab does', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, initiator: 'topics\t1' })
    exchange(recorder, { requestId: 2, initiator: 'topics\t2' })
    exchange(recorder, { requestId: 3, initiator: 'metadata' })
    expect(ids(view, { scope: 'page', views: ['topics'] })).toEqual([1])
    expect(ids(view, { scope: 'all' })).toEqual([1, 2])
    expect(view.pull(pull({ views: ['topics'] }))?.counts).toMatchObject({ page: 1, all: 3 })
  })

  test('heartbeats, idle fetches and refreshes are folded and counted, unless something is wrong with them or one asks for them', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, apiKey: 12 })
    exchange(recorder, { requestId: 2, apiKey: 1, parkMs: 500, waitMs: 500 })
    exchange(recorder, { requestId: 3, apiKey: 3, initiator: 'metadata' })
    exchange(recorder, { requestId: 4, apiKey: 12, readError: new Error('gone') })
    const folded = view.pull(pull())
    expect(folded?.rows.map(row => row.id)).toEqual([4])
    expect(folded?.folded).toEqual({ heartbeats: 1, fetches: 1, refreshes: 1 })
    expect(ids(view, { fold: false })).toEqual([1, 2, 3, 4])
    expect(ids(view, { text: 'api:Heartbeat' })).toEqual([1, 4])
  })

  test('dials stand between the requests, in order of time', () => {
    const { recorder, view } = setUp()
    const broker = { nodeId: 1, host: 'b', port: 9092 }
    exchange(recorder, { requestId: 1, startedAtMs: START })
    recorder.onBrokerConnect({
      broker,
      connectionId: 1,
      startedAtMs: START + 5,
      durationMs: 9,
      dialMs: 2,
      purpose: 'rest',
      error: new Error('refused'),
    })
    exchange(recorder, { requestId: 2, startedAtMs: START + 10 })
    expect(ids(view)).toEqual([1, -1, 2])
    expect(ids(view, { errors: true })).toEqual([-1])
    expect(ids(view, { families: ['met'] })).toEqual([1, 2])
  })

  test('the window follows its row when rows before it come or go', () => {
    const { recorder, view } = setUp()
    for (let id = 1; id <= 10; id++) exchange(recorder, { requestId: id, apiKey: id % 2 ? 3 : 0 })
    const top = { index: 6, id: 7 }
    expect(view.pull(pull({}, { top, rows: 2 }))).toMatchObject({ from: 6, shift: 0, total: 10 })
    expect(view.pull(pull({ families: ['met'] }, { top, rows: 2 }))).toMatchObject({ from: 3, shift: -3, total: 5 })
    expect(ids(view, {}, { top: 'end', rows: 2 })).toEqual([9, 10])
  })

  test('a paused list leaves out what began later', () => {
    const { recorder, view } = setUp()
    for (let id = 1; id <= 3; id++) exchange(recorder, { requestId: id, startedAtMs: START + id * 100 })
    expect(ids(view, {}, { frozenAt: START + 250 })).toEqual([1, 2])
  })

  test('nothing new, nothing sent', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1 })
    const first = view.pull(pull())
    expect(view.pull(pull({}, { since: first?.version }))).toBeNull()
    exchange(recorder, { requestId: 2 })
    expect(view.pull(pull({}, { since: first?.version }))?.rows).toHaveLength(2)
  })
})

describe('the filter', () => {
  test('a whole API name is that API; parts need a star', () => {
    const { recorder, view } = setUp()
    for (const [i, apiKey] of [1, 9, 3].entries()) exchange(recorder, { requestId: i, apiKey })
    expect(ids(view, { text: 'api:fetch' })).toEqual([0])
    expect(ids(view, { text: 'api:*fetch*' })).toEqual([0, 1])
    expect(ids(view, { text: '-api:Fetch,Metadata' })).toEqual([1])
  })

  test('broker, time without parking, size, errors, topics, words', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, broker: 1, request: frame({ topics: [{ name: 'orders.events' }] }) })
    exchange(recorder, { requestId: 2, broker: 2, apiKey: 1, parkMs: 500, waitMs: 400, received: 200_000 })
    exchange(recorder, { requestId: 3, broker: 3, waitMs: 80, response: frame({ errorCode: 6 }) })
    expect(ids(view, { text: 'broker:2,3' })).toEqual([2, 3])
    expect(ids(view, { text: 't>50ms' })).toEqual([3])
    expect(ids(view, { text: 'size>100kB' })).toEqual([2])
    expect(ids(view, { text: 'err:*' })).toEqual([3])
    expect(ids(view, { text: 'err:NOT_LEADER' })).toEqual([3])
    expect(ids(view, { text: 'topic:orders' })).toEqual([1])
    expect(ids(view, { text: 'orders.ev' })).toEqual([1])
    expect(view.pull(pull({ text: '/(/' }))?.filterNote).toMatch(/not a regex/)
  })

  test('the next error, in both directions', () => {
    const { recorder, view } = setUp()
    for (let id = 1; id <= 6; id++) exchange(recorder, { requestId: id, readError: id % 3 === 0 ? new Error('x') : undefined })
    expect(view.nextError(everything, 1, false)).toBe(3)
    expect(view.nextError(everything, 3, false)).toBe(6)
    expect(view.nextError(everything, 6, false)).toBeNull()
    expect(view.nextError(everything, 6, true)).toBe(3)
  })
})

describe('what a row says', () => {
  test('ok only when its error codes were looked at; a name for the first error that is found', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, response: frame({ errorCode: 0 }) })
    exchange(recorder, {
      requestId: 2,
      response: frame({ errorCode: 0, responses: [{ partitions: [{ errorCode: 0 }, { errorCode: 6 }] }] }),
    })
    recorder.keepFrames = false
    exchange(recorder, { requestId: 3 })
    recorder.keepFrames = true
    recorder.onBrokerWrite(writeOf({ requestId: 4 }))
    const statuses = view.pull(pull())?.rows.map(row => row.is === 'request' && row.status)
    expect(statuses).toEqual([
      { is: 'ok' },
      { is: 'kafka', code: 'NOT_LEADER_OR_FOLLOWER', errno: 6 },
      { is: 'answered' },
      { is: 'in flight', mayPark: false },
    ])
    expect(recorder.tally.errors).toBe(1)
    recorder.onBrokerRead(readOf({ requestId: 4, response: frame({ errorCode: 0 }) }))
    expect(view.pull(pull())?.rows.at(-1)).toMatchObject({ id: 4, status: { is: 'ok' } })
  })

  test('bytes that do not decode leave a row, not an exception', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, request: Uint8Array.of(255), response: Uint8Array.of(255) })
    expect(view.pull(pull())?.rows).toMatchObject([{ id: 1, about: '', status: { is: 'ok' } }])
  })

  test('topics known by id are named', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, apiKey: 1, request: frame({ topics: [{ topicId: 'id-1', partitions: [{ partition: 7 }] }] }) })
    expect(view.pull(pull())?.rows[0]).toMatchObject({ about: 'orders.events-7' })
  })
})

describe('the cost of a page', () => {
  const slow = { requestId: 60, apiKey: 35, startedAtMs: START + 3_000, waitMs: 800, initiator: 'topics\t1', received: 500 }

  test('adds up its first burst and names what took longest', () => {
    const { recorder, view } = setUp()
    for (let id = 1; id <= 50; id++) exchange(recorder, { requestId: id, apiKey: 35, waitMs: 60, initiator: 'brokers\t1' })
    exchange(recorder, slow)
    exchange(recorder, { requestId: 61, startedAtMs: START + 3_010, waitMs: 20, initiator: 'topics\t1', received: 400 })
    exchange(recorder, { requestId: 62, startedAtMs: START + 9_000, waitMs: 20, initiator: 'topics\t1' })
    const cost = view.pull(pull({ scope: 'page', views: ['topics'] }, { openedAt: START + 2_000 }))?.cost
    expect(cost).toMatchObject({ requests: 2, received: 900, worst: { id: 60, api: 'Api35', broker: 1 } })
    expect(cost?.tookMs).toBeCloseTo(801, 0)
    expect(cost?.worst.timesMedian).toBeGreaterThan(10)
  })

  test('is not said of a quick page, nor of long polls', () => {
    const { recorder, view } = setUp()
    exchange(recorder, { requestId: 1, waitMs: 20, initiator: 'topics\t1' })
    exchange(recorder, { requestId: 2, apiKey: 1, parkMs: 5_000, waitMs: 5_000, initiator: 'topics\t1' })
    expect(view.pull(pull({ scope: 'page', views: ['topics'] }))?.cost).toBeNull()
  })
})

test('the overview marks work, errors and throttling by broker', () => {
  const { recorder, view } = setUp()
  exchange(recorder, { requestId: 4, broker: 1, apiKey: 1, parkMs: 900, startedAtMs: START, waitMs: 900 })
  exchange(recorder, { requestId: 1, broker: 2, startedAtMs: START + 100, waitMs: 150 })
  exchange(recorder, { requestId: 2, broker: 1, startedAtMs: START + 500, readError: new Error('x') })
  exchange(recorder, { requestId: 3, broker: 1, startedAtMs: START + 700, throttleMs: 200 })
  const lanes =
    view.pull(pull({ families: ['met'] }, { lanes: { span: { from: START, to: START + 1_000 }, bins: 10 } }))?.overview?.lanes ?? []
  expect(lanes.map(lane => lane.broker)).toEqual([1, 2])
  expect([...lanes[1].counts]).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
  expect([...lanes[0].counts]).toEqual([0, 0, 0, 0, 0, 1, 0, 1, 0, 1])
  expect([...lanes[0].marked]).toEqual([0, 0, 0, 0, 0, 1, 0, 1, 0, 0])
  expect([...lanes[0].marks]).toEqual([0, 0, 0, 0, 0, 1, 0, 2, 2, 2])
})
