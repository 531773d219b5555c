/**
 * `npm run bench`: this client beside franz-go, Apache's Java client and other JavaScript clients on a real broker, and some measures by itself.
 *
 *   npm run bench -- [--rounds N] [--only PART] [--scale F] [--write] [--micro]
 *
 * `--only` takes a part of a measure's name in `measures.ts`: `--only "consume 1 kB"`.
 */
import { parseArgs } from 'node:util'
import { buildStale } from '../scripts/build.mjs'
import { installForTests } from '../scripts/install.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    micro: { type: 'boolean', default: false },
  },
})

await installForTests()
await buildStale({ only: 'packages' })
const { runnerImport } = await import('vite')
const { module } = await runnerImport(new URL('./bench.ts', import.meta.url).pathname, { configFile: false, logLevel: 'error' })
await module.bench({
  rounds: Number(values.rounds),
  only: values.only,
  scale: Number(values.scale),
  write: values.write,
  micro: values.micro,
})
