import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { codec } from './index.js'
import { logs, noise, same } from './testing/samples.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const gzip = await codec('gzip')

test.each([undefined, 1, 4, 6, 9])('what is written at level %s is read by zlib', async level => {
  for (const bytes of [new Uint8Array(0), logs(1000), logs(500_000), noise(100_000)]) {
    expect(same(gunzipSync(await gzip.compress(bytes, { level })), bytes)).toBe(true)
  }
})

test.each([1, 6, 9])('what zlib writes at level %i is read', async level => {
  for (const bytes of [new Uint8Array(0), logs(1000), logs(500_000), noise(100_000)]) {
    expect(same(await gzip.decompress(gzipSync(bytes, { level })), bytes)).toBe(true)
  }
})

test('changed input is refused where zlib refuses it, and else has the same content', async () => {
  const compressed = gzipSync(logs(3000))
  await fc.assert(
    fc.asyncProperty(fc.nat(compressed.length - 1), fc.nat(255), async (at, value) => {
      const bytes = Uint8Array.from(compressed)
      bytes[at] = value
      expect(await contentOrError(() => gzip.decompress(bytes))).toEqual(await contentOrError(() => gunzipSync(bytes)))
    }),
    { numRuns: 800 },
  )
})

async function contentOrError(call: () => Uint8Array | Promise<Uint8Array>): Promise<string> {
  try {
    return Buffer.from(await call()).toString('hex')
  } catch {
    return 'refused'
  }
}
