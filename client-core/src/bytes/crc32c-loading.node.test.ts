import { afterEach, expect, test, vi } from 'vitest'

const noise = (length: number, seed: number) => new Uint8Array(length).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 23)

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A copy of its own, which has loaded nothing yet. */
async function fresh() {
  vi.resetModules()
  return (await import('./crc32c.js')).crc32c
}

test('long inputs have the same CRC before and after the module that shortens them is there, which is made once', async () => {
  const made = vi.spyOn(WebAssembly, 'Instance')
  const crc = await fresh()
  const bytes = noise(200_000, 7)
  const parts = () => [crc(bytes), crc(bytes, 100, 50_000), crc(bytes, 3, 16_386)]
  const before = parts()
  await vi.waitFor(() => expect(made).toHaveBeenCalledTimes(1))
  expect(parts()).toEqual(before)
  expect(made).toHaveBeenCalledTimes(1)
})

test('where the platform refuses the module, tables make the CRC', async () => {
  const refused = vi.fn(function refuse() {
    throw new Error("a policy without 'wasm-unsafe-eval'")
  })
  vi.stubGlobal('WebAssembly', { Module: refused })
  const crc = await fresh()
  const bytes = noise(50_000, 9)
  const before = crc(bytes)
  await vi.waitFor(() => expect(refused).toHaveBeenCalledTimes(1))
  expect(crc(bytes)).toBe(before)
})
