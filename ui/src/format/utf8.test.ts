import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutUtf8, firstInvalid, utf8Pieces, validUtf8 } from './utf8.js'

const bytes = (...values: number[]) => Uint8Array.from(values)
const encode = (text: string) => new TextEncoder().encode(text)

test('every string reads back whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      expect(validUtf8(encode(text))).toBe(text)
      expect(firstInvalid(encode(text))).toBe(-1)
    }),
  )
})

test('whatever the bytes, the pieces give them all back, and agree with the decoder on validity', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), given => {
      const back = utf8Pieces(given).flatMap(piece => (piece.ok ? [...encode(piece.text)] : [piece.byte]))
      expect(back).toEqual([...given])
      expect(firstInvalid(given) === -1).toBe(validUtf8(given) !== null)
    }),
  )
})

test.each([
  ['a lone continuation byte', bytes(0x61, 0x80), 1],
  ['an overlong slash', bytes(0xc0, 0xaf), 0],
  ['a surrogate half', bytes(0xed, 0xa0, 0x80), 0],
  ['a code point above 10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), 0],
  ['a sequence that the end cuts', bytes(0x61, 0xe2, 0x82), 1],
])('%s is invalid at its first byte', (_, given, at) => {
  expect(firstInvalid(given)).toBe(at)
  expect(utf8Pieces(given).some(piece => !piece.ok)).toBe(true)
})

test('a byte order mark is kept', () => {
  expect(validUtf8(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
})

test('cutting never splits a sequence', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat({ max: 30 }), (text, limit) => {
      const cut = cutUtf8(encode(text), limit)
      expect(cut.length).toBeLessThanOrEqual(Math.max(limit, 0))
      expect(validUtf8(cut)).not.toBeNull()
    }),
  )
})
