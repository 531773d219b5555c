import { expect, test } from 'vitest'
import { ago, bytesText, duration, grouped, plural, rounded } from './numbers.js'

test('offsets are grouped and keep all their digits', () => {
  expect(grouped(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807')
  expect(grouped(-1234n)).toBe('-1,234')
  expect(grouped(999)).toBe('999')
  expect(grouped(0n)).toBe('0')
})

test('bytes are SI, and the unit changes before four digits show', () => {
  expect(bytesText(0)).toBe('0 B')
  expect(bytesText(999)).toBe('999 B')
  expect(bytesText(1_000)).toBe('1 kB')
  expect(bytesText(14_230_000)).toBe('14.2 MB')
  expect(bytesText(999_999)).toBe('1 MB')
  expect(bytesText(412_000_000_000n)).toBe('412 GB')
})

test('durations are ms below ten seconds, then s, min, h and d', () => {
  expect(duration(0)).toBe('0 ms')
  expect(duration(5.84)).toBe('5.8 ms')
  expect(duration(9_999)).toBe('9,999 ms')
  expect(duration(10_000)).toBe('10 s')
  expect(duration(604_800_000)).toBe('7 d')
})

test('what lies in the future is said as such', () => {
  expect(ago(1_000, 1_200)).toBe('0.2 s ago')
  expect(ago(0, 200_000)).toBe('3 min ago')
  expect(ago(5_000, 1_000)).toBe('in 4 s')
})

test('one is singular, everything else is not', () => {
  expect(plural(1, 'topic')).toBe('1 topic')
  expect(plural(0n, 'topic')).toBe('0 topics')
  expect(plural(1284, 'topic')).toBe('1,284 topics')
})

test('small rates keep one digit, large ones are whole', () => {
  expect(rounded(0.84)).toBe('0.8')
  expect(rounded(4)).toBe('4')
  expect(rounded(41_870.4)).toBe('41,870')
})
