import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codec } from './index.js'
import { blockSize, decodeBlock } from './lz4-block.js'
import { copied, createLz4Reader } from './lz4-reader.js'
import { join, logs, noise, same } from './testing/samples.js'
import { createDecoder, reservedBytes, slack } from './wasm/lz4-decoder.js'
import { xxh32 } from './xxh32.js'

const lz4 = await codec('lz4')
const reader = (isPlain: boolean) => {
  const peek = createLz4Reader(isPlain)
  return (bytes: Uint8Array, maxBytes: number) => peek(bytes, maxBytes, copied)
}
const ways = [
  ['WebAssembly', reader(false)],
  ['JavaScript', reader(true)],
] as const

const u32 = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
/** Flags: 0x60 for independent blocks, 0x40 for linked ones, 4 for a content checksum. Blocks of 64 KB (0x40) to 4 MB (0x70). */
function frame(flags: number, blockSizes: number, blocks: readonly Uint8Array[], content?: Uint8Array): Uint8Array {
  const descriptor = Uint8Array.of(flags, blockSizes)
  const header = join(u32(0x184d2204), descriptor, Uint8Array.of((xxh32(descriptor) >>> 8) & 0xff))
  const sized = blocks.flatMap(block => [u32(block.length), block])
  return join(header, ...sized, u32(0), content ? u32(xxh32(content)) : new Uint8Array(0))
}
const length = (more: number) => (more < 15 ? [] : [...Array(Math.floor((more - 15) / 255)).fill(255), (more - 15) % 255])
/** Literals, a match, and the five literals that end a block. */
function sequence(literals: readonly number[], offset: number, match: number): Uint8Array {
  const token = (Math.min(literals.length, 15) << 4) | Math.min(match - 4, 15)
  return Uint8Array.of(token, ...length(literals.length), ...literals, offset, offset >> 8, ...length(match - 4), 0x50, 1, 2, 3, 4, 5)
}

describe.each(ways)('in %s', (_, read) => {
  test('a match repeats what lies any number of bytes back, at any length', () => {
    for (let offset = 1; offset <= 40; offset++) {
      const literals = Array.from({ length: 40 }, (_, i) => i + 100)
      for (const match of [4, 5, 15, 16, 17, 18, 19, 20, 33, 64, 269, 274, 275, 1000]) {
        const expected = [...literals]
        for (let i = 0; i < match; i++) expected.push(expected[expected.length - offset])
        expect([...read(frame(0x60, 0x40, [sequence(literals, offset, match)]), 1e6)]).toEqual([...expected, 1, 2, 3, 4, 5])
      }
    }
  })

  test('literals of any length come out as they went in', async () => {
    for (const size of [0, 1, 14, 15, 16, 17, 254, 269, 270, 271, 525, 65_535, 65_536, 65_537]) {
      const bytes = noise(size)
      expect(same(read(await lz4.compress(bytes), size), bytes)).toBe(true)
    }
  })

  test('content larger than the memory that blocks are decoded into comes out whole', async () => {
    const bytes = logs(20_000_000)
    expect(same(read(await lz4.compress(bytes), bytes.length), bytes)).toBe(true)
  })

  test('linked blocks reach 64 KB back where the blocks before have left the memory', () => {
    const parts = [{ literals: Array.from({ length: 65_535 }, (_, i) => (i * i) >> 3), match: 1000 }]
    // Of each 4 MB all but the last five bytes repeat what lies 65,535 bytes back.
    for (let i = 0; i < 6; i++) parts.push({ literals: [], match: 4_194_299 })
    const blocks = parts.map(({ literals, match }) => sequence(literals, 65_535, match))
    const expected = new Uint8Array(parts.reduce((sum, { literals, match }) => sum + literals.length + match + 5, 0))
    let at = 0
    for (const { literals, match } of parts) {
      expected.set(literals, at)
      at += literals.length
      for (const end = at + match; at < end; at++) expected[at] = expected[at - 65_535]
      expected.set([1, 2, 3, 4, 5], at)
      at += 5
    }
    expect(same(read(frame(0x44, 0x70, blocks, expected), expected.length), expected)).toBe(true)
  })

  test('a linked block does not reach into the frame before, also where it is the first behind content that left the memory', () => {
    const before = frame(0x60, 0x70, [sequence([7], 1, 4_194_298), sequence([7], 1, 4_194_298)])
    const after = (offset: number) => join(before, frame(0x40, 0x70, [sequence([8], offset, 4)]))
    expect([...read(after(1), 1e7).subarray(8 * 2 ** 20)]).toEqual([8, 8, 8, 8, 8, 1, 2, 3, 4, 5])
    expect(() => read(after(2), 1e7)).toThrow('reaches 2 bytes back where 1 exist')
  })

  test('a block that is stored keeps to the limit', async () => {
    const bytes = await lz4.compress(noise(70_000))
    expect(read(bytes, 70_000).length).toBe(70_000)
    expect(() => read(bytes, 69_999)).toThrow('exceeds the limit of 69999 bytes')
  })

  test('a block ends where the limit does, and what is beyond it is refused', () => {
    const bytes = frame(0x60, 0x40, [sequence([7], 1, 1000)])
    expect(read(bytes, 1006).length).toBe(1006)
    expect(() => read(bytes, 1005)).toThrow('exceeds the limit of 1005 bytes')
    expect(() => read(bytes, 500)).toThrow('exceeds the limit of 500 bytes')
  })
})

test('what is peeked at is what is decompressed, within the same limit, also where it does not fit the memory that is used again', async () => {
  for (const size of [0, 1, 100_000, 20_000_000]) {
    const bytes = logs(size)
    const compressed = await lz4.compress(bytes)
    expect(lz4.peek?.(compressed, size, content => same(content, bytes))).toBe(true)
    if (size > 0) expect(() => lz4.peek?.(compressed, size - 1, () => {})).toThrow('exceeds the limit')
  }
})

describe('damaged blocks', () => {
  const size = 1 << 17
  const wasm = createDecoder(size)
  const plain = new Uint8Array(size)
  const input = reservedBytes
  const floor = 70_000
  const limit = 75_000

  test('are decoded, or refused, alike by WebAssembly, JavaScript and the walk that says why, and nothing outside is touched', async () => {
    const whole = (await lz4.compress(logs(4000))).subarray(11, -4)
    const around = noise(size)
    const damaged = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    fc.assert(
      fc.property(
        damaged,
        fc.oneof(fc.constant(whole.length), fc.integer({ min: 1, max: whole.length })),
        fc.integer({ min: 0, max: 100 }),
        (changes, end, before) => {
          const block = whole.slice(0, end)
          for (const [at, value] of changes) if (at < end) block[at] = value
          let size = -1
          try {
            size = blockSize(block, 0, end, before)
          } catch {}
          const start = floor + before
          const expected = size < 0 || size > limit - start ? -1 : start + size
          for (const [memory, decode] of [[wasm.memory, wasm.decode] as const, [plain, decodeBlock] as const]) {
            memory.set(around.subarray(reservedBytes), reservedBytes)
            memory.set(block, input)
            expect(decode(memory, input, input + end, start, limit, floor)).toBe(expected)
            expect(same(memory.subarray(input + end, start), around.subarray(input + end, start))).toBe(true)
            expect(same(memory.subarray(limit + slack), around.subarray(limit + slack))).toBe(true)
          }
          expect(expected < 0 || same(wasm.memory.subarray(floor, expected), plain.subarray(floor, expected))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
