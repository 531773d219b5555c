import { describe, expect, test } from 'vitest'
import { decode, report } from './decoders.js'

const utf8 = (text: string) => new TextEncoder().encode(text)
const bytes = (...values: number[]) => Uint8Array.from(values)

describe('auto', () => {
  test.each([
    ['a JSON object', utf8('{"a":1}'), 'json'],
    ['plain text', utf8('level=info user=4'), 'text'],
    ['text with a NUL in it', utf8('a long enough line with one \u0000 in it'), 'text'],
    ['an int64', bytes(0, 0, 0, 0, 0, 0, 48, 57), 'bytes'],
    ['random bytes', bytes(0xde, 0xad, 0xbe, 0xef), 'bytes'],
    ['Latin-1 text', bytes(0x63, 0x61, 0x66, 0xe9, 0x20, 0x6f, 0x6b), 'mixed'],
    ['no bytes', bytes(), 'text'],
  ])('%s', (_, given, shown) => {
    expect(decode(given, 'auto')).toMatchObject({ decoded: { is: shown }, failed: null })
  })
})

test('a decoder that was chosen and fails gives the bytes and its reason', () => {
  const { decoded, failed } = decode(bytes(0x7b, 0xc8), 'json')
  expect(decoded.is).toBe('bytes')
  expect(failed).toBe('invalid UTF-8 at byte 1 (0xC8)')
  expect(decode(utf8('{"a"'), 'json').failed).toBe('ends where ":" should be, at 4')
})

test('integers are big-endian, signed and exact', () => {
  expect(decode(bytes(0x7f, 255, 255, 255, 255, 255, 255, 255), 'int64').decoded).toMatchObject({ text: '9223372036854775807' })
  expect(decode(bytes(255, 255, 255, 255), 'int32').decoded).toMatchObject({ text: '-1' })
  expect(decode(bytes(1), 'int32').failed).toBe('4 bytes needed, there is 1')
})

test('an integer is read at its own place in a larger buffer', () => {
  const buffer = bytes(9, 9, 0, 0, 0, 5, 9)
  expect(decode(buffer.subarray(2, 6), 'int32').decoded).toMatchObject({ text: '5' })
})

test('the report says of every decoder whether it fits, and where it stops', () => {
  const lines = report(bytes(0x61, 0xff), () => 0)
  expect(lines.map(line => [line.label, line.ok])).toEqual([
    ['JSON', false],
    ['UTF-8', false],
    ['int64', false],
    ['int32', false],
    ['Hex', true],
    ['Base64', true],
  ])
  expect(lines[1].sentence).toBe('invalid UTF-8 at byte 1 (0xFF)')
})
