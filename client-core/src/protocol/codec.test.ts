import { describe, expect, test } from 'vitest'
import { chunksOf, joined, putBytes, putUvarint, writer } from '../bytes/writer.js'
import { ClientError } from '../error.js'
import { decode, encode, encodeChunks } from './codec.js'
import { api, type Input } from './message.js'
import {
  array,
  bool,
  byDefault,
  float64,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  nullable,
  records,
  since,
  string,
  struct,
  tagged,
  uint16,
  uint32,
  uuid,
} from './schema.js'

const example = api(900, 'Example', { versions: [0, 3], flexible: 2 })
const Answer = example.response({ throttleTimeMs: int32(since(1), ignorable), errorCode: int16 })
const Ask = example.request(Answer, {
  name: string(nullable(1), byDefault(null)),
  count: int32,
  topicId: uuid(since(3)),
  epoch: int32(since(1), byDefault(-1)),
  hint: string(since(1), ignorable),
  parts: array({ index: int32, offset: int64(byDefault(-1n)), batches: records(nullable()) }, nullable(2)),
  leader: struct({ id: int32(byDefault(-1)), rack: string }, since(2), tagged(1, 2)),
  note: string(nullable(2), byDefault(null), tagged(0, 2)),
})
const bytes = (text: string) => Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], pair => Number.parseInt(pair, 16))
const hex = (from: Uint8Array) => Array.from(from, byte => byte.toString(16).padStart(2, '0')).join('')
const failure = (run: () => unknown): ClientError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ClientError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
const body: Input<typeof Ask> = { name: 'ab', count: 7, parts: [{ index: 1, batches: null }] }

describe('the layout on the wire', () => {
  test('plain versions have int16 string lengths and int32 counts', () => {
    expect(hex(encode(Ask, body, 0))).toBe('0002' + '6162' + '00000007' + '00000001' + '00000001' + 'ffffffffffffffff' + 'ffffffff')
  })
  test('flexible versions have varint lengths plus one, and a tag section behind every struct', () => {
    expect(hex(encode(Ask, body, 2))).toBe(
      '03' + '6162' + '00000007' + 'ffffffff' + '01' + '02' + '00000001' + 'ffffffffffffffff' + '00' + '00' + '00',
    )
  })
  test('null and empty differ', () => {
    expect(decode(Ask, encode(Ask, { count: 1, parts: null }, 2), 2).parts).toBeNull()
    expect(decode(Ask, encode(Ask, { count: 1, parts: [] }, 2), 2).parts).toEqual([])
    expect(decode(Ask, encode(Ask, { count: 1, name: '', parts: [] }, 2), 2).name).toBe('')
  })
  test('tagged fields are sent in order of their tags, and only when they differ from the default', () => {
    const value = { ...body, parts: null, leader: { id: 5, rack: '' }, note: 'x' }
    const plain = '036162' + '00000007' + 'ffffffff' + '01' + '00'
    expect(hex(encode(Ask, value, 2))).toBe(plain + '02' + '00' + '02' + '0278' + '01' + '06' + '00000005' + '01' + '00')
    expect(decode(Ask, encode(Ask, { ...value, leader: { id: -1, rack: '' } }, 2), 2).note).toBe('x')
  })
  test('numbers keep their width and sign', () => {
    const Numbers = api(901, 'Numbers', { versions: [0, 0] }).response({ a: int8, b: uint16, c: uint32, d: float64, e: int64, f: bool })
    const value = { a: -128, b: 0xffff, c: 0xffffffff, d: -0.5, e: -(2n ** 63n), f: true }
    expect(decode(Numbers, encode(Numbers, value, 0), 0)).toEqual(value)
  })
})

