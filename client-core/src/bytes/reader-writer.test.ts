import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AT, cursor, END, finish, bytes as input, part, reading, readUvarint, shared, spend, take, takeBytes } from './reader.js'
import { joined, lengthOf, putByte, putBytes, putUvarint, written } from './writer.js'

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const whole = (write: () => void) => joined(written(write, undefined))

describe('varints', () => {
  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [0xffffffff, 'ffffffff0f'],
  ])('unsigned %d is %s', (value, expected) => {
    expect(hex(whole(() => putUvarint(value)))).toBe(expected)
    expect(reading(bytes(expected), readUvarint)).toBe(value)
  })
  test('come back whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), value => {
        const encoded = whole(() => putUvarint(value))
        expect(reading(encoded, () => [readUvarint(), cursor[END] - cursor[AT]])).toEqual([value, 0])
      }),
    )
  })
  test.each(['8080808010', 'ffffffff7f', 'ffffffffff01'])('%s does not fit 32 bits', text => {
    expect(() => reading(bytes(text), readUvarint)).toThrow('varint at offset 0: it does not fit 32 bits')
  })
})

describe('a reader', () => {
  test('never goes over its end, even where memory goes on', () => {
    const five = new Uint8Array(40).subarray(10, 15)
    const read = () => [take(5, 'bytes'), take(1, 'bytes')]
    expect(() => reading(five, read)).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: 'bytes at offset 5: it needs 1 bytes and 0 are left' }),
    )
    expect(() => reading(new Uint8Array(40), () => part(5, 'part', read), 10)).toThrow(
      'bytes at offset 15: it needs 1 bytes and 0 are left',
    )
  })
  test('lets a part end where it ends, and goes on behind it', () => {
    const read = () => [part(2, 'part', () => take(2, 'bytes')), take(2, 'bytes'), finish('message')]
    expect(reading(new Uint8Array(4), read)).toEqual([0, 2, undefined])
    expect(() => reading(new Uint8Array(4), () => part(3, 'part', () => take(2, 'bytes')))).toThrow(
      'part at offset 2: 1 bytes are left over',
    )
    expect(() => reading(new Uint8Array(4), () => part(1, 'part', () => take(2, 'bytes')))).toThrow('bytes at offset 0')
  })
  test('lets go of the bytes, also of those that were refused', () => {
    reading(new Uint8Array(4), () => take(2, 'bytes'))
    expect(input).toHaveLength(0)
    expect(() => reading(new Uint8Array(4), () => take(5, 'bytes'))).toThrow('it needs 5 bytes')
    expect(input).toHaveLength(0)
  })
  test('a varint that is cut off is refused', () => {
    expect(() => reading(bytes('8080'), readUvarint)).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
  })
  test('lets values take four times its bytes and 4 MB', () => {
    const memory = 4_004_000
    reading(new Uint8Array(1000), () => spend(memory, 'FetchResponse.responses'))
    expect(() => reading(new Uint8Array(1000), () => spend(memory + 1, 'FetchResponse.responses'))).toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        message: 'FetchResponse.responses at offset 0: all of it would take more memory than 4 times its 1000 bytes and 4 MB',
      }),
    )
  })
})

describe('equal bytes', () => {
  const made = () => ({ at: take(4, 'item') })
  const item = (kind = 'item') => shared(kind, 4, made)
  test('of a kind are made once, and the reader is behind them', () => {
    reading(bytes('00000001' + '00000001' + '00000002' + '00000001'), () => {
      const items = [item(), item(), item(), item()]
      expect(items.map(({ at }) => at)).toEqual([0, 0, 8, 0])
      expect(items[1]).toBe(items[0])
      expect(cursor[AT]).toBe(16)
    })
  })
  test('of another kind, and of other bytes, are others', () => {
    expect(reading(bytes('00000001' + '00000001'), () => [item().at, item('other').at])).toEqual([0, 4])
    const one = () => reading(bytes('00000001'), () => item())
    expect(one()).not.toBe(one())
  })
  test('are told from longer ones that begin with them, wherever they stand', () => {
    const text = (size: number) => String.fromCharCode(...takeBytes(size, 'text'))
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 12 }), { maxLength: 300 }), items => {
        reading(Uint8Array.from(items.flat()), () => {
          for (const item of items) expect(shared('text', item.length, text, item.length)).toBe(String.fromCharCode(...item))
        })
      }),
    )
  })
  test('beyond the end are not looked at', () => {
    const read = () => [item(), part(2, 'part', item)]
    expect(() => reading(bytes('00000001' + '00000001'), read)).toThrow('item at offset 4: it needs 4 bytes and 2 are left')
  })
  test('mean nothing where what was made did not end with them', () => {
    const short = () => ({ at: take(2, 'item') })
    const read = () => [shared('item', 4, short), take(2, 'rest'), shared('item', 4, short)]
    expect(reading(bytes('0000000100000001'), read)).toEqual([{ at: 0 }, 2, { at: 4 }])
  })
})

describe('a writer', () => {
  test('grows without losing what it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 }), parts => {
        const put = () => {
          for (const part of parts) {
            putUvarint(part.length)
            putBytes(part)
          }
        }
        const chunks = written(put, undefined)
        reading(joined(chunks), () => {
          expect(parts.map(() => takeBytes(readUvarint(), 'bytes'))).toEqual(parts)
          expect([cursor[END] - cursor[AT], lengthOf(chunks)]).toEqual([0, cursor[END]])
        })
      }),
      { numRuns: 50 },
    )
  })
  test('links large arrays and copies small ones', () => {
    const [large, small] = [new Uint8Array(1024), new Uint8Array(1023)]
    const chunks = written(() => {
      putByte(1)
      putBytes(large)
      putBytes(small)
    }, undefined)
    expect(chunks.map(chunk => chunk.length)).toEqual([1, 1024, 1023])
    expect(chunks[1]).toBe(large)
    expect(chunks[2]).not.toBe(small)
  })
  test('has no chunk for nothing', () => {
    expect(written(() => {}, undefined)).toEqual([])
    expect(joined([])).toEqual(new Uint8Array(0))
  })
  test('goes on where it was after another message was written meanwhile, or failed to be', () => {
    const fails = () => {
      putBytes(new Uint8Array(3000))
      throw new Error('a getter threw')
    }
    const outer = whole(() => {
      putByte(1)
      expect(hex(whole(() => putByte(2)))).toBe('02')
      putByte(3)
      expect(() => written(fails, undefined)).toThrow('a getter threw')
      putByte(4)
    })
    expect(hex(outer)).toBe('010304')
    expect(hex(whole(() => putByte(5)))).toBe('05')
  })
})
