import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renewalAfter } from './lifetime.js'

const middle = () => 0.5

test('a login that lasts is not renewed', () => {
  expect(renewalAfter(0n, 5, middle)).toBe(Number.POSITIVE_INFINITY)
  expect(renewalAfter(-1n, 5, middle)).toBe(Number.POSITIVE_INFINITY)
})

test('an hour is renewed at 95 to 98 %, drawn', () => {
  const hour = 3_600_000
  expect(renewalAfter(BigInt(hour), 5, () => 0)).toBe(0.98 * hour)
  expect(renewalAfter(BigInt(hour), 5, () => 0.999999)).toBeCloseTo(0.95 * hour, -1)
})

test('a short one at least a second before its end, and by what the login takes', () => {
  expect(renewalAfter(3_000n, 5, middle)).toBe(2_000)
  expect(renewalAfter(10_000n, 3_000, middle)).toBeCloseTo(6_700)
})

test('nothing is renewed within a second, which brokers refuse', () => {
  expect(renewalAfter(1n, 5, middle)).toBe(1_000)
  expect(renewalAfter(1_500n, 5, middle)).toBe(1_000)
})

test('whatever a broker says, a timer and a Date can hold it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), fc.double({ min: 0, max: 0.999, noNaN: true }), (lifetime, random) => {
      const after = renewalAfter(lifetime, 10, () => random)
      expect(after).toBeGreaterThanOrEqual(1000)
      expect(after).toBeLessThanOrEqual(365 * 24 * 3600 * 1000)
      if (lifetime > 2_000n) expect(after).toBeLessThan(Number(lifetime))
    }),
  )
})