describe('versions', () => {
  test('a decoder gives every field, with the default where the version has none', () => {
    expect(decode(Ask, encode(Ask, body, 0), 0)).toEqual({
      name: 'ab',
      count: 7,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      epoch: -1,
      hint: '',
      parts: [{ index: 1, offset: -1n, batches: null }],
      leader: { id: -1, rack: '' },
      note: null,
    })
  })
  test('objects have the same properties in the same order at every version', () => {
    for (const version of [0, 1, 2, 3])
      expect(Object.keys(decode(Ask, encode(Ask, body, version), version))).toEqual(Object.keys(Ask.fields))
  })
  test('a value that the version cannot carry is refused by name, unless it may be ignored', () => {
    expect(failure(() => encode(Ask, { ...body, epoch: 3 }, 0))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('ExampleRequest (v0)'),
    })
    expect(failure(() => encode(Ask, { ...body, epoch: 3 }, 0)).message).toContain('epoch')
    expect(decode(Ask, encode(Ask, { ...body, hint: 'gone' }, 0), 0).hint).toBe('')
  })
  test('null is refused where the version does not allow it', () => {
    expect(failure(() => encode(Ask, { ...body, name: null }, 0)).message).toContain('ExampleRequest.name (v0)')
    expect(failure(() => decode(Ask, bytes('ffff'), 0))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('null where the protocol has none'),
    })
  })
  test('a version without a table is refused', () => {
    expect(failure(() => encode(Ask, body, 4))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: 'ExampleRequest has the versions 0 to 3, not 4',
    })
    expect(failure(() => decode(Ask, new Uint8Array(), -1)).code).toBe('UNSUPPORTED_VERSION')
  })
})

test('unknown tags are kept and written back', () => {
  const known = encode(Answer, { errorCode: 3 }, 2)
  const foreign = bytes(hex(known).slice(0, -2) + '02' + '05' + '01' + 'aa' + '8001' + '00')
  const value = decode(Answer, foreign, 2)
  expect(value.unknownTags).toEqual(
    new Map([
      [5, bytes('aa')],
      [128, bytes('')],
    ]),
  )
  expect(encode(Answer, value, 2)).toEqual(foreign)
  expect(failure(() => encode(Answer, value, 1)).code).toBe('INVALID_REQUEST')
  expect(failure(() => encode(Answer, { errorCode: 3, unknownTags: new Map([[7, 'x' as never]]) }, 2)).message).toContain(
    'a String of length 1 for tag 7',
  )
  expect(failure(() => encode(Ask, { count: 1, parts: [], unknownTags: new Map([[1, bytes('')]]) }, 2)).message).toContain(
    'tag 1, which is leader',
  )
})

describe('record batches', () => {
  const batches = [new Uint8Array(5000).fill(1), new Uint8Array(3).fill(2), new Uint8Array(2000).fill(3)]
  test('large arrays are handed on as they are', () => {
    const chunks = encodeChunks(Ask, { count: 1, parts: [{ index: 0, batches }] }, 3)
    expect(chunks).toContain(batches[0])
    expect(chunks).toContain(batches[2])
  })
  test('several arrays are one field, read back as a view of the frame', () => {
    const frame = encode(Ask, { count: 1, parts: [{ index: 0, batches }] }, 3)
    const read = decode(Ask, frame, 3).parts![0].batches!
    expect(read.buffer).toBe(frame.buffer)
    expect(Array.from(read)).toEqual(batches.flatMap(batch => Array.from(batch)))
  })
})

