import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ClientError } from '../error.js'
import { codec } from './index.js'
import { failure, logs, noise, same } from './testing/samples.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

// What holds for every codec.
describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', name => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(7)],
    ['bytes that do not compress', noise(200_000)],
    ['text', logs(300_000)],
    ['zeros', new Uint8Array(1_000_000)],
    ['40 MB of text', logs(40 * 2 ** 20)],
    ['12 MB that do not compress', noise(12 * 2 ** 20)],
  ])('gives back %s', async (_, bytes) => {
    const loaded = await codec(name)
    const before = bytes.slice()
    const compressed = await loaded.compress(bytes)
    expect(same(await loaded.decompress(compressed), bytes)).toBe(true)
    expect(same(bytes, before)).toBe(true)
  })

  test('gives back whatever it is given', async () => {
    const loaded = await codec(name)
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.tuple(fc.nat(255), fc.nat(70_000)).map(([byte, size]) => new Uint8Array(size).fill(byte)),
      ),
      { maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(pieces, async parts => {
        const bytes = new Uint8Array(await new Blob(parts.map(part => new Uint8Array(part))).arrayBuffer())
        expect(same(await loaded.decompress(await loaded.compress(bytes)), bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('works on a view into a larger buffer, and touches nothing around it', async () => {
    const loaded = await codec(name)
    const around = logs(60_000)
    const copy = around.slice()
    const bytes = around.subarray(1003, 50_001)
    const compressed = await loaded.compress(bytes)
    const holder = new Uint8Array(compressed.length + 26).fill(0xaa)
    holder.set(compressed, 13)
    expect(same(await loaded.decompress(holder.subarray(13, 13 + compressed.length)), bytes)).toBe(true)
    expect(same(around, copy)).toBe(true)
  })

  test('hands out memory that it never uses again', async () => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(logs(5000))
    const kept = compressed.slice()
    const first = await loaded.decompress(compressed)
    await loaded.decompress(await loaded.compress(noise(9000)))
    expect(same(first, logs(5000))).toBe(true)
    first.fill(0)
    expect(same(compressed, kept)).toBe(true)
    expect(same(await loaded.decompress(compressed), logs(5000))).toBe(true)
  })

  test.each([0, 1, 5000, 100_000, 12 * 2 ** 20])('puts %i bytes where it is told, whatever lies there', async size => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(logs(size))
    const lent: Uint8Array<ArrayBuffer>[] = []
    const memory = (length: number) => {
      lent.push(new Uint8Array(length).fill(0xaa))
      return lent[lent.length - 1]
    }
    const content = await loaded.decompress(compressed, { memory })
    expect(same(content, logs(size))).toBe(true)
    if (size > 0) expect(lent).toContain(content)
  })

  test.each([0, 1, 5000, 100_000])('stops one byte beyond the limit, with %i bytes', async size => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(logs(size))
    expect((await loaded.decompress(compressed, { maxBytes: size })).length).toBe(size)
    if (size > 0)
      expect(await failure(() => loaded.decompress(compressed, { maxBytes: size - 1 }))).toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE' })
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('has no limit of %d bytes', async maxBytes => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(Uint8Array.of(1))
    expect(await failure(() => loaded.decompress(compressed, { maxBytes }))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('maxBytes'),
    })
  })

  test('takes no truncated input', async () => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(logs(3000))
    // The beginning of an xerial stream is one itself when it ends between two chunks, as is no data at all for zstd.
    const whole = name === 'snappy' ? [16] : name === 'zstd' ? [0] : []
    for (let length = 0; length < compressed.length; length++) {
      if (whole.includes(length)) continue
      const error = await failure(() => loaded.decompress(compressed.subarray(0, length)))
      expect(error, `${length} of ${compressed.length} bytes`).toMatchObject({
        code: 'CORRUPT_COMPRESSION',
        message: expect.stringContaining(name),
      })
    }
  })

  test('takes nothing behind its data that is no data of its own', async () => {
    const loaded = await codec(name)
    const compressed = await loaded.compress(logs(3000))
    for (const trail of [[0], [1], [0xff, 0xff, 0xff, 0xff, 0xff], [0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0x82, 0x53, 0x4e, 0x41]]) {
      const bytes = Uint8Array.of(...compressed, ...trail)
      expect(await failure(() => loaded.decompress(bytes)), `trail ${trail}`).toMatchObject({ code: 'CORRUPT_COMPRESSION' })
    }
  })

  test('changed input gives content within the limit or a typed error, and leaves the codec whole', async () => {
    const loaded = await codec(name)
    const original = logs(4000)
    const compressed = await loaded.compress(original)
    const maxBytes = 20_000
    const change = fc.tuple(fc.nat(compressed.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async changes => {
        const bytes = compressed.slice()
        for (const [at, value] of changes) bytes[at] = value
        await expectContainedFailure(() => loaded.decompress(bytes, { maxBytes }), maxBytes)
      }),
      { numRuns: 1500 },
    )
    expect(same(await loaded.decompress(compressed), original)).toBe(true)
  })

  test('arbitrary bytes give content within the limit or a typed error', async () => {
    const loaded = await codec(name)
    const magic = (await loaded.compress(new Uint8Array(0))).subarray(0, 8)
    const maxBytes = 50_000
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.nat(8), async (bytes, kept) => {
        await expectContainedFailure(() => loaded.decompress(Uint8Array.of(...magic.subarray(0, kept), ...bytes), { maxBytes }), maxBytes)
      }),
      { numRuns: 1500 },
    )
  })

  test('refuses levels that it does not have, by name', async () => {
    const loaded = await codec(name)
    for (const level of [23, 1.5, Number.NaN, -131_073]) {
      expect(await failure(() => loaded.compress(Uint8Array.of(1), { level }))).toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(name),
      })
    }
  })
})

async function expectContainedFailure(call: () => Uint8Array | Promise<Uint8Array>, maxBytes: number): Promise<void> {
  try {
    expect((await call()).length).toBeLessThanOrEqual(maxBytes)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    expect(['CORRUPT_COMPRESSION', 'DECOMPRESSED_TOO_LARGE']).toContain(error.code)
  }
}
