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
/** What a message may take (`reader`): four times its bytes, and 4 MB. What is measured has the error and the engine's own in it. */
const share = ({ allocated, frame }: Allocation) => allocated / (4 * frame + 4_000_000)
const worst = (found: readonly Allocation[]) => [...found].sort((a, b) => share(b) - share(a))[0]

test('a frame that is broken takes no more than four times its size and 4 MB, wherever it is dense', async () => {
  const found = [...(await allocations('hostileFrames')), ...(await allocations('textsAndBytes'))]
  expect(found.length).toBeGreaterThan(250)
  console.log(`${found.length} frames; at most ${share(worst(found)).toFixed(2)} of what they may take: ${worst(found).what}`)
  expect(found.filter(one => !(share(one) <= 1.1) || one.error === undefined)).toEqual([])
}, 300_000)

test('an answer of a large cluster, 200,000 partitions or 70,000 of anything, is decoded in four times its size and 4 MB', async () => {
  const found = await allocations('honestAnswers')
  console.log(`${found.length} answers; at most ${share(worst(found)).toFixed(2)} of what they may take: ${worst(found).what}`)
  expect(found.filter(one => !(share(one) <= 1.1) || one.error !== undefined)).toEqual([])
}, 300_000)
