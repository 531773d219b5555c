import { describe, expect, test } from 'vitest'
import { exchange, readOf, START, writeOf } from '../testing/wire-events.js'
import { figuresOf } from './figures.js'
import { metricsOf } from './metrics.js'
import { Recorder } from './recorder.js'
import { CANCELLED, DONE, FAILED, IDLE, REQUEST_KEPT, RESPONSE_KEPT, SILENT, SLOW, TOO_LARGE } from './request-ring.js'

const buffers = { fetchRecords: 0, fetchBytes: 0, fetchLimit: 1_000, produceRecords: 0, produceLimit: 10_000 }
const context = (now: number) => ({ now, range: '5 min' as const, broker: null, api: String, buffers })

describe('a request', () => {
  test('is in flight from the write to the answer', () => {
    const recorder = new Recorder()
    recorder.onBrokerWrite(writeOf({ requestId: 1 }))
    const slot = recorder.requests.slot(1)
    expect([recorder.inFlight, recorder.requests.has(slot, DONE)]).toEqual([1, false])
    recorder.onBrokerRead(readOf({ requestId: 1, waitMs: 3, readMs: 1 }))
    expect([recorder.inFlight, recorder.requests.has(slot, DONE)]).toEqual([0, true])
    expect(recorder.requests.durationMs(slot)).toBeCloseTo(4.5, 3)
  })

  test('with acks=0 is done when it is written', () => {
    const recorder = new Recorder()
    exchange(recorder, { requestId: 1, apiKey: 0, noResponse: true })
    expect(recorder.inFlight).toBe(0)
    expect(recorder.requests.flags[recorder.requests.slot(1)]).toBe(SILENT | DONE)
  })

  test('that could not be written, or whose answer broke, keeps the words and counts as an error', () => {
    const recorder = new Recorder()
    exchange(recorder, { requestId: 1, writeError: new Error('broken pipe') })
    exchange(recorder, { requestId: 2, readError: new Error('closed after 11 ms') })
    const words = [1, 2].map(id => recorder.requests.errorOf(recorder.requests.slot(id)))
    expect(words).toEqual(['broken pipe', 'closed after 11 ms'])
    expect(recorder.requests.has(recorder.requests.slot(2), FAILED)).toBe(true)
    expect([recorder.tally.errors, recorder.inFlight]).toEqual([2, 0])
  })

  test('may be answered before the stream says that it was written', () => {
    const recorder = new Recorder({ now: () => START })
    recorder.onBrokerRead(readOf({ requestId: 1, waitMs: START }))
    recorder.onBrokerWrite(writeOf({ requestId: 1, startedAtMs: START, sent: 40 }))
    const slot = recorder.requests.slot(1)
    expect([recorder.inFlight, recorder.requests.has(slot, DONE), recorder.requests.sent[slot]]).toEqual([0, true, 40])
    expect(recorder.requests.durationMs(slot)).toBeLessThan(2)
  })

  test('that was given up on our side is no error', () => {
    const recorder = new Recorder()
    const given = Object.assign(new Error('whoever asked was closed'), { code: 'ABORTED' })
    exchange(recorder, { requestId: 1, apiKey: 1, parkMs: 500, readError: given })
    const slot = recorder.requests.slot(1)
    expect([recorder.tally.errors, recorder.inFlight, recorder.requests.has(slot, FAILED), recorder.requests.has(slot, CANCELLED)]).toEqual(
      [0, 0, false, true],
    )
  })

  test('is slow when it takes four times what its API usually takes', () => {
    const recorder = new Recorder()
    for (let id = 1; id <= 50; id++) exchange(recorder, { requestId: id, apiKey: 35, waitMs: 20 })
    exchange(recorder, { requestId: 51, apiKey: 35, startedAtMs: START + 5_000, waitMs: 95 })
    exchange(recorder, { requestId: 52, apiKey: 35, startedAtMs: START + 5_000, waitMs: 120 })
    expect([51, 52].map(id => recorder.requests.has(recorder.requests.slot(id), SLOW))).toEqual([false, true])
  })

  test('throttling is noted on the row that caused it', () => {
    const recorder = new Recorder()
    exchange(recorder, { requestId: 1, throttleMs: 120 })
    expect([recorder.requests.throttleMs[recorder.requests.slot(1)], recorder.tally.throttled]).toEqual([120, 1])
  })
})

