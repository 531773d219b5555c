import { expect, test } from 'vitest'
import type { ClientErrorCode } from '../error.js'
import { codec } from './index.js'
import { fixture } from './testing/fixtures.js'
import { failure, join, logs, same } from './testing/samples.js'

const snappy = await codec('snappy')
const decode = (bytes: Uint8Array, maxBytes = 100_000) => snappy.decompress(bytes, { maxBytes })

const header = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1)
/** A raw block: its size, then one literal. */
const raw = (...bytes: number[]) => Uint8Array.of(bytes.length, (bytes.length - 1) << 2, ...bytes)
const chunk = (block: Uint8Array) => join(Uint8Array.of(0, 0, 0, block.length), block)

async function expectError(bytes: Uint8Array, message: string, code: ClientErrorCode = 'CORRUPT_COMPRESSION') {
  expect(await failure(() => decode(bytes))).toMatchObject({ name: 'ClientError', code, message: expect.stringContaining(message) })
}

test('writes what Java writes: the xerial header, then chunks of 32 KB', async () => {
  const bytes = await snappy.compress(logs(70_000))
  expect(same(bytes.subarray(0, 16), header)).toBe(true)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  let chunks = 0
  let at = 16
  for (; at < bytes.length; at += 4 + view.getUint32(at)) chunks++
  expect([chunks, at]).toEqual([3, bytes.length])
  expect(same(await snappy.compress(new Uint8Array(0)), await fixture('java-snappy-0'))).toBe(true)
})

test('has no levels', async () => {
  expect(await failure(() => snappy.compress(logs(10), { level: 1 }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('snappy'),
  })
})

test('reads raw blocks, as librdkafka and Go write them', async () => {
  expect([...(await decode(raw(1, 2, 3)))]).toEqual([1, 2, 3])
  expect((await decode(Uint8Array.of(0))).length).toBe(0)
})

test('a raw block that begins like an xerial header, and is too short for one, is read as raw', async () => {
  // 130 zeros: 0x82 0x01 is their size, one literal and three copies their content.
  const zeros = Uint8Array.of(0x82, 0x01, 0x00, 0x00, 0xfe, 1, 0, 0xf2, 1, 0, 0x0e, 1, 0)
  expect(same(await decode(zeros), new Uint8Array(130))).toBe(true)
})

test('reads the xerial form, also of streams one after another, as snappy-java does', async () => {
  expect([...(await decode(join(header, chunk(raw(1, 2)), chunk(raw(3)))))]).toEqual([1, 2, 3])
  expect([...(await decode(join(header, chunk(raw(1, 2)), header, chunk(raw(3)), header)))]).toEqual([1, 2, 3])
})

test.each([
  ['a cut header', header.subarray(0, 12), 'ends at byte 12'],
  ['another version in a later header', join(header, Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x58), header), 'header at byte 16'],
  ['half a chunk size', join(header, Uint8Array.of(0, 0)), 'ends at byte 18'],
  ['a chunk size beyond the end', join(header, Uint8Array.of(0, 0, 0, 9), raw(1)), 'ends at byte 23'],
  ['a chunk size of 4 GB', join(header, Uint8Array.of(0xff, 0xff, 0xff, 0xff), raw(1)), 'ends at byte 23'],
  ['an empty chunk', join(header, Uint8Array.of(0, 0, 0, 0)), 'inside the size of the block at byte 20'],
  ['a chunk that is no snappy', join(header, chunk(Uint8Array.of(2, 0xfc, 0xff))), 'the block at byte 20 does not decode'],
])('an xerial stream with %s is refused', async (_, bytes, message) => {
  await expectError(bytes, message)
})

test('the size that a block claims is believed only within what its bytes can hold', async () => {
  const lie = (...size: number[]) => Uint8Array.of(...size, 0, 1)
  await expectError(lie(0xff, 0x7f), 'claims 16383 bytes, more than its 4 bytes can hold')
  await expectError(lie(0xff, 0xff, 0xff, 0xff, 0x0f), 'claims 4294967295 bytes')
  await expectError(lie(0xff, 0xff, 0xff, 0xff, 0xff, 0x01), 'size of the block at byte 0 is malformed')
  await expectError(Uint8Array.of(0x80, 0x80), 'inside the size of the block')
})

test('the limit holds for all chunks together', async () => {
  const bytes = join(header, chunk(raw(1, 2, 3)), chunk(raw(4, 5, 6)))
  expect((await decode(bytes, 6)).length).toBe(6)
  expect(await failure(() => decode(bytes, 5))).toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE' })
})

test.each([
  ['a copy from 0 back', [5, 0, 7, 0x01, 0]],
  ['a copy from before the beginning', [5, 0, 7, 0x01, 2]],
  ['a literal beyond the end', [5, 0x10, 7]],
  ['less than it claims', [5, 0, 7]],
  ['more than it claims', [1, 4, 7, 8]],
])('a block with %s is refused', async (_, bytes) => {
  await expectError(Uint8Array.from(bytes), 'the block at byte 0 does not decode')
})