describe('bytes that cannot be a message', () => {
  test('a message that is cut off says where', () => {
    const error = failure(() => decode(Ask, encode(Ask, body, 1).subarray(0, 6), 1))
    expect(error.code).toBe('MALFORMED')
    expect(error.message).toBe('ExampleRequest v1: int32 at offset 4: it needs 4 bytes and 2 are left')
  })
  test('bytes behind the last field are refused', () => {
    expect(failure(() => decode(Answer, bytes('00030102'), 0)).message).toBe(
      'ExampleResponse v0: message at offset 2: 2 bytes are left over behind its last field',
    )
  })
  test('a count is checked against the bytes left', () => {
    expect(failure(() => decode(Ask, bytes('00000000000000000010'), 0)).code).toBe('MALFORMED')
    expect(failure(() => decode(Ask, bytes('0000' + '00000000' + '7fffffff' + '00'.repeat(100)), 0)).message).toContain(
      'array at offset 10',
    )
    expect(failure(() => decode(Ask, bytes('0000' + '00000000' + 'fffffffe'), 0)).message).toContain('its length is -2')
  })
  test('a message of tiny items is refused before it fills the memory', () => {
    const Dense = api(902, 'Dense', { versions: [0, 0], flexible: 0 }).response({ items: array({ a: string, b: string, c: array(int32) }) })
    const dense = (count: number, item: string) => {
      const to = writer()
      putUvarint(to, count + 1)
      putBytes(to, bytes(item.repeat(count)))
      putUvarint(to, 0)
      return joined(chunksOf(to))
    }
    expect(decode(Dense, dense(80_000, '01010100'), 0).items).toHaveLength(80_000)
    const memory = expect.objectContaining({
      code: 'MALFORMED',
      message: expect.stringMatching(
        /^DenseResponse v0: DenseResponse.items at offset \d+: .* more memory than 4 times its \d+ bytes and 4 MB$/,
      ),
    })
    expect(() => decode(Dense, dense(400_000, '01010100'), 0)).toThrow(memory)
    const tagged = '010101' + '01' + '09' + '00'
    expect(decode(Dense, dense(10_000, tagged), 0).items[0].unknownTags).toEqual(new Map([[9, new Uint8Array(0)]]))
    expect(() => decode(Dense, dense(100_000, tagged), 0)).toThrow(memory)
  })
  test('a tagged field must fill its size exactly', () => {
    const start = '01' + '00000000' + 'ffffffff' + '01' + '00'
    expect(failure(() => decode(Ask, bytes(start + '01' + '00' + '03' + '027879'), 2)).message).toContain('tagged field note')
    expect(failure(() => decode(Ask, bytes(start + '01' + '00' + '7f' + '00'), 2)).message).toContain('tagged field note')
  })
})

test("a value's own code may encode other messages meanwhile", () => {
  const inner = (): string => hex(encode(Ask, { ...body, parts: [] }, 0))
  const nested = {
    ...body,
    get name() {
      return inner()
    },
  }
  expect(decode(Ask, encode(Ask, nested, 0), 0)).toMatchObject({ name: inner(), count: 7, parts: [{ index: 1 }] })
})

test('a field that must be given and is not is named', () => {
  expect(failure(() => encode(Ask, { parts: [] } as never, 1)).message).toBe('ExampleRequest (v1): the field count is missing')
})

test('what a field without a place holds is no default because it is an object', () => {
  expect(failure(() => encode(Ask, { ...body, epoch: {} as never }, 0)).message).toContain('epoch')
  expect(failure(() => encode(Ask, { ...body, leader: 5 as never }, 2)).message).toContain('ExampleRequest.leader')
})

test.each([
  ['count', { ...body, count: 2 ** 31 }],
  ['count', { ...body, count: 1.5 }],
  ['name', { ...body, name: 'x'.repeat(40_000) }],
  ['parts.offset', { ...body, parts: [{ index: 0, offset: 2n ** 63n, batches: null }] }],
])('a value out of range is refused: %s', (path, value) => {
  expect(failure(() => encode(Ask, value, 1))).toMatchObject({
    code: 'INVALID_REQUEST',
    message: expect.stringContaining(`ExampleRequest.${path}`),
  })
})

test.each<[string, object]>([
  ['name', { ...body, name: 20031109 }],
  ['name', { ...body, name: 20031109n }],
  ['name', { ...body, name: ['hunter2'] }],
  ['count', { ...body, count: 'hunter2' }],
  ['parts', { ...body, parts: 'hunter2' }],
  ['parts.batches', { ...body, parts: [{ index: 0, offset: 0n, batches: 'hunter2' }] }],
  ['parts.batches', { ...body, parts: [{ index: 0, offset: 0n, batches: 20031109 }] }],
])('a value of the wrong type is named by its type alone, since it may be a password that got into the wrong place: %s', (path, value) => {
  const { message } = failure(() => encode(Ask, value as never, 1))
  expect(message).toContain(`ExampleRequest.${path}`)
  expect(message).not.toMatch(/hunter2|20031109/)
})
