import { describe, expect, test } from 'vitest'
import { ConnectionRing } from './connection-ring.js'
import { FrameRing } from './frame-ring.js'
import { Labels } from './labels.js'
import { RequestRing } from './request-ring.js'

describe('the ring of requests', () => {
  test('keeps the newest rows and answers for no other', () => {
    const ring = new RequestRing(4)
    for (let id = 1; id <= 10; id++) ring.open(id)
    expect([...Array(11).keys()].filter(id => ring.slot(id) >= 0)).toEqual([7, 8, 9, 10])
    expect(ring.first).toBe(7)
  })

  test('a request that waited long does not overwrite the newer row of its slot', () => {
    const ring = new RequestRing(4)
    ring.open(5)
    ring.open(9)
    expect(ring.open(5)).toBe(-1)
    expect(ring.slot(9)).toBeGreaterThanOrEqual(0)
  })

  test('a reused slot carries nothing over from the row before', () => {
    const ring = new RequestRing(2)
    const slot = ring.open(1)
    ring.setError(slot, 'connection closed')
    ring.errno[slot] = 6
    ring.throttleMs[slot] = 120
    const reused = ring.open(3)
    expect(reused).toBe(slot)
    expect([ring.flags[reused], ring.errno[reused], ring.throttleMs[reused], ring.errorOf(reused)]).toEqual([0, 0, 0, ''])
  })

  test('clearing empties it; answers to what was cleared find no row', () => {
    const ring = new RequestRing(8)
    for (let id = 0; id < 5; id++) ring.open(id)
    ring.clear()
    expect([0, 1, 2, 3, 4].map(id => ring.slot(id))).toEqual([-1, -1, -1, -1, -1])
    expect(ring.open(3)).toBe(-1)
    expect(ring.open(5)).toBeGreaterThanOrEqual(0)
  })

  test('long errors are cut: 20,000 of them stay within megabytes', () => {
    const ring = new RequestRing(2)
    const slot = ring.open(1)
    ring.setError(slot, 'x'.repeat(10_000))
    expect(ring.errorOf(slot)).toHaveLength(300)
  })
})

describe('the ring of payloads', () => {
  test('never holds more than its budget; the oldest go first', () => {
    const ring = new FrameRing(1_000, 400)
    for (let id = 0; id < 10; id++) ring.put(id, 'request', new Uint8Array(300))
    expect(ring.bytes).toBe(900)
    expect([6, 7, 8, 9].map(id => ring.get(id, 'request') !== undefined)).toEqual([false, true, true, true])
  })

  test('a frame larger than one may be is not kept, and empties nothing', () => {
    const ring = new FrameRing(1_000, 400)
    ring.put(1, 'request', new Uint8Array(300))
    expect(ring.put(2, 'response', new Uint8Array(401))).toBe(false)
    expect(ring.get(1, 'request')).toBeDefined()
  })

  test('a small view does not keep the large buffer that it was cut from', () => {
    const ring = new FrameRing(100_000, 50_000)
    ring.put(1, 'response', new Uint8Array(65_536).subarray(100, 150))
    expect(ring.bytes).toBe(50)
    expect(ring.get(1, 'response')?.buffer.byteLength).toBe(50)
  })

  test('request and response of one id are two frames', () => {
    const ring = new FrameRing(1_000, 400)
    ring.put(7, 'request', Uint8Array.of(1))
    ring.put(7, 'response', Uint8Array.of(2))
    expect([ring.get(7, 'request')?.[0], ring.get(7, 'response')?.[0]]).toEqual([1, 2])
  })
})

test('the ring of connection events forgets the oldest and never reuses a number', () => {
  const ring = new ConnectionRing(3)
  const event = {
    is: 'connect' as const,
    broker: 1,
    address: 'b:9092',
    connectionId: 1,
    purpose: 'rest',
    at: 0,
    durationMs: 1,
    dialMs: 1,
    error: '',
  }
  for (let i = 0; i < 5; i++) ring.add({ ...event, at: i })
  expect([...ring].map(record => record.sequence)).toEqual([2, 3, 4])
  expect(ring.get(1)).toBeUndefined()
  ring.clear()
  expect([...ring]).toEqual([])
})

describe('labels', () => {
  test('a text has one number for as long as it is in use', () => {
    const labels = new Labels(8, () => {})
    expect(labels.number('topics')).toBe(labels.number('topics'))
    expect(labels.text(labels.number('groups'))).toBe('groups')
    expect(labels.numbersOf(text => text === 'groups')).toEqual(new Set([labels.number('groups')]))
  })

  test('a full table makes room from what no row uses, and otherwise answers with the empty text', () => {
    let used: number[] = []
    const labels = new Labels(4, mark => {
      for (const number of used) mark[number] = 1
    })
    const [a, b, c] = ['a', 'b', 'c'].map(text => labels.number(text))
    used = [a, c]
    expect(labels.number('d')).toBe(b)
    expect(labels.text(b)).toBe('d')
    used = [a, b, c]
    expect(labels.number('e')).toBe(0)
    expect([a, b, c].map(number => labels.text(number))).toEqual(['a', 'd', 'c'])
  })
})