describe('parked time', () => {
  test('begins where other requests usually have their answer', () => {
    const recorder = new Recorder()
    for (let id = 1; id <= 50; id++) exchange(recorder, { requestId: id, waitMs: 150 })
    exchange(recorder, { requestId: 51, apiKey: 1, parkMs: 500, waitMs: 155 })
    exchange(recorder, { requestId: 52, apiKey: 1, parkMs: 500, waitMs: 450 })
    const parked = [51, 52].map(id => recorder.requests.parkedMs[recorder.requests.slot(id)])
    expect(parked[0]).toBe(0)
    expect(parked[1]).toBeCloseTo(300, 0)
  })

  test('is the wait up to what was asked for, and no latency', () => {
    const recorder = new Recorder()
    exchange(recorder, { requestId: 1, apiKey: 1, parkMs: 500, waitMs: 502, readMs: 1.5, writeMs: 0.5 })
    const slot = recorder.requests.slot(1)
    expect(recorder.requests.parkedMs[slot]).toBe(500)
    expect(recorder.requests.latencyMs(slot)).toBeCloseTo(4, 3)
    const { p99Ms } = figuresOf(recorder, START + 2_000, buffers)
    expect(p99Ms).toBeLessThan(5)
  })

  test('a long poll that used all of it came back empty', () => {
    const recorder = new Recorder()
    exchange(recorder, { requestId: 1, apiKey: 1, parkMs: 500, waitMs: 499 })
    exchange(recorder, { requestId: 2, apiKey: 1, parkMs: 500, waitMs: 61 })
    expect([1, 2].map(id => recorder.requests.has(recorder.requests.slot(id), IDLE))).toEqual([true, false])
  })

  test('is left out of the figures also while no rows are recorded', () => {
    const recorder = new Recorder({ now: () => START })
    recorder.recording = false
    exchange(recorder, { requestId: 1, apiKey: 1, parkMs: 500, waitMs: 480, readMs: 1 })
    expect(recorder.requests.slot(1)).toBe(-1)
    const [fetch] = metricsOf(recorder, context(START)).apis
    expect(fetch).toMatchObject({ apiKey: 1, count: 1 })
    expect(fetch.maxMs).toBe(1)
  })
})

describe('payloads', () => {
  const secret = new TextEncoder().encode('\0alice\0hunter2')

  test('are kept only once Wire has been opened', () => {
    const recorder = new Recorder()
    let taken = 0
    const frame = {
      byteLength: 4,
      take: () => {
        taken++
        return new Uint8Array(4)
      },
    }
    recorder.onBrokerWrite({ ...writeOf({ requestId: 1 }), frame })
    recorder.keepFrames = true
    recorder.onBrokerWrite({ ...writeOf({ requestId: 2 }), frame })
    expect([taken, recorder.frames.bytes]).toEqual([1, 4])
  })

  test('of SASL and of other APIs that carry credentials are never taken', () => {
    const recorder = new Recorder()
    recorder.keepFrames = true
    for (const [requestId, apiKey] of [36, 51, 38, 39, 40, 41].entries())
      exchange(recorder, { requestId, apiKey, request: secret, response: secret })
    exchange(recorder, { requestId: 10, apiKey: 3 })
    expect([0, 1, 2, 3, 4, 5].map(id => recorder.frames.get(id, 'request') ?? recorder.frames.get(id, 'response'))).toEqual(
      Array(6).fill(undefined),
    )
    expect(recorder.requests.flags[recorder.requests.slot(10)] & (REQUEST_KEPT | RESPONSE_KEPT)).toBe(REQUEST_KEPT | RESPONSE_KEPT)
  })

  test('that are too large are marked, not taken', () => {
    const recorder = new Recorder({ frameBytes: 1_000, largestFrame: 100 })
    recorder.keepFrames = true
    recorder.onBrokerWrite({
      ...writeOf({ requestId: 1 }),
      frame: {
        byteLength: 101,
        take: () => {
          throw new Error('copied what cannot be kept')
        },
      },
    })
    expect(recorder.requests.has(recorder.requests.slot(1), TOO_LARGE)).toBe(true)
  })
})

