import { expect, test } from 'vitest'
import { reader } from '../bytes/reader.js'
import { chunksOf, joined, writer } from '../bytes/writer.js'
import { bool, bytes, type Field, float64, int8, int16, int32, int64, string, uint16, uint32, uuid } from './schema.js'

const place = { path: 'Test.field', version: 0, flexible: false }
const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const coder = (field: Field) => field.type.coder(place)
const written = (field: Field, value: unknown) => {
  const to = writer()
  coder(field).write(to, value)
  return joined(chunksOf(to))
}

const cases: [string, Field, unknown][] = [
  ['ff', int8, -1],
  ['01', bool, true],
  ['fffe', int16, -2],
  ['ffff', uint16, 0xffff],
  ['80000001', int32, -0x7fffffff],
  ['fffffffe', uint32, 0xfffffffe],
  ['8000000000000001', int64, -(2n ** 63n) + 1n],
  ['3ff8000000000000', float64, 1.5],
  ['7ff8000000000000', float64, Number.NaN],
  ['0002c3a9', string, 'é'],
  ['00000001ff', bytes, Uint8Array.of(255)],
  ['000102030405060708090a0b0c0d0e0f', uuid, 'AAECAwQFBgcICQoLDA0ODw'],
]

test.each(cases)('the wire is big-endian, and reads back: %s', (expected, field, value) => {
  const made = written(field, value)
  expect(hex(made)).toBe(expected)
  expect(coder(field).read(reader(made))).toEqual(value)
})

test.each(cases)('one byte less is refused, even where memory goes on: %s', (_, field, value) => {
  const made = written(field, value)
  const memory = new Uint8Array(made.length + 40)
  memory.set(made, 10)
  const from = reader(memory, 10)
  from.end = 10 + made.length - 1
  expect(() => coder(field).read(from)).toThrow(
    expect.objectContaining({ code: 'MALFORMED', message: expect.stringMatching(/at offset 1\d: it needs \d+ bytes and \d+ are left$/) }),
  )
})

test('any byte but 0 is true', () => {
  expect([0, 1, 2, 255].map(byte => coder(bool).read(reader(Uint8Array.of(byte))))).toEqual([false, true, true, true])
})

test.each<[string, Field, unknown[]]>([
  ['int8', int8, [-129, 128, 0.5, Number.NaN, Number.POSITIVE_INFINITY]],
  ['int16', int16, [-32769, 32768]],
  ['uint16', uint16, [-1, 65536]],
  ['int32', int32, [-(2 ** 31) - 1, 2 ** 31]],
  ['uint32', uint32, [-1, 2 ** 32]],
  ['int64', int64, [-(2n ** 63n) - 1n, 2n ** 63n]],
])('a number that %s cannot hold is refused and named', (kind, field, values) => {
  for (const value of values) {
    expect(() => written(field, value)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: `Test.field (v0): ${value} is no ${kind}` }),
    )
  }
})

test.each<[string, Field]>([
  ['bool', bool],
  ['int32', int32],
  ['int64', int64],
  ['float64', float64],
  ['uuid', uuid],
  ['string', string],
  ['Uint8Array', bytes],
])('what is no %s is refused by its type alone, since it may be a password in the wrong place', (kind, field) => {
  const wrong = { text: 'hunter2', list: ['hunter2'], object: { toString: () => 'hunter2' }, nothing: undefined, is: Symbol('hunter2') }
  for (const value of Object.values(wrong)) {
    if (kind === 'string' && value === 'hunter2') continue
    expect(() => written(field, value)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        message: expect.stringMatching(new RegExp(`^Test.field \\(v0\\): a \\w+( of length 7| of length 1)? is no ${kind}$`)),
      }),
    )
  }
})
