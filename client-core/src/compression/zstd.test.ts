import { decompress as decodeByFzstd } from 'fzstd'
import { describe, expect, test, vi } from 'vitest'
import type { ClientErrorCode } from '../error.js'
import { codec } from './index.js'
import { fixture } from './testing/fixtures.js'
import { failure, join, logs, noise, same } from './testing/samples.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const zstd = await codec('zstd')
const decode = (bytes: Uint8Array, maxBytes = 2 ** 20) => zstd.decompress(bytes, { maxBytes })

const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)
/** A block's header (RFC 8878, 3.1.1.2): last, type, size. */
const blockHeader = (last: boolean, type: number, size: number) => {
  const value = (last ? 1 : 0) | (type << 1) | (size << 3)
  return Uint8Array.of(value, value >>> 8, value >>> 16)
}
const raw = (last: boolean, ...bytes: number[]) => join(blockHeader(last, 0, bytes.length), Uint8Array.from(bytes))
const repeat = (last: boolean, byte: number, size: number) => join(blockHeader(last, 1, size), Uint8Array.of(byte))
/** A frame without content size and checksum; 0x58 is a window of 2 MiB, as librdkafka and Java write it. */
const frame = (...blocks: Uint8Array[]) => join(magic, Uint8Array.of(0x00, 0x58), ...blocks)
const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9)

async function expectError(bytes: Uint8Array, message: string, code: ClientErrorCode = 'CORRUPT_COMPRESSION') {
  expect(await failure(() => decode(bytes))).toMatchObject({ name: 'ClientError', code, message: expect.stringContaining(message) })
}

describe('levels', () => {
  test.each([-131_072, -5, -1, 0, 1, 3, 9, 15, 19, 22])('level %i is read by another decoder', async level => {
    const bytes = logs(300_000)
    const compressed = await zstd.compress(bytes, { level })
    expect(same(decodeByFzstd(compressed), bytes)).toBe(true)
    expect(same(await decode(compressed), bytes)).toBe(true)
  })

  test.each([23, -131_073])('there is no level %i', async level => {
    expect(await failure(() => zstd.compress(logs(10), { level }))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('-131072 to 22'),
    })
  })

  test('0 and none are the default, 3', async () => {
    const [none, zero, three, one] = await Promise.all([undefined, 0, 3, 1].map(level => zstd.compress(logs(50_000), { level })))
    expect(same(none, three) && same(zero, three)).toBe(true)
    expect(same(one, three)).toBe(false)
  })

  test.each([
    [5 * 2 ** 20, 3],
    [2 * 2 ** 20, 12],
    [2 ** 20, 19],
    [24 * 2 ** 20, 9],
  ])('%i bytes at level %i, more than zstd-codec can hold, compress all the same', async (size, level) => {
    const bytes = logs(size)
    const compressed = await zstd.compress(bytes, { level })
    expect(compressed.length).toBeLessThan(size / 4)
    expect(same(decodeByFzstd(compressed), bytes)).toBe(true)
    expect(same(await decode(compressed, size), bytes)).toBe(true)
  })
})

test('a usual batch is compressed and decompressed at once', () => {
  const compressed = zstd.compress(logs(2 ** 20))
  expect(compressed).toBeInstanceOf(Uint8Array)
  expect(zstd.decompress(compressed as Uint8Array)).toBeInstanceOf(Uint8Array)
})

test('the content size is written, no checksum: the batch has its own', async () => {
  expect((await zstd.compress(logs(1000)))[4]).toBe(0x60)
})

test('frames without a content size, several and skippable ones decode', async () => {
  const bytes = join(
    skippable,
    frame(raw(false, 1, 2), repeat(true, 7, 3)),
    skippable,
    await zstd.compress(logs(300)),
    frame(raw(true)),
    skippable,
  )
  expect(same(await decode(bytes), join(Uint8Array.of(1, 2, 7, 7, 7), logs(300)))).toBe(true)
})

