import { expect, test } from 'vitest'
import { noise } from './testing/samples.js'
import { xxh32 } from './xxh32.js'

const ascii = (text: string) => new TextEncoder().encode(text)

// Computed with the reference implementation's xxhsum -H0 (0.8.1).
test.each([
  ['', 0x02cc5d05],
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('of "%s"', (text, hash) => {
  expect(xxh32(ascii(text))).toBe(hash)
})

test('takes a part of the bytes as if it were alone', () => {
  const bytes = noise(300)
  for (const [start, end] of [
    [0, 0],
    [3, 18],
    [3, 19],
    [5, 300],
  ]) {
    expect(xxh32(bytes, start, end)).toBe(xxh32(bytes.slice(start, end)))
  }
})
