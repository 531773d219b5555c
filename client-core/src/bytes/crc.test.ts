import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32 } from './crc32.js'
import { crc32c } from './crc32c.js'

const ascii = (text: string) => new TextEncoder().encode(text)

/** The definition: bit by bit. */
function bitwise(polynomial: number, bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  }
  return ~crc >>> 0
}

describe.each([
  ['crc32c', crc32c, 0x82f63b78, 0xe3069283],
  ['crc32', crc32, 0xedb88320, 0xcbf43926],
] as const)('%s', (_, crc, polynomial, check) => {
  test('gives the catalogued check value, and 0 for nothing', () => {
    expect(crc(ascii('123456789'))).toBe(check)
    expect(crc(new Uint8Array(0))).toBe(0)
  })
  test('agrees with the definition at every alignment and length', () => {
    const memory = new Uint8Array(200).map((_, i) => (i * 167 + 13) & 255)
    for (let offset = 0; offset < 8; offset++) {
      const bytes = memory.subarray(offset)
      for (let start = 0; start < 5; start++) {
        for (const length of [0, 1, 3, 15, 16, 17, 31, 33, 64, 100]) {
          expect(crc(bytes, start, start + length)).toBe(bitwise(polynomial, bytes.subarray(start, start + length)))
        }
      }
    }
  })
  test('notices any changed byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
        const changed = bytes.slice()
        changed[at % bytes.length] ^= flip
        expect(crc(changed)).not.toBe(crc(bytes))
      }),
    )
  })
})

test('crc32c of the four blocks in RFC 3720, B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(new Uint8Array(32).map((_, i) => i))).toBe(0x46dd794e)
  expect(crc32c(new Uint8Array(32).map((_, i) => 31 - i))).toBe(0x113fdb5c)
})
