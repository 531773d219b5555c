import { expect, test } from 'vitest'
import { RateLimit } from './rate.js'

test('a burst at once, then as many as the rate gives back, never more than the burst after a rest', () => {
  let now = 0
  const limit = new RateLimit(10, 3, () => now)
  const takes = (count: number) => Array.from({ length: count }, () => limit.take())
  expect(takes(4)).toEqual([true, true, true, false])
  now += 99
  expect(limit.take()).toBe(false)
  now += 1
  expect(takes(2)).toEqual([true, false])
  now += 60_000
  expect(takes(4)).toEqual([true, true, true, false])
})