test('frames that are too much for zstd-codec together decode, skippable ones between', async () => {
  const bytes = logs(6 * 2 ** 20)
  const compressed = await zstd.compress(bytes)
  expect(same(await decode(join(skippable, compressed, skippable, compressed), 2 ** 24), join(bytes, bytes))).toBe(true)
})

test.each(['java-zstd-100000', 'cli-zstd-frames', 'cli-zstd-window128'])('%s, cut anywhere, is refused', async name => {
  const bytes = await fixture(name)
  // Where one of its four frames ends, the data is whole.
  const whole = name === 'cli-zstd-frames' ? [13, 19_725, 36_575] : []
  for (let length = 1; length < bytes.length; length += length < 64 || bytes.length - length < 64 ? 1 : 7) {
    if (whole.includes(length)) continue
    expect(await failure(() => decode(bytes.subarray(0, length))), `${length} bytes`).toMatchObject({ code: 'CORRUPT_COMPRESSION' })
  }
})

test('a checksum that does not hold is refused, by both decoders', async () => {
  const bytes = await fixture('cli-zstd-window128')
  bytes[bytes.length - 1] ^= 1
  await expectError(bytes, 'checksum')
  const large = await fixture('cli-zstd-window32m')
  large[large.length - 1] ^= 1
  expect(await failure(() => decode(large, 2 ** 26))).toMatchObject({
    code: 'CORRUPT_COMPRESSION',
    message: expect.stringContaining('checksum'),
  })
})

test('a content size that the blocks cannot hold is refused', async () => {
  const claims = (size: number, ...blocks: Uint8Array[]) =>
    join(magic, Uint8Array.of(0x80, 0x58, size, size >>> 8, size >>> 16, size >>> 24), ...blocks)
  expect([...(await decode(claims(3, raw(true, 1, 2, 3))))]).toEqual([1, 2, 3])
  await expectError(claims(4, raw(true, 1, 2, 3)), 'claims 4 bytes, which its blocks cannot hold')
  await expectError(claims(2, raw(true, 1, 2, 3)), 'claims 2 bytes, which its blocks cannot hold')
  await expectError(claims(0x7fffffff, raw(true, 1, 2, 3)), 'claims 2147483647 bytes, which its blocks cannot hold')
})

test('what is certain to exceed the limit is refused before it is decoded', async () => {
  await expectError(
    frame(...Array(9).fill(repeat(false, 0, 2 ** 17)), repeat(true, 0, 1)),
    'content of 1179649 bytes exceeds the limit of 1048576',
    'DECOMPRESSED_TOO_LARGE',
  )
})

test.each([
  ['a dictionary', join(magic, Uint8Array.of(0x01, 0x58, 42), raw(true, 1)), 'needs dictionary 42'],
  ['a reserved flag', join(magic, Uint8Array.of(0x08, 0x58), raw(true, 1)), 'malformed descriptor'],
  ['a reserved type of block', frame(join(blockHeader(true, 3, 1), Uint8Array.of(1))), 'the block at byte 6 is malformed'],
  ['a block beyond the window', join(magic, Uint8Array.of(0x00, 0x00), repeat(true, 0, 1025)), 'the block at byte 6 is malformed'],
  ['a block beyond 128 KB', frame(repeat(true, 0, 2 ** 17 + 1)), 'the block at byte 6 is malformed'],
  ['a block that is no compressed one', frame(join(blockHeader(true, 2, 3), Uint8Array.of(0xff, 0xff, 0xff))), 'malformed'],
])('a frame with %s is refused', async (_, bytes, message) => {
  await expectError(bytes, message)
})

test('what is no frame is refused with its place', async () => {
  await expectError(noise(50), 'at byte 0 is no frame')
  await expectError(join(frame(raw(true, 1)), Uint8Array.of(1, 2, 3, 4)), '0x4030201 at byte 10')
  await expectError(Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff), 'before its frame does')
})

test('no data at all is nothing: zstd-jni writes no frame for it', async () => {
  expect((await decode(new Uint8Array(0))).length).toBe(0)
})
