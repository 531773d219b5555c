import { describe, expect, test } from 'vitest'
import type { Session } from '../session/session.js'
import type { WirePull, WireSnapshot } from '../session/wire-protocol.js'
import { axisOf } from './time-axis.js'
import { Wire } from './wire.js'

const snapshot = (change: Partial<WireSnapshot> = {}): WireSnapshot => ({
  version: 1,
  now: 0,
  counts: { page: 0, all: 0, families: [], errors: 0, slow: 0, throttled: 0, inFlight: 0 },
  folded: { heartbeats: 0, fetches: 0, refreshes: 0 },
  total: 0,
  from: 0,
  shift: 0,
  rows: [],
  recording: true,
  payloads: true,
  payloadBytes: 0,
  payloadBudget: 16_000_000,
  oldestAt: null,
  unread: 0,
  overview: null,
  cost: null,
  filterNote: null,
  ...change,
})

/** A session that counts pulls, on a clock that the test moves by frames of 16 ms. */
function setUp({ scrolls = true } = {}) {
  const frames: (() => void)[] = []
  const pulls: WirePull[] = []
  let now = 0
  let hidden = false
  let answer: (pull: WirePull) => Promise<WireSnapshot | null> = async () => snapshot()
  const session = {
    call: async (method: string, params: WirePull) => {
      if (method !== 'wire.pull') return null
      pulls.push(params)
      return answer(params)
    },
  } as unknown as Session
  const wire = new Wire(session, {}, { frame: run => void frames.push(run), now: () => now, hidden: () => hidden, scrolls: () => scrolls })
  const run = async (ms: number) => {
    for (const end = now + ms; now < end; now += 16) {
      for (const frame of frames.splice(0)) frame()
      await new Promise(resolve => setTimeout(resolve, 0))
    }
  }
  return { wire, pulls, run, hide: (on: boolean) => (hidden = on), answerWith: (fn: typeof answer) => (answer = fn) }
}

describe('pulling', () => {
  test('at most ten times a second, however often something is asked', async () => {
    const { wire, pulls, run } = setUp()
    wire.attach()
    for (let i = 0; i < 50; i++) {
      wire.setQuery({ text: String(i) })
      await run(16)
    }
    expect(pulls.length).toBeLessThanOrEqual(9)
    expect(pulls.length).toBeGreaterThan(5)
  })

  test('one at a time: a session that is slow is not asked again meanwhile', async () => {
    const { wire, pulls, run, answerWith } = setUp()
    let release: (value: WireSnapshot) => void = () => {}
    answerWith(() => new Promise(resolve => (release = resolve)))
    wire.attach()
    await run(1_000)
    expect(pulls).toHaveLength(1)
    release(snapshot())
    await run(200)
    expect(pulls).toHaveLength(2)
  })

  test('a hidden tab asks for nothing, a detached one neither', async () => {
    const { wire, pulls, run, hide } = setUp()
    const detach = wire.attach()
    hide(true)
    await run(500)
    expect(pulls).toHaveLength(0)
    hide(false)
    await run(200)
    const seen = pulls.length
    expect(seen).toBeGreaterThan(0)
    detach()
    await run(500)
    expect(pulls.length).toBe(seen)
  })

  test('asks for what is new since the last answer, unless the question changed', async () => {
    const { wire, pulls, run } = setUp()
    wire.attach()
    await run(250)
    wire.setQuery({ errors: true })
    await run(120)
    expect(pulls.map(({ since }) => since)).toEqual([-1, 1, 1, -1].slice(0, pulls.length - 1).concat([-1]))
  })

  test('a pull that failed is said, and the next one asked', async () => {
    const { wire, run, answerWith } = setUp()
    answerWith(() => Promise.reject(new Error('the session was closed')))
    wire.attach()
    await run(120)
    expect(wire.store.getState().fault).toBe('the session was closed')
    answerWith(async () => snapshot())
    await run(200)
    expect(wire.store.getState().fault).toBeNull()
  })
})

test('where motion is reduced the list stands still and says how many came', async () => {
  const { wire, run, answerWith } = setUp({ scrolls: false })
  answerWith(async () => snapshot({ total: 10 }))
  wire.attach()
  await run(150)
  wire.setFollow(true)
  answerWith(async () => snapshot({ total: 13, version: 2 }))
  await run(250)
  expect(wire.store.getState()).toMatchObject({ follow: false, fresh: 3 })
})

test('the axis spans what is in sight, with round ticks', () => {
  const row = {
    is: 'connect' as const,
    id: -1,
    startedAt: 1_000,
    broker: 1,
    address: '',
    connection: 1,
    purpose: '',
    dialMs: 10,
    totalMs: 400,
    error: '',
  }
  const axis = axisOf([row, { ...row, startedAt: 1_100, totalMs: 380 }], 5_000, true)
  expect(axis.from).toBe(1_000)
  expect(axis.spanMs).toBeCloseTo(499.2, 1)
  expect(axis.ticks.map(tick => tick.label)).toEqual(['0 ms', '100', '200', '300', '400'])
  expect(axisOf([row, { ...row, startedAt: 90_000 }], 95_000, false).spanMs).toBeCloseTo(416, 0)
  expect(axisOf([], 0, true).ticks).toEqual([])
})
