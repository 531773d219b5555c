/**
 * `npm run size`: what a page loads, gzipped, against its budgets; the table goes into README.md (`--no-write`: it is only printed).
 */
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildStale } from './build.mjs'
import { installPackages } from './install.mjs'
import { isMain, root } from './paths.mjs'
import { putIntoReadme } from './readme.mjs'

/**
 * @typedef {object} Size
 * @property {string} name
 * @property {number} bytes gzipped, but where the name says otherwise
 * @property {number} [budget] bytes
 */

/** Measures everything; the explorer must be built. @returns {Promise<Size[]>} */
export async function sizes() {
  return [
    { name: "the explorer's first load, worker included", bytes: explorer(), budget: 180_000 },
    { name: 'the client, producing and consuming, without codecs', bytes: total(await bundled('client.mjs')), budget: 60_000 },
    { name: 'the protocol with three APIs, framing included', bytes: total(await bundled('protocol.mjs')), budget: 6_000 },
    { name: 'the same, minified only', bytes: Buffer.byteLength((await bundled('protocol.mjs')).join('')), budget: 13_100 },
  ]
}

/** @param {string | Uint8Array} code */
const gzipped = code => gzipSync(code, { level: 9 }).length

/**
 * What the entry reaches by static imports, bundled and minified for a page.
 * @param {string} entry in e2e/size
 */
async function bundled(entry) {
  const { build } = await import('vite')
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'e2e'),
    resolve: { conditions: ['@milena/source', 'module', 'browser'] },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(new URL(`../size/${entry}`, import.meta.url)), preserveEntrySignatures: 'strict' },
    },
  })
  if (!('output' in built)) throw new Error('one build gives one output')
  const chunks = new Map(built.output.filter(chunk => chunk.type === 'chunk').map(chunk => [chunk.fileName, chunk]))
  const reached = reach(
    [...chunks.values()].filter(chunk => chunk.isEntry).map(chunk => chunk.fileName),
    name => chunks.get(name)?.imports ?? [],
  )
  return reached.map(name => chunks.get(name)?.code ?? '')
}

/** The scripts that the built index.html reaches, and those of the workers they start. */
function explorer() {
  const dist = join(root, 'ui', 'dist')
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const scripts = [...html.matchAll(/(?:src|href)="(?:\.?\/)?([^"]+\.js)"/g)].map(([, path]) => path)
  /** @param {string} path */
  const code = path => readFileSync(join(dist, path), 'utf8')
  return total(reach(scripts, path => started(code(path)).map(to => posix.join(posix.dirname(path), to))).map(code))
}

/**
 * Paths that a built chunk imports statically, and the scripts of its workers. A dynamic `import(...)` loads later.
 * @param {string} code
 */
function started(code) {
  const imports = code.matchAll(/(?:^|[;}\n])\s*(?:import|export)\b[^;"'`(]*?["'](\.[^"']+\.js)["']/g)
  const workers = code.matchAll(/new (?:Shared)?Worker\([^)]{0,80}?["'`]([^"'`]+\.js)["'`]/g)
  return [...imports, ...workers].map(([, path]) => path)
}

/**
 * @param {string[]} from
 * @param {(name: string) => string[]} next
 */
function reach(from, next) {
  const seen = new Set(from)
  for (const name of seen) for (const more of next(name)) seen.add(more)
  return [...seen]
}

/** @param {string[]} files */
const total = files => files.reduce((sum, code) => sum + gzipped(code), 0)

/** @param {Size[]} sizes */
export function sizeTable(sizes) {
  /** @param {number | undefined} bytes */
  const kB = bytes => (bytes === undefined ? '' : `${(bytes / 1000).toFixed(1)} kB`)
  const rows = sizes.map(({ name, bytes, budget }) => `| ${name} | ${kB(bytes)} | ${kB(budget)} |`)
  return ['| JavaScript, minified and gzipped | size | budget |', '| --- | ---: | ---: |', ...rows].join('\n')
}

if (isMain(import.meta.url)) {
  await installPackages()
  await buildStale()
  const measured = await sizes()
  console.log(sizeTable(measured))
  if (!process.argv.includes('--no-write')) await putIntoReadme('size', sizeTable(measured))
  for (const { name, bytes, budget } of measured) {
    if (budget === undefined || bytes <= budget) continue
    console.error(`over its budget: ${name}`)
    process.exitCode = 1
  }
}
