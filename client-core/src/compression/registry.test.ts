import { expect, test } from 'vitest'
import type { Codec, CodecName } from './codec.js'
import { codec, codecIds, loadedCodec } from './index.js'
import { createRegistry } from './registry.js'

const never = () => Promise.reject(new Error('not asked for'))
const fake = (name: CodecName): Codec => ({ name, compress: bytes => bytes, decompress: bytes => bytes })

test('a codec is loaded once, however often it is asked for', async () => {
  let loads = 0
  const registry = createRegistry({ gzip: async () => fake(loads++ ? 'lz4' : 'gzip'), snappy: never, lz4: never, zstd: never })
  const [first, second] = await Promise.all([registry.codec('gzip'), registry.codec('gzip')])
  expect(loads).toBe(1)
  expect(second).toBe(first)
  expect(await registry.codec('gzip')).toBe(first)
})

test('a codec can be had without waiting once it is loaded', async () => {
  const registry = createRegistry({ gzip: async () => fake('gzip'), snappy: never, lz4: never, zstd: never })
  expect(registry.loadedCodec('gzip')).toBeUndefined()
  const loaded = await registry.codec('gzip')
  expect(registry.loadedCodec('gzip')).toBe(loaded)
  expect(registry.loadedCodec('zstd')).toBeUndefined()
})

test('a failed load is tried again by the next call', async () => {
  let online = false
  const load = async () => {
    if (!online) throw new TypeError('Failed to fetch dynamically imported module')
    return fake('zstd')
  }
  const registry = createRegistry({ gzip: never, snappy: never, lz4: never, zstd: load })
  await expect(registry.codec('zstd')).rejects.toThrow('Failed to fetch')
  expect(registry.loadedCodec('zstd')).toBeUndefined()
  online = true
  expect((await registry.codec('zstd')).name).toBe('zstd')
})

test.each(['brotli', '', 'GZIP', '__proto__', 'constructor'])('there is no codec "%s"', async name => {
  await expect(codec(name as CodecName)).rejects.toMatchObject({
    name: 'ClientError',
    code: 'UNKNOWN_CODEC',
    message: expect.stringContaining('gzip, snappy, lz4, zstd'),
  })
  expect(loadedCodec(name as CodecName)).toBeUndefined()
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('the %s codec bears its name', async name => {
  const loaded = await codec(name)
  expect(loaded.name).toBe(name)
  expect(loadedCodec(name)).toBe(loaded)
})

test('the numbers are those of a record batch’s attributes (KIP-98, KIP-110)', () => {
  expect(codecIds).toEqual({ none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 })
})