test('a client that is made anew counts from 1 again: its requests come after those of the one before', () => {
  const recorder = new Recorder()
  for (let id = 1; id <= 3; id++) exchange(recorder, { requestId: id })
  recorder.onNewClient()
  exchange(recorder, { requestId: 1, readError: new Error('gone') })
  exchange(recorder, { requestId: 2, attempt: 2, retryOf: 1 })
  const { requests } = recorder
  expect([1, 2, 3, 5, 6].every(id => requests.slot(id) >= 0)).toBe(true)
  expect(requests.retryOf[requests.slot(6)]).toBe(5)
})

test('clearing the list leaves the figures of the metrics alone', () => {
  const recorder = new Recorder()
  exchange(recorder, { requestId: 1, startedAtMs: START })
  recorder.clear()
  expect(recorder.requests.slot(1)).toBe(-1)
  expect(metricsOf(recorder, context(START + 1_000)).totals.requests).toBe(1)
})

test('figures of one broker are its own; the totals have them all', () => {
  const recorder = new Recorder()
  for (let id = 1; id <= 10; id++) exchange(recorder, { requestId: id, broker: id <= 3 ? 1 : 2, startedAtMs: START, received: 1_000 })
  const of = (broker: number | null) => metricsOf(recorder, { ...context(START + 1_000), broker })
  expect([1, 2, null].map(broker => of(broker).totals.requests)).toEqual([3, 7, 10])
  expect(of(1).series.bytesIn.reduce((a, b) => a + b)).toBe(3_000)
  expect(of(null).brokers).toEqual([1, 2])
})

test('a slice that still runs is drawn by its rate so far, and counted as it is', () => {
  const recorder = new Recorder()
  const whole = Math.ceil(START / 10_000) * 10_000
  for (let id = 1; id <= 10; id++) exchange(recorder, { requestId: id, startedAtMs: whole + id })
  const at = (ms: number) => metricsOf(recorder, { ...context(whole + ms), range: '15 min' })
  expect(at(1_000).totals.requests).toBe(0)
  expect(at(5_000).series.families[0].at(-1)).toBe(20)
  expect(at(5_000).totals.requests).toBe(10)
  expect(at(12_000).series.families[0].at(-2)).toBe(10)
})

test('batches: records each, and how well they compressed', () => {
  const recorder = new Recorder({ now: () => START })
  const batch = { broker: { nodeId: 1, host: 'b', port: 1 }, topic: 't', partition: 0, compressionType: 'zstd' as const }
  recorder.onFetchBatchRead({ ...batch, numRecords: 400, compressedBytes: 30, uncompressedBytes: 100 })
  recorder.onFetchBatchRead({ ...batch, numRecords: 200, compressedBytes: 32, uncompressedBytes: 100 })
  const { series, ratios } = metricsOf(recorder, context(START + 1_000))
  expect(series.fetched.at(-1)).toBe(300)
  expect(ratios).toEqual({ fetched: 0.31, produced: null })
})

test('the cost of an event (printed)', () => {
  const recorder = new Recorder()
  const count = 200_000
  const [write, read] = [writeOf({ requestId: 0, startedAtMs: START }), readOf({ requestId: 0 })]
  const started = performance.now()
  for (let id = 1; id <= count; id++) {
    write.requestId = read.requestId = id
    write.startedAtMs = START + id / 100
    recorder.onBrokerWrite(write)
    recorder.onBrokerRead(read)
  }
  const ns = ((performance.now() - started) * 1e6) / (2 * count)
  console.log(`recorder: ${ns.toFixed(0)} ns per hook event, ${recorder.requests.capacity} rows kept of ${count}`)
  expect(recorder.requests.slot(count)).toBeGreaterThanOrEqual(0)
})
