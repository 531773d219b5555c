import { expect, test } from 'vitest'
import { murmur2 } from './murmur2.js'

const utf8 = new TextEncoder()

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('%s hashes as in Kafka, so that a key keeps its partition whatever client wrote it', (key, hash) => {
  expect(murmur2(utf8.encode(key))).toBe(hash)
  const inside = utf8.encode(`..${key}..`)
  expect(murmur2(inside, 2, inside.length - 2)).toBe(hash)
})
