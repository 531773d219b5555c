import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Allocation } from './testing/allocation.js'

const program = (name: string) => `
import { runnerImport } from 'vite'
const { module } = await runnerImport(${JSON.stringify(fileURLToPath(new URL('testing/allocation.ts', import.meta.url)))}, { configFile: false, logLevel: 'error' })
process.stdout.write(JSON.stringify([...module.${name}()]))
`

/** In a process that collects nothing, so that what it counts is everything. */
async function allocations(name: string): Promise<Allocation[]> {
  const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256', '--input-type=module']
  const cwd = fileURLToPath(new URL('../../..', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', program(name)], { cwd, maxBuffer: 0x1000000 })
  return JSON.parse(stdout)
}
const factor = ({ allocated = Number.NaN, frame }: Allocation) => (allocated - 1_000_000) / frame

test('a frame that is broken takes no more than four times its size and a megabyte, wherever it is dense', async () => {
  const found = [...(await allocations('hostileFrames')), ...(await allocations('textsAndBytes'))]
  expect(found.length).toBeGreaterThan(250)
  const worst = found.reduce((a, b) => (factor(a) > factor(b) ? a : b))
  console.log(`${found.length} frames; at most ${factor(worst).toFixed(1)} times its size and a megabyte: ${worst.what}`)
  expect(found.filter(one => !(factor(one) <= 4))).toEqual([])
}, 300_000)
