import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gc } from '../testing/gc.js'
import { keepFreedMemory } from './freed-memory.js'

const MB = 2 ** 20
const { glibcVersionRuntime } = (process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }).header

/** MB of the heap that blocks are cut from and come back to; blocks that are mapped one by one are not in it. */
function heapMB(): number {
  const [, from, to] = readFileSync('/proc/self/maps', 'utf8').match(/^(\w+)-(\w+) .*\[heap\]$/m) ?? []
  return (Number.parseInt(to, 16) - Number.parseInt(from, 16)) / MB
}

test('large frames are cut from memory that stays with the process, not mapped one by one', () => {
  // Other allocators have their own ways; they are asked for nothing but to take it.
  if (!glibcVersionRuntime) return expect(keepFreedMemory).not.toThrow()
  const before = heapMB()
  const blocks = () => Array.from({ length: 4 }, () => new ArrayBuffer(12 * MB))
  const mapped = blocks()
  expect(heapMB() - before).toBeLessThan(12)
  keepFreedMemory()
  gc()
  const cut = blocks()
  expect(heapMB() - before).toBeGreaterThan(36)
  // Until here none of them may go.
  expect([...mapped, ...cut].every(({ byteLength }) => byteLength === 12 * MB)).toBe(true)
})
