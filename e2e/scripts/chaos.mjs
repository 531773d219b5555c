/**
 * `npm run chaos`: the chaos tests at their full size. `--records 500000` and `--seed 1` say how many and what is drawn; a failure names its seed.
 */
import { parseArgs } from 'node:util'
import { chromium, installForTests } from './install.mjs'
import { program, root } from './paths.mjs'
import { run } from './run.mjs'

const { values } = parseArgs({ options: { records: { type: 'string', default: '500000' }, seed: { type: 'string' } } })
const numbers = { MILENA_CHAOS_RECORDS: values.records, ...(values.seed === undefined ? {} : { MILENA_CHAOS_SEED: values.seed }) }
for (const [name, value] of Object.entries(numbers)) {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new Error(`--${name.split('_')[2].toLowerCase()}: a whole number above 0, not ${value}`)
}
await installForTests()
const args = [program('vitest'), 'run', '--project', 'e2e', 'e2e/chaos.test.ts']
const { code } = await run(process.execPath, args, { cwd: root, show: true, env: { MILENA_CHROMIUM: chromium(), ...numbers } })
process.exitCode = code ?? 1
