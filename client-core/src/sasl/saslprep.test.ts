import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SaslFailure } from './mechanism.js'
import { saslPrep } from './saslprep.js'

test('the examples of RFC 4013, section 3', () => {
  expect(saslPrep('I\u00adX')).toBe('IX')
  expect(saslPrep('user')).toBe('user')
  expect(saslPrep('USER')).toBe('USER')
  expect(saslPrep('\u00aa')).toBe('a')
  expect(saslPrep('\u2168')).toBe('IX')
  expect(() => saslPrep('\u0007')).toThrow('control character')
  expect(() => saslPrep('\u0627\u0031')).toThrow('mixes directions')
})

test('ways to type the same text become one', () => {
  expect(saslPrep('pa\u0308ss')).toBe(saslPrep('p\u00e4ss'))
  expect(saslPrep('ﬁ')).toBe('fi')
  expect(saslPrep('ＡＢＣ１２３')).toBe('ABC123')
  expect(saslPrep('one\u00a0two\u3000three')).toBe('one two three')
  expect(saslPrep('e\ufe0f\u2060\ufeff')).toBe('e')
})

test('what has no place in a password is refused, and not shown', () => {
  const refused = ['\u0000', '\u007f', '\u0085', '\ue000', '\ud800', '\ufffd', '\u2ff0', '\u200e', '\u{e0041}', '\uffff', '\u{1d173}']
  for (const character of refused) expect(() => saslPrep(`secret${character}`)).toThrow(/^(?!.*secret).*RFC 4013/)
})

test('right to left from end to end, or not at all', () => {
  expect(saslPrep('\u05d0\u05d1 1 \u05d2')).toBe('\u05d0\u05d1 1 \u05d2')
  expect(() => saslPrep('\u05d0b\u05d2')).toThrow('mixes directions')
  expect(() => saslPrep('1\u05d0')).toThrow('mixes directions')
})

/** Any code point, halves of surrogate pairs among them; fast-check's own tables take seconds to build in a page. */
const character = fc.nat({ max: 0x10ffff }).map(point => String.fromCodePoint(point))

test('printable ASCII stays as it is; what was prepared stays so, or is refused', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      if (/^[\x20-\x7e]*$/.test(text)) expect(saslPrep(text)).toBe(text)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: character }), text => {
      try {
        const once = saslPrep(text)
        expect(once.normalize('NFKC')).toBe(once)
      } catch (error) {
        expect(error).toBeInstanceOf(SaslFailure)
      }
    }),
  )
})
