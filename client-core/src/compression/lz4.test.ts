import { expect, test } from 'vitest'
import type { ClientErrorCode } from '../error.js'
import { codec } from './index.js'
import { fixture } from './testing/fixtures.js'
import { failure, join, logs, noise, same } from './testing/samples.js'
import { xxh32 } from './xxh32.js'

const lz4 = await codec('lz4')
const decode = (bytes: Uint8Array, maxBytes?: number) => lz4.decompress(bytes, { maxBytes })

const u32 = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
const magic = u32(0x184d2204)
const endMark = u32(0)
const independent = 0x60

/** A frame's header by hand: 64 KB blocks unless said otherwise, with the standard checksum. */
function header(flags: number, { blocks = 0x40, fields = [] as number[], checksum = 0 } = {}): Uint8Array {
  const descriptor = Uint8Array.of(flags, blocks, ...fields)
  return join(magic, descriptor, Uint8Array.of(((xxh32(descriptor) >>> 8) & 0xff) ^ checksum))
}
const frame = (...blocks: Uint8Array[]) => join(header(independent), ...blocks, endMark)
const block = (...bytes: number[]) => join(u32(bytes.length), Uint8Array.from(bytes))
const stored = (...bytes: number[]) => join(u32((bytes.length | 0x80000000) >>> 0), Uint8Array.from(bytes))

async function expectError(bytes: Uint8Array, message: string, code: ClientErrorCode = 'CORRUPT_COMPRESSION') {
  expect(await failure(() => decode(bytes, 100_000))).toMatchObject({
    name: 'ClientError',
    code,
    message: expect.stringContaining(message),
  })
}

