import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { compile } from './compile.js'
import { packed } from './lz4.wasm.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

afterEach(() => vi.unstubAllGlobals())

test('a module compiles with and without the platform’s own inflate', async () => {
  const exportsOf = async () => WebAssembly.Module.exports(await compile(packed)).map(({ name }) => name)
  const native = await exportsOf()
  expect(native).toContain('decompress')
  vi.stubGlobal('DecompressionStream', undefined)
  expect(await exportsOf()).toEqual(native)
})

test('writing the modules again changes nothing', async () => {
  const script = fileURLToPath(new URL('../../../scripts/wasm.mjs', import.meta.url))
  const run = () => promisify(execFile)(process.execPath, [script])
  await run()
  expect((await run()).stdout).toBe('')
})
