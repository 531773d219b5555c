/** `npm run fuzz -- [frames] [seed]`: a million mutated frames, or as many as asked for, through every decoder. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './paths.mjs'

const [frames = '1000000', seed] = process.argv.slice(2)
const env = { ...process.env, MILENA_FUZZ_FRAMES: frames, ...(seed === undefined ? {} : { MILENA_FUZZ_SEED: seed }) }
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const args = [vitest, 'run', '--project', 'core', 'client-core/src/protocol/mutated.node.test.ts']
process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
