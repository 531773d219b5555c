import { createGzip } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import type { CodecName } from './codec.js'
import { codec } from './index.js'
import { failure, join } from './testing/samples.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const content = 2 ** 30
const limit = 2 ** 24
/** What stopping may cost: the limit, a copy of it while the output grows, and what garbage there is. Far below the content. */
const allowed = 2 ** 28

/** A little input that claims, or holds, 1 GiB of zeros. */
const bombs: Record<CodecName, () => Promise<Uint8Array>> = {
  async gzip() {
    const stream = createGzip()
    const chunks: Uint8Array[] = []
    stream.on('data', chunk => chunks.push(chunk))
    for (let i = 0; i < content / 2 ** 20; i++)
      if (!stream.write(new Uint8Array(2 ** 20))) await new Promise(resolve => stream.once('drain', resolve))
    await new Promise<void>(resolve => stream.once('end', resolve).end())
    return join(...chunks)
  },
  // A chunk of a literal and copies of 64 bytes each, again and again.
  async snappy() {
    const raw = Uint8Array.of(
      0xc0,
      0xff,
      0x3f,
      0,
      0,
      ...Array(16_383 - 1)
        .fill([0xfe, 1, 0])
        .flat(),
      0xfa,
      1,
      0,
    )
    return join(
      await (await codec('snappy')).compress(new Uint8Array(0)),
      ...Array(content / 2 ** 20).fill(join(Uint8Array.of(0, 0, raw.length >>> 8, raw.length), raw)),
    )
  },
  async lz4() {
    const one = await (await codec('lz4')).compress(new Uint8Array(2 ** 22))
    return join(...Array(content / 2 ** 22).fill(one))
  },
  // Blocks that repeat one byte 2^17 times.
  async zstd() {
    const block = Uint8Array.of(2, 0, 16, 0)
    return join(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58), ...Array(content / 2 ** 17).fill(block), Uint8Array.of(1, 0, 0))
  },
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s: a bomb is stopped at the limit, within bounded memory', async name => {
  const bomb = await bombs[name]()
  expect(bomb.length).toBeLessThan(content / 16)
  const loaded = await codec(name)
  const before = process.memoryUsage()
  for (let i = 0; i < 3; i++) {
    expect(await failure(() => loaded.decompress(bomb, { maxBytes: limit }))).toMatchObject({
      code: 'DECOMPRESSED_TOO_LARGE',
      message: expect.stringContaining(`limit of ${limit} bytes`),
    })
  }
  const after = process.memoryUsage()
  expect(after.rss - before.rss).toBeLessThan(allowed)
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(allowed)
})

test('zstd: compressed blocks whose content nobody knows beforehand are stopped at the limit too', async () => {
  const zstd = await codec('zstd')
  const one = await zstd.compress(new Uint8Array(2 ** 20))
  // Magic number, descriptor and content size are 9 bytes; instead of them a header without that size, with a window of 2 MiB.
  const bomb = join(...Array(256).fill(join(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58), one.subarray(9))))
  expect((await zstd.decompress(bomb, { maxBytes: 2 ** 28 })).length).toBe(2 ** 28)
  const before = process.memoryUsage().rss
  expect(await failure(() => zstd.decompress(bomb, { maxBytes: limit }))).toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE' })
  expect(process.memoryUsage().rss - before).toBeLessThan(allowed)
})
