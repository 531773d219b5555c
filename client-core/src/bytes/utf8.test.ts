import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Decode, utf8Encode } from './utf8.js'

const [encoder, decoder] = [new TextEncoder(), new TextDecoder('utf-8', { ignoreBOM: true })]
/** Any string of code units, lone surrogates included. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 32, max: 126 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 80 })
  .map(units => String.fromCharCode(...units))

test('encodes as the platform does, at any length', () => {
  fc.assert(
    fc.property(anyText, text => {
      expect(utf8Encode(text)).toEqual(encoder.encode(text))
    }),
  )
})

test('decodes as the platform does, invalid sequences included', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        anyText.map(text => encoder.encode(text)),
      ),
      bytes => {
        expect(utf8Decode(bytes)).toBe(decoder.decode(bytes))
        expect(utf8Decode(Uint8Array.from([255, ...bytes, 255]), 1, bytes.length + 1)).toBe(decoder.decode(bytes))
      },
    ),
  )
})

describe('as Kafka', () => {
  test('a byte order mark is part of the string', () => {
    expect(utf8Decode(encoder.encode('\ufeffa'))).toBe('\ufeffa')
  })
  test('every length from nothing to beyond the short path', () => {
    for (let length = 0; length < 140; length++) expect(utf8Decode(encoder.encode('x'.repeat(length)))).toBe('x'.repeat(length))
  })
})
