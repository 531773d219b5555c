import { describe, expect, test, vi } from 'vitest'
import { logs, noise, same } from '../testing/samples.js'
import { ZstdCodecModule } from './zstd-codec.js'
import { zstdError } from './zstd-error.js'
import { ZstdLargeModule } from './zstd-large.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const as = (result: Uint8Array | number | undefined): Uint8Array => {
  if (!(result instanceof Uint8Array)) throw new Error(`the result is ${result}`)
  return result
}

describe('zstd-codec', () => {
  test('what it cannot hold it says, and goes on', async () => {
    const wasm = await ZstdCodecModule.load()
    const [tooMuch, much] = [noise(8 * 2 ** 20), logs(4 * 2 ** 20)]
    const tooHigh = much.subarray(0, 2 ** 20)
    for (let i = 0; i < 10; i++) {
      expect(wasm.compress(tooMuch, 3)).toBeUndefined()
      expect(wasm.compress(tooHigh, 22)).toBeUndefined()
      expect(wasm.decompress(tooMuch, 2 ** 23)).toBeUndefined()
    }
    expect(same(as(wasm.decompress(as(wasm.compress(much, 3)), much.length)), much)).toBe(true)
  })

  test('whatever it held before, input and output of 8 MiB together fit', async () => {
    const wasm = await ZstdCodecModule.load()
    const bytes = logs(3 * 2 ** 20)
    const compressed = as(wasm.compress(bytes, 1))
    for (const size of [100, 5 * 2 ** 20, 3000, 6 * 2 ** 20, 70_000, 2 ** 20, 7 * 2 ** 20]) {
      wasm.compress(bytes.subarray(0, size), 9)
      wasm.decompress(compressed, size)
      expect(same(as(wasm.decompress(compressed, 8 * 2 ** 20 - compressed.length)), bytes)).toBe(true)
    }
  })

  test('neither results nor errors leave memory behind', async () => {
    const wasm = await ZstdCodecModule.load()
    const bytes = logs(2 ** 20)
    const compressed = as(wasm.compress(bytes, 3))
    for (let i = 0; i < 300; i++) {
      expect(wasm.decompress(compressed.subarray(0, 5000), 2 ** 20)).toBeUndefined()
      expect(wasm.decompress(compressed, 2 ** 20 - 1)).toBeUndefined()
      expect(as(wasm.decompress(compressed, 2 ** 20)).length).toBe(2 ** 20)
    }
    // There is room for this only when nothing else is left.
    expect(same(as(wasm.decompress(compressed, 9 * 2 ** 20)), bytes)).toBe(true)
  })
})

describe('zstd-wasm', () => {
  test('reads what zstd-codec writes, and the other way round', async () => {
    const [small, large] = [await ZstdCodecModule.load(), await ZstdLargeModule.load()]
    for (const bytes of [new Uint8Array(0), logs(200_000), noise(5000)]) {
      expect(same(as(large.decompress(as(small.compress(bytes, 5)), bytes.length)), bytes)).toBe(true)
      expect(same(as(small.decompress(as(large.compress(bytes, 5)), bytes.length)), bytes)).toBe(true)
    }
  })

  test('more content than there is room for is told apart from content that is wrong', async () => {
    const wasm = await ZstdLargeModule.load()
    const compressed = as(wasm.compress(logs(200_000), 3))
    expect(wasm.decompress(compressed, 199_999)).toBe(zstdError.outputTooSmall)
    compressed[20] ^= 0xff
    const wrong = wasm.decompress(compressed, 200_000)
    expect([typeof wrong, wrong === zstdError.outputTooSmall]).toEqual(['number', false])
  })

  test('memory that cannot be had is an error, and not the end', async () => {
    const wasm = await ZstdLargeModule.load()
    for (let i = 0; i < 20; i++) expect(wasm.decompress(logs(100), 2 ** 31)).toBe(zstdError.memory)
    expect(as(wasm.compress(logs(100), 3)).length).toBeGreaterThan(0)
  })

  test('an instance that grew beyond 64 MB is let go', async () => {
    const wasm = await ZstdLargeModule.load()
    const bytes = new Uint8Array(80 * 2 ** 20)
    const compressed = as(wasm.compress(bytes, 1))
    expect(wasm.memoryBytes).toBeLessThan(20 * 2 ** 20)
    expect(same(as(wasm.decompress(compressed, bytes.length)), bytes)).toBe(true)
    expect(wasm.memoryBytes).toBeLessThan(20 * 2 ** 20)
  })
})
