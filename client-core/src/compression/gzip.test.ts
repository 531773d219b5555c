import { describe, expect, test, vi } from 'vitest'
import type { ClientErrorCode } from '../error.js'
import { deflate, deflateStream } from './gzip-deflate.js'
import { codec } from './index.js'
import { failure, join, logs, noise, same } from './testing/samples.js'

const gzip = await codec('gzip')
const decode = (bytes: Uint8Array, maxBytes = 2 ** 20) => gzip.decompress(bytes, { maxBytes })
const small = deflate(logs(500), 6)

async function expectError(bytes: Uint8Array, message: string, code: ClientErrorCode = 'CORRUPT_COMPRESSION') {
  expect(await failure(() => decode(bytes))).toMatchObject({ name: 'ClientError', code, message: expect.stringContaining(message) })
}

describe('levels', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('level %i gives back what it was given', async level => {
    const bytes = logs(120_000)
    expect(same(await decode(await gzip.compress(bytes, { level })), bytes)).toBe(true)
  })

  test.each([0, 10, -1])('there is no level %i', async level => {
    expect(await failure(() => gzip.compress(logs(10), { level }))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('1 to 9'),
    })
  })

  test('a higher level makes less', async () => {
    const sizes = [1, 6, 9].map(level => deflate(logs(120_000), level).length)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  })
})

test('small input is compressed at once, large input by the platform', async () => {
  expect(gzip.compress(logs(1000))).toBeInstanceOf(Uint8Array)
  expect(gzip.compress(logs(100_000))).toBeInstanceOf(Promise)
  expect(gzip.compress(logs(100_000), { level: 1 })).toBeInstanceOf(Uint8Array)
})

test.each([0, 1, 16_383, 16_384, 300_000])('both ways of compressing %i bytes decode', async size => {
  for (const bytes of [logs(size), noise(size)]) {
    expect(same(await decode(deflate(bytes, 6)), bytes)).toBe(true)
    expect(same(await decode(await deflateStream(bytes)), bytes)).toBe(true)
  }
})

test('all members are read, empty ones too', async () => {
  const nothing = deflate(new Uint8Array(0), 6)
  const bytes = join(nothing, deflate(logs(700), 1), nothing, deflate(noise(70_000), 9), nothing)
  expect(same(await decode(bytes), join(logs(700), noise(70_000)))).toBe(true)
})

test('a header with all its fields is read, and its checksum checked', async () => {
  // Flags: text, header CRC, extra field, name, comment. CRC-16 of RFC 1952 2.3.1 over all before it, computed with Python's zlib.
  const rich = [0x1f, 0x8b, 8, 0x1f, 1, 2, 3, 4, 0, 3, 2, 0, 0xca, 0xfe, 0x61, 0, 0x62, 0, 0x08, 0xaf]
  const bytes = join(Uint8Array.from(rich), small.subarray(10))
  expect(same(await decode(bytes), logs(500))).toBe(true)
  bytes[4] ^= 1
  await expectError(bytes, 'header crc mismatch')
})

test('the CRC and the size of each member are held against its content', async () => {
  const crc = small.slice()
  crc[crc.length - 8] ^= 1
  await expectError(crc, 'incorrect data check')
  await expectError(join(small, crc), 'incorrect data check')
  const size = small.slice()
  size[size.length - 4] ^= 1
  await expectError(size, 'incorrect length check')
})

test('a size that lies is no reason to allocate it, nor to stop at it', async () => {
  for (const claim of [0, 499, 501, 0x7fffffff, 0xffffffff]) {
    const bytes = small.slice()
    new DataView(bytes.buffer).setUint32(bytes.length - 4, claim, true)
    await expectError(bytes, 'incorrect length check')
  }
})

test('zlib and raw deflate are no gzip', async () => {
  await expectError(Uint8Array.of(0x78, 0x9c, 3, 0, 0, 0, 0, 1), 'incorrect header check')
  await expectError(small.subarray(10), 'header')
})

test('what follows the last member is refused with its place', async () => {
  await expectError(join(small, Uint8Array.of(0, 0, 0)), `the 3 bytes from byte ${small.length} on are no further member`)
})

test('a member cut short behind a whole one is no end', async () => {
  for (let length = 1; length < small.length; length++)
    await expectError(join(small, small.subarray(0, length)), length === 1 ? 'no further member' : 'before its member does')
})

test('a platform without streams compresses at once', async () => {
  vi.stubGlobal('CompressionStream', undefined)
  try {
    const compressed = gzip.compress(logs(100_000))
    expect(compressed).toBeInstanceOf(Uint8Array)
    expect(same(await decode(await compressed), logs(100_000))).toBe(true)
  } finally {
    vi.unstubAllGlobals()
  }
})
