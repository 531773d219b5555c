import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository's top level. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What builds and tests leave behind and can make again; it goes with the packages. */
export const scratch = fileURLToPath(new URL('../../node_modules/.cache/milena/', import.meta.url))

/**
 * The program of an installed package.
 * @param {'tsc' | 'vite' | 'vitest' | 'biome'} name
 */
export function program(name) {
  const paths = { tsc: 'typescript/bin/tsc', vite: 'vite/bin/vite.js', vitest: 'vitest/vitest.mjs', biome: '@biomejs/biome/bin/biome' }
  return fileURLToPath(new URL(`../../node_modules/${paths[name]}`, import.meta.url))
}

/**
 * Whether this module is what Node was started with.
 * @param {string} url of the module
 */
export function isMain(url) {
  const [, script] = process.argv
  return script !== undefined && existsSync(script) && realpathSync(script) === fileURLToPath(url)
}
