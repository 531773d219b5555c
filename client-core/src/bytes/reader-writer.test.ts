import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Reader, reader, readUvarint, shared, spend, take } from './reader.js'
import { chunksOf, joined, lengthOf, putBytes, putUvarint, room, type Writer, writer } from './writer.js'

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const written = (write: (to: Writer) => void) => {
  const to = writer()
  write(to)
  return joined(chunksOf(to))
}
const left = ({ end, offset }: Reader) => end - offset

describe('varints', () => {
  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [0xffffffff, 'ffffffff0f'],
  ])('unsigned %d is %s', (value, expected) => {
    expect(hex(written(to => putUvarint(to, value)))).toBe(expected)
    expect(readUvarint(reader(bytes(expected)))).toBe(value)
  })
  test('come back whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), value => {
        const from = reader(written(to => putUvarint(to, value)))
        expect([readUvarint(from), left(from)]).toEqual([value, 0])
      }),
    )
  })
  test.each(['8080808010', 'ffffffff7f', 'ffffffffff01'])('%s does not fit 32 bits', text => {
    expect(() => readUvarint(reader(bytes(text)))).toThrow('varint at offset 0: it does not fit 32 bits')
  })
})

describe('a reader', () => {
  test('never goes over its end, even where memory goes on', () => {
    const from = { ...reader(new Uint8Array(40), 10), end: 15 }
    expect(take(from, 5, 'bytes')).toBe(10)
    expect(() => take(from, 1, 'bytes')).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: 'bytes at offset 15: it needs 1 bytes and 0 are left' }),
    )
  })
  test('a varint that is cut off is refused', () => {
    expect(() => readUvarint(reader(bytes('8080')))).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
  })
  test('lets values take four times its bytes and 4 MB', () => {
    const from = reader(new Uint8Array(1000))
    spend(from, 4_004_000, 'FetchResponse.responses')
    expect(() => spend(from, 1, 'FetchResponse.responses')).toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        message: 'FetchResponse.responses at offset 0: all of it would take more memory than 4 times its 1000 bytes and 4 MB',
      }),
    )
  })
})

describe('equal bytes', () => {
  const made = (from: Reader) => ({ at: take(from, 4, 'item') })
  test('of a kind are made once, and the reader is behind them', () => {
    const from = reader(bytes('00000001' + '00000001' + '00000002' + '00000001'))
    const items = [1, 2, 3, 4].map(() => shared(from, 'item', 4, made))
    expect(items.map(({ at }) => at)).toEqual([0, 0, 8, 0])
    expect(items[1]).toBe(items[0])
    expect(from.offset).toBe(16)
  })
  test('of another kind, and of other bytes, are others', () => {
    const from = reader(bytes('00000001' + '00000001'))
    expect(shared(from, 'item', 4, made).at).toBe(0)
    expect(shared(from, 'other', 4, made).at).toBe(4)
    expect(shared(reader(bytes('00000001')), 'item', 4, made)).not.toBe(shared(reader(bytes('00000001')), 'item', 4, made))
  })
  test('are told from longer ones that begin with them, wherever they stand', () => {
    const text = (from: Reader, size: number) => String.fromCharCode(...from.bytes.subarray(take(from, size, 'text'), from.offset))
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 12 }), { maxLength: 300 }), items => {
        const from = reader(Uint8Array.from(items.flat()))
        for (const item of items) expect(shared(from, 'text', item.length, text, item.length)).toBe(String.fromCharCode(...item))
      }),
    )
  })
  test('beyond the end are not looked at', () => {
    const from = reader(bytes('00000001' + '00000001'))
    shared(from, 'item', 4, made)
    from.end = 6
    expect(() => shared(from, 'item', 4, made)).toThrow('item at offset 4: it needs 4 bytes and 2 are left')
  })
  test('mean nothing where what was made did not end with them', () => {
    const from = reader(bytes('0000000100000001'))
    const short = (from: Reader) => ({ at: take(from, 2, 'item') })
    shared(from, 'item', 4, short)
    from.offset = 4
    expect(shared(from, 'item', 4, short).at).toBe(4)
  })
})

describe('a writer', () => {
  test('grows without losing what it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 }), parts => {
        const to = writer()
        for (const part of parts) {
          putUvarint(to, part.length)
          putBytes(to, part)
        }
        const from = reader(joined(chunksOf(to)))
        const read = () => {
          const at = take(from, readUvarint(from), 'bytes')
          return from.bytes.subarray(at, from.offset)
        }
        expect(parts.map(read)).toEqual(parts)
        expect([left(from), lengthOf(chunksOf(to))]).toEqual([0, from.end])
      }),
      { numRuns: 50 },
    )
  })
  test('links large arrays and copies small ones', () => {
    const [large, small] = [new Uint8Array(1024), new Uint8Array(1023)]
    const to = writer()
    to.bytes[room(to, 1)] = 1
    putBytes(to, large)
    putBytes(to, small)
    const chunks = chunksOf(to)
    expect(chunks.map(chunk => chunk.length)).toEqual([1, 1024, 1023])
    expect(chunks[1]).toBe(large)
    expect(chunks[2]).not.toBe(small)
  })
  test('has no chunk for nothing', () => {
    expect(chunksOf(writer())).toEqual([])
    expect(joined([])).toEqual(new Uint8Array(0))
  })
})
