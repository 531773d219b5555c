import { expect, test } from 'vitest'
import { ApiMinutes } from './api-minutes.js'
import { Series } from './series.js'

test('a slice that comes round again is wiped before it is used', () => {
  const series = new Series(1_000, 3)
  series.sent(500, 0, 10)
  series.sent(3_500, 1, 20)
  const slot = series.peek(3)
  expect([series.families[slot * 7], series.families[slot * 7 + 1], series.sums.bytesOut[slot]]).toEqual([0, 1, 20])
  expect(series.peek(0)).toBe(-1)
})

test('what comes late for a slice that is gone is left out, not added to a newer one', () => {
  const series = new Series(1_000, 3)
  series.sent(9_500, 0, 10)
  series.sent(500, 0, 99)
  expect(series.sums.bytesOut[series.peek(9)]).toBe(10)
})

test('an hour of an API: counts, percentiles and the parked time apart', () => {
  const apis = new ApiMinutes()
  const start = 60_000 * 1_000
  for (let i = 0; i < 100; i++) apis.answered(start + i, 1, 1_000, 2, 500)
  apis.answered(start + 60_000, 1, 1_000, 300, 0)
  apis.failed(start, 1)
  const [fetch] = apis.figures(start + 60_000, 15 * 60_000)
  expect(fetch).toMatchObject({ apiKey: 1, count: 101, errors: 1, bytes: 101_000, maxMs: 300 })
  expect(fetch.p50Ms).toBeCloseTo(2, 0)
  expect(apis.figures(start + 60_000, 60_000)[0].p99Ms).toBeLessThanOrEqual(300)
  expect(fetch.parkedP50Ms).toBeGreaterThan(450)
  expect(apis.figures(start + 2 * 3_600_000, 15 * 60_000)).toEqual([])
})
