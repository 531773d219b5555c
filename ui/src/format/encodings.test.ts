import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, fromHex, toBase64, toCArray, toHex } from './encodings.js'

test('hex and base64 give every byte back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
      expect(fromHex(toHex(bytes))).toEqual({ ok: true, bytes })
      expect(fromHex(toHex(bytes, ' '))).toEqual({ ok: true, bytes })
      expect(fromBase64(toBase64(bytes))).toEqual({ ok: true, bytes })
    }),
  )
})

test('a large value is encoded without overflowing the stack', () => {
  expect(toBase64(new Uint8Array(300_000)).length).toBe(400_000)
})

describe('what is typed', () => {
  test('may be grouped, prefixed, URL-safe and unpadded', () => {
    expect(fromHex('0xDE 0xAD, be:ef\n')).toEqual({ ok: true, bytes: Uint8Array.from([0xde, 0xad, 0xbe, 0xef]) })
    expect(fromBase64('-_8')).toEqual({ ok: true, bytes: Uint8Array.from([0xfb, 0xff]) })
    expect(fromHex('')).toEqual({ ok: true, bytes: new Uint8Array(0) })
  })

  test('is refused with the reason', () => {
    expect(fromHex('abc')).toEqual({ ok: false, why: '3 hex digits: the last byte has only one' })
    expect(fromHex('zz')).toEqual({ ok: false, why: '"z" is not a hex digit' })
    expect(fromBase64('a!b=')).toEqual({ ok: false, why: '"!" at 1 is not base64' })
    expect(fromBase64('abcde').ok).toBe(false)
  })
})

test('a C array names each byte', () => {
  expect(toCArray(Uint8Array.from([0, 255]))).toBe('{ 0x00, 0xff }')
})
