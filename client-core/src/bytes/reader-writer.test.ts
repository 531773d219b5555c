import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from './reader.js'
import { Writer } from './writer.js'

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const written = (write: (to: Writer) => void) => {
  const to = new Writer(4)
  write(to)
  return to.toBytes()
}
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

describe('the wire is big-endian', () => {
  test.each<[string, string, (to: Writer) => void]>([
    ['int8', 'ff', to => to.int8(-1)],
    ['bool', '01', to => to.bool(true)],
    ['int16', 'fffe', to => to.int16(-2)],
    ['uint16', 'ffff', to => to.int16(0xffff)],
    ['int32', '80000001', to => to.int32(-0x7fffffff)],
    ['uint32', 'fffffffe', to => to.int32(0xfffffffe)],
    ['int64', '8000000000000001', to => to.int64(-(2n ** 63n) + 1n)],
    ['float64', '3ff8000000000000', to => to.float64(1.5)],
    ['string', 'c3a9', to => to.string('é')],
    ['uuid', '000102030405060708090a0b0c0d0e0f', to => to.uuid('AAECAwQFBgcICQoLDA0ODw')],
  ])('%s %s', (_, expected, write) => expect(hex(written(write))).toBe(expected))

  test('and read back', () => {
    const from = new Reader(bytes('ff' + '01' + 'fffe' + 'ffff' + '80000001' + 'fffffffe' + '8000000000000001' + '3ff8000000000000'))
    expect([
      from.int8(),
      from.bool(),
      from.int16(),
      from.uint16(),
      from.int32(),
      from.uint32(),
      from.int64(),
      from.float64(),
      from.left,
    ]).toEqual([-1, true, -2, 0xffff, -0x7fffffff, 0xfffffffe, -(2n ** 63n) + 1n, 1.5, 0])
  })
})

describe('varints', () => {
  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [0xffffffff, 'ffffffff0f'],
  ])('unsigned %d is %s', (value, expected) => {
    expect(hex(written(to => to.uvarint(value)))).toBe(expected)
    expect(new Reader(bytes(expected)).uvarint()).toBe(value)
  })
  test('come back whatever they are', () => {
    fc.assert(
      fc.property(int32, value => {
        const from = new Reader(written(to => to.uvarint(value)))
        expect([from.uvarint(), from.left]).toEqual([value >>> 0, 0])
      }),
    )
  })
  test.each(['8080808010', 'ffffffff7f', 'ffffffffff01'])('%s does not fit 32 bits', text => {
    expect(() => new Reader(bytes(text)).uvarint()).toThrow('varint at offset 0: it does not fit 32 bits')
  })
})

describe('a reader', () => {
  const reads: [string, number, (from: Reader) => unknown][] = [
    ['int8', 1, from => from.int8()],
    ['bool', 1, from => from.bool()],
    ['int16', 2, from => from.int16()],
    ['uint16', 2, from => from.uint16()],
    ['int32', 4, from => from.int32()],
    ['uint32', 4, from => from.uint32()],
    ['int64', 8, from => from.int64()],
    ['float64', 8, from => from.float64()],
    ['uuid', 16, from => from.uuid()],
    ['string', 5, from => from.string(5)],
    ['bytes', 5, from => from.view(5)],
  ]
  test.each(reads)('never reads %s over its end, even where memory goes on', (what, size, read) => {
    const memory = new Uint8Array(40)
    expect(() => read(new Reader(memory, 10, 10 + size))).not.toThrow()
    expect(() => read(new Reader(memory, 10, 10 + size - 1))).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: `${what} at offset 10: it needs ${size} bytes and ${size - 1} are left` }),
    )
  })
  test('refuses a negative length', () => {
    expect(() => new Reader(new Uint8Array(4)).view(-1)).toThrow('bytes at offset 0: its length is -1')
  })
  test('a varint that is cut off is refused', () => {
    expect(() => new Reader(bytes('8080')).uvarint()).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
  })
  test('gives bytes as views', () => {
    const memory = bytes('0001020304')
    expect(new Reader(memory, 1).view(2).buffer).toBe(memory.buffer)
  })
  test('reads from the middle of a larger buffer', () => {
    const inner = bytes('ffff' + '0000000000000007' + 'ff').subarray(2, 10)
    expect(new Reader(inner).int64()).toBe(7n)
  })
})

describe('a writer', () => {
  test('grows without losing what it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 }), parts => {
        const to = new Writer(1)
        for (const part of parts) {
          to.int32(part.length)
          to.bytes(part)
        }
        expect(to.length).toBe(parts.reduce((sum, part) => sum + part.length + 4, 0))
        const from = new Reader(to.toBytes())
        expect(parts.map(() => from.view(from.int32()))).toEqual(parts)
      }),
      { numRuns: 50 },
    )
  })
  test('links large arrays and copies small ones', () => {
    const [large, small] = [new Uint8Array(1024), new Uint8Array(1023)]
    const to = new Writer()
    to.int8(1)
    to.bytes(large)
    to.bytes(small)
    const chunks = to.chunks()
    expect(chunks.map(chunk => chunk.length)).toEqual([1, 1024, 1023])
    expect(chunks[1]).toBe(large)
    expect(chunks[2]).not.toBe(small)
  })
  test('has no chunk for nothing', () => {
    expect(new Writer().chunks()).toEqual([])
    expect(new Writer().toBytes()).toEqual(new Uint8Array(0))
  })
})