test('writes what Java and librdkafka write: version 1, independent blocks of 64 KB, no checksums', async () => {
  const bytes = await lz4.compress(logs(100))
  expect([...bytes.subarray(0, 7)]).toEqual([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
  expect([...bytes.subarray(-4)]).toEqual([0, 0, 0, 0])
})

test('a block that would grow is stored as it is', async () => {
  const bytes = noise(65_536)
  const compressed = await lz4.compress(bytes)
  expect(compressed.length).toBe(7 + 4 + 65_536 + 4)
  expect(compressed[10] & 0x80).toBe(0x80)
})

test('has no levels', async () => {
  expect(await failure(() => lz4.compress(logs(10), { level: 3 }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('lz4'),
  })
})

test('the header checksum is read in both forms, standard and over the magic number (KIP-57), and in no other', async () => {
  const descriptor = Uint8Array.of(independent, 0x40)
  const standard = (xxh32(descriptor) >>> 8) & 0xff
  const withMagic = (xxh32(join(magic, descriptor)) >>> 8) & 0xff
  expect([standard, withMagic]).toEqual([0x82, 0x1a])
  for (const checksum of [standard, withMagic]) {
    expect([...(await decode(join(magic, descriptor, Uint8Array.of(checksum), stored(1, 2), endMark)))]).toEqual([1, 2])
  }
  await expectError(join(magic, descriptor, Uint8Array.of(0x83), stored(1, 2), endMark), 'header checksum of the frame at byte 0')
})

test('frames follow each other, skippable ones between them', async () => {
  const skippable = join(u32(0x184d2a5f), u32(3), Uint8Array.of(9, 9, 9))
  expect([...(await decode(join(skippable, frame(stored(1)), skippable, frame(), frame(stored(2), stored(3)), skippable)))]).toEqual([
    1, 2, 3,
  ])
})

test('a match may repeat itself, and reach back exactly to the beginning', async () => {
  // One literal, then 4 + 15 + 6 = 25 bytes from 1 back, then the five literals that the format wants at the end.
  expect([...(await decode(frame(block(0x1f, 7, 1, 0, 6, 0x50, 1, 2, 3, 4, 5))))]).toEqual([...Array(26).fill(7), 1, 2, 3, 4, 5])
})

test('a match offset of 0, which returns stale memory from the decoder (CVE-2026-32829), is refused', async () => {
  await expectError(frame(block(0x10, 7, 0, 0, 0x50, 1, 2, 3, 4, 5)), 'a match reaches 0 bytes back where 1 exist')
})

test('a match that reaches before its block is refused, even when an earlier block is there', async () => {
  const reaching = block(0x10, 7, 2, 0, 0x50, 1, 2, 3, 4, 5)
  await expectError(frame(reaching), 'reaches 2 bytes back where 1 exist')
  await expectError(frame(stored(1, 2, 3, 4), reaching), 'reaches 2 bytes back where 1 exist')
})

test('linked blocks reach into the blocks before them, but not into the frame before', async () => {
  const linked = (...blocks: Uint8Array[]) => join(header(0x40), ...blocks, endMark)
  const reaching = block(0x10, 7, 3, 0, 0x50, 1, 2, 3, 4, 5)
  expect([...(await decode(linked(stored(8, 9), reaching)))]).toEqual([8, 9, 7, 8, 9, 7, 8, 1, 2, 3, 4, 5])
  await expectError(join(linked(stored(8, 9)), linked(reaching)), 'reaches 3 bytes back where 1 exist')
  await expectError(linked(stored(8, 9), block(0x10, 7, 0, 0, 0x50, 1, 2, 3, 4, 5)), 'reaches 0 bytes back')
})

test('linked blocks of every kind of length decode like independent ones', async () => {
  const [linked, plain] = [await fixture('cli-lz4-linked'), await fixture('cli-lz4-4mb')]
  expect(same(await decode(linked), await decode(plain))).toBe(true)
})

test.each([
  ['no literals at the end', [0x10, 7, 1, 0]],
  ['literals beyond its end', [0x50, 1, 2]],
  ['a literal length beyond its end', [0xf0]],
  ['a literal length of endless 255s', [0xf0, 255, 255, 255]],
  ['half an offset', [0x10, 7, 1]],
  ['a match length beyond its end', [0x1f, 7, 1, 0]],
])('a block with %s is refused', async (_, bytes) => {
  await expectError(frame(block(...bytes)), 'the block at byte 11 is malformed')
})

test('a block holds no more than its frame allows', async () => {
  const endless = block(0x1f, 7, 1, 0, ...Array(300).fill(255), 0, 0x50, 1, 2, 3, 4, 5)
  await expectError(frame(endless), 'where its frame allows 65536')
  await expectError(join(header(independent), u32(65_537), new Uint8Array(65_537), endMark), 'larger than its frame allows')
})

test('the content checksum is held against the content', async () => {
  const content = Uint8Array.of(1, 2, 3)
  const good = join(header(0x64), stored(...content), endMark, u32(xxh32(content)))
  expect(same(await decode(good), content)).toBe(true)
  good[good.length - 1] ^= 1
  await expectError(good, 'content checksum before byte 22')
})

test('block checksums are held against the blocks', async () => {
  const good = join(header(0x70), stored(1, 2, 3), u32(xxh32(Uint8Array.of(1, 2, 3))), endMark)
  expect([...(await decode(good))]).toEqual([1, 2, 3])
  good[14] ^= 1
  await expectError(good, 'the checksum of the block at byte 11')
})

test('a content size that is not the size of the content is refused, and one beyond the limit before anything is decoded', async () => {
  const sized = (...size: number[]) => join(header(0x68, { fields: size }), stored(1, 2, 3), endMark)
  expect([...(await decode(sized(3, 0, 0, 0, 0, 0, 0, 0)))]).toEqual([1, 2, 3])
  await expectError(sized(4, 0, 0, 0, 0, 0, 0, 0), 'holds 3 bytes and claims 4')
  await expectError(sized(0, 0, 0, 0, 0, 1, 0, 0), 'content of 1099511627776 bytes exceeds the limit of 100000', 'DECOMPRESSED_TOO_LARGE')
})

test.each([
  ['an unknown version', 0xa0, 0x40, 'version 2'],
  ['a dictionary', 0x61, 0x40, 'needs a dictionary'],
  ['a reserved flag', 0x62, 0x40, 'malformed descriptor'],
  ['a reserved bit beside the block size', independent, 0xc0, 'malformed descriptor'],
  ['a block size that does not exist', independent, 0x30, 'malformed descriptor'],
])('a frame with %s is refused', async (_, flags, blocks, message) => {
  await expectError(join(header(flags, { blocks, fields: flags & 1 ? [1, 0, 0, 0] : [] }), endMark), message)
})

test('what is no frame is refused with its place', async () => {
  await expectError(new Uint8Array(0), 'there are 0 bytes')
  await expectError(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), "0x4030201 at byte 0 is no frame's magic number")
  await expectError(join(frame(stored(1)), Uint8Array.of(1, 2, 3, 4)), 'at byte 16')
  await expectError(join(u32(0x184d2a50), u32(0xffffffff)), 'before its frame does')
})

test('thousands of tiny blocks cost no more than their bytes', async () => {
  const tiny = join(header(independent), ...Array.from({ length: 20_000 }, (_, i) => stored(i)), endMark)
  expect((await decode(tiny)).length).toBe(20_000)
})
