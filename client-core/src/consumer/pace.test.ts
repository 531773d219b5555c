import { expect, test } from 'vitest'
import { keepPace } from './pace.js'

/** Bytes of objects made for so many batches. */
function made(batches: number, bytes: number, records: number): number {
  let elements = 0
  for (let i = 0; i < batches; i++) elements += keepPace(bytes, records)
  return 8 * elements
}

test('large records are followed by young objects, in proportion to their bytes', () => {
  const [few, many] = [made(100, 100_000, 100), made(1000, 100_000, 100)]
  expect(few).toBeGreaterThan(0.25 * 100 * 100_000)
  expect(few).toBeLessThan(0.5 * 100 * 100_000)
  expect(many / few).toBeCloseTo(10, 0)
})

test('small records leave enough behind themselves', () => {
  expect(made(1000, 100_000, 1000)).toBe(0)
})

test('small records before do not make up for large ones: what they left is collected already', () => {
  made(10_000, 100_000, 5000)
  expect(made(10, 1_000_000, 100)).toBeGreaterThan(0)
})
