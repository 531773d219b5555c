import { describe, expect, test, vi } from 'vitest'
import { logs, noise, same } from '../testing/samples.js'
import { compile } from './compile.js'
import { packed as lz4Packed } from './lz4.wasm.js'
import { RustModule } from './rust.js'
import { packed as snappyPacked } from './snappy.wasm.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const copy = (result: Uint8Array) => result.slice()

describe.each([
  { name: 'lz4-wasm', packed: lz4Packed, compress: 'compress', decompress: 'decompress', lie: [0xff, 0xff, 0xff, 0xff] },
  {
    name: 'snappy-wasm',
    packed: snappyPacked,
    compress: 'compress_raw',
    decompress: 'decompress_raw',
    lie: [0xff, 0xff, 0xff, 0xff, 0x0f],
  },
])('$name', ({ packed, compress, decompress, lie }) => {
  const load = async () => new RustModule(await compile(packed), [compress, decompress])

  test('gives back what it was given', async () => {
    const wasm = await load()
    for (const bytes of [logs(1), logs(70_000), noise(70_000)]) {
      expect(same(wasm.run(decompress, wasm.run(compress, bytes, copy), copy), bytes)).toBe(true)
    }
  })

  test('survives 6,000 traps: an instance of its own is dead after some 4,000', async () => {
    const wasm = await load()
    // A size that cannot be allocated.
    const bomb = Uint8Array.of(...lie, 0, 0, 0, 0)
    for (let i = 0; i < 6000; i++) expect(() => wasm.run(decompress, bomb, copy)).toThrow(WebAssembly.RuntimeError)
    expect(same(wasm.run(decompress, wasm.run(compress, logs(5000), copy), copy), logs(5000))).toBe(true)
  })

  test('an error is an error, in the module’s own words, and not the end of the instance', async () => {
    const wasm = await load()
    const compressed = wasm.run(compress, logs(5000), copy)
    for (let i = 0; i < 3000; i++) expect(() => wasm.run(decompress, compressed.subarray(0, 200), copy)).toThrow(/\w+ \w+/)
    expect(same(wasm.run(decompress, compressed, copy), logs(5000))).toBe(true)
  })

  test('neither results, nor errors, nor a taker that throws leave memory behind', async () => {
    const wasm = await load()
    const compressed = wasm.run(compress, noise(100_000), copy)
    const cycle = () => {
      wasm.run(compress, noise(1000), copy)
      wasm.run(decompress, compressed, result => result.length)
      expect(() => wasm.run(decompress, compressed.subarray(0, 50), copy)).toThrow()
      expect(() => wasm.run(decompress, compressed, () => expect.unreachable())).toThrow()
    }
    for (let i = 0; i < 20; i++) cycle()
    const before = wasm.memoryBytes
    for (let i = 0; i < 1000; i++) cycle()
    expect(wasm.memoryBytes).toBe(before)
  })

  test('an instance that grew beyond 64 MB is let go', async () => {
    const wasm = await load()
    const bytes = noise(40 * 2 ** 20)
    const compressed = wasm.run(compress, bytes, copy)
    expect(wasm.memoryBytes).toBeLessThan(4 * 2 ** 20)
    expect(same(wasm.run(decompress, compressed, copy), bytes)).toBe(true)
    expect(wasm.memoryBytes).toBeLessThan(4 * 2 ** 20)
  })
})

test('what is put before the input counts as its beginning', async () => {
  const wasm = new RustModule(await compile(lz4Packed), ['compress', 'decompress'])
  const compressed = wasm.run('compress', logs(300), copy)
  expect(same(wasm.run('decompress', compressed.subarray(4), copy, compressed.subarray(0, 4)), logs(300))).toBe(true)
})
