import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyHistogram, LATENCY_BUCKETS, latencyBucket, latencyEdge, percentile } from './latency.js'

test('a bucket holds exactly what lies between its edges', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.0626, max: 131_000, noNaN: true }), ms => {
      const bucket = latencyBucket(ms)
      const stored = Math.fround(ms)
      expect(latencyEdge(bucket)).toBeLessThanOrEqual(stored)
      expect(latencyEdge(bucket + 1)).toBeGreaterThan(stored)
    }),
  )
})

test('what is below, above or no number lands at the ends', () => {
  expect([0, -1, Number.NaN, 0.01].map(latencyBucket)).toEqual([0, 0, 0, 0])
  expect([1e9, Number.POSITIVE_INFINITY].map(latencyBucket)).toEqual([LATENCY_BUCKETS - 1, LATENCY_BUCKETS - 1])
})

test('percentiles are within a bucket (12.5 %) of the exact ones', () => {
  const values = fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99), (all, share) => {
      const counts = emptyHistogram()
      for (const ms of all) counts[latencyBucket(ms)]++
      const exact = [...all].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length) - 1)]
      const found = percentile(counts, share) as number
      expect(found).toBeGreaterThanOrEqual(exact * 0.875)
      expect(found).toBeLessThanOrEqual(exact * 1.126)
    }),
  )
})

test('no counts, no percentile', () => expect(percentile(emptyHistogram(), 0.5)).toBeNull())
