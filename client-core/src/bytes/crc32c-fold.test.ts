import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.js'
import { createFold } from './crc32c-fold.js'

/** The definition: bit by bit. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const noise = (length: number, seed: number) => new Uint8Array(length).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 23)

test('a long input and what it is shortened to have the same CRC, at every length around steps and blocks and at every alignment', () => {
  const fold = createFold()
  const lengths = [5339, 5340, 5341, 5403, 16384, 32768 + 5274, 32768 + 5275, 32768 + 5339, 65536, 65536 + 5339, 100_000]
  for (const [seed, length] of lengths.entries()) {
    const start = seed % 5
    const bytes = noise(length + start + 3, seed)
    const left = fold(bytes, start, start + length)
    expect(left.length).toBeLessThan(5275 + 64)
    expect(bitwise(left), `${length} bytes`).toBe(bitwise(bytes.subarray(start, start + length)))
  }
})

test('one input leaves nothing behind for the next', () => {
  const fold = createFold()
  const sizes = fc.integer({ min: 5339, max: 80_000 })
  fc.assert(
    fc.property(fc.array(sizes, { minLength: 1, maxLength: 3 }), fc.nat(1000), (lengths, seed) => {
      for (const length of lengths) {
        const bytes = noise(length, seed)
        expect(crc32c(fold(bytes, 0, length).slice(), 0)).toBe(crc32c(bytes))
      }
    }),
    { numRuns: 30 },
  )
})
