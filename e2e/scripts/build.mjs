/**
 * Builds what is stale: a part is built again when a file that it is made of has other bytes than at the last build, or its output is gone.
 *
 *   node e2e/scripts/build.mjs
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, program, root, scratch } from './paths.mjs'
import { must } from './run.mjs'

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} from files and folders
 * @property {string[]} to what must be there afterwards
 * @property {string[][]} steps arguments to Node, in order
 */

const shared = ['package.json', 'package-lock.json', 'tsconfig.json', 'client-core', 'node_modules/.package-lock.json']

/** @type {Part[]} */
const parts = [
  {
    name: 'packages',
    from: [...shared, 'bridge'],
    to: [
      'client-core/dist/index.js',
      'client-core/dist/transport/node/index.js',
      'client-core/dist/sandbox/node/index.js',
      'bridge/dist/index.js',
    ],
    steps: [['client-core/scripts/wasm.mjs'], [program('tsc'), '-b', 'bridge']],
  },
  {
    name: 'explorer',
    from: [...shared, 'ui', 'vite.config.ts'],
    to: ['ui/dist/index.html'],
    steps: [['client-core/scripts/wasm.mjs'], [program('vite'), 'build', '--logLevel', 'warn']],
  },
]

/** @param {{ only?: 'packages' | 'explorer' }} [options] */
export async function buildStale({ only } = {}) {
  for (const part of parts.filter(({ name }) => only === undefined || name === only)) {
    const stamp = join(scratch, `${part.name}.built`)
    const now = fingerprint(part)
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now && part.to.every(path => existsSync(join(root, path)))) continue
    console.log(`building the ${part.name}`)
    for (const step of part.steps) await must(process.execPath, step, { cwd: root, env: { FORCE_COLOR: '0' } })
    mkdirSync(scratch, { recursive: true })
    writeFileSync(stamp, now)
  }
}

/** @param {Part} part */
function fingerprint({ from, steps }) {
  const hash = createHash('sha256').update(JSON.stringify(steps))
  for (const path of from) addTo(hash, path)
  return hash.digest('hex')
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
function addTo(hash, path) {
  const absolute = join(root, path)
  if (!existsSync(absolute)) return
  /** @type {string[]} */
  const files = []
  collect(absolute, files)
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(file))
}

/** Outputs, tests and fixtures are no part of what is built. */
const skipped = /^(node_modules|dist|testing|fixtures|__screenshots__)$|\.test\.tsx?$|\.wasm\.ts$/

/**
 * @param {string} path
 * @param {string[]} into
 */
function collect(path, into) {
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch {
    into.push(path)
    return
  }
  for (const entry of entries) {
    if (skipped.test(entry.name)) continue
    if (entry.isDirectory()) collect(join(path, entry.name), into)
    else into.push(join(path, entry.name))
  }
}

if (isMain(import.meta.url)) await buildStale()
