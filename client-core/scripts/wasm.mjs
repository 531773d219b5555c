/**
 * Takes the WebAssembly out of the npm packages that carry it and writes it as ES modules, so that every bundler, Node and a strict CSP load it the
 * same way: no `.wasm` import, no fetch, no `new Function`. Run before compiling and before tests; it does nothing when its output is current.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'

const here = fileURLToPath(import.meta.url)
const output = join(dirname(here), '../src/compression/wasm')
const script = createHash('sha256').update(readFileSync(here)).digest('hex').slice(0, 16)
const require = createRequire(import.meta.url)

/** The folder of an installed package, also of one whose `exports` hide its package.json. */
function folderOf(name) {
  const found = require.resolve
    .paths(name)
    .map(folder => join(folder, name))
    .find(folder => existsSync(join(folder, 'package.json')))
  if (!found) throw new Error(`the package ${name} is not installed: run npm install`)
  return found
}

/** The one match of a pattern in a package's JavaScript: a changed layout fails here, by name, and not at run time. */
function only(text, pattern, what) {
  const found = text.match(pattern)
  if (!found) throw new Error(`${what} is not where it used to be: look at the package's new layout`)
  return found[1]
}

/** Emscripten's binding of zstd-codec: the module is a data URL, the layout of its memory are constants of the JavaScript beside it. */
function zstdCodec(folder) {
  const js = readFileSync(join(folder, 'lib/zstd-codec-binding-wasm.js'), 'latin1')
  const constants = {
    dynamicBase: Number(only(js, /DYNAMIC_BASE=(\d+)/, "zstd-codec's DYNAMIC_BASE")),
    memoryPages: Number(only(js, /INITIAL_TOTAL_MEMORY=Module\["TOTAL_MEMORY"\]\|\|(\d+)/, "zstd-codec's TOTAL_MEMORY")) / 65536,
    tableSize: Number(only(js, /"initial":(\d+),"maximum":\1\+0,"element":"anyfunc"/, "zstd-codec's table")),
  }
  return { wasm: Buffer.from(only(js, /base64,(AGFzbQ[A-Za-z0-9+/=]+)/, "zstd-codec's wasm"), 'base64'), constants }
}

/** The binding of @bokuweb/zstd-wasm: its exports are minified to one letter each, the JavaScript beside it knows their names. */
function zstdWasm(folder) {
  const js = readFileSync(join(folder, 'dist/esm/zstd.js'), 'latin1')
  const letter = name => only(js, new RegExp(`Module\\['_${name}'\\] = wasmExports\\['(\\w+)'\\]`), `zstd-wasm's export ${name}`)
  const constants = {
    exportNames: {
      memory: only(js, /wasmMemory = wasmExports\['(\w+)'\]/, "zstd-wasm's memory"),
      construct: only(js, /addOnInit\(wasmExports\['(\w+)'\]\)/, "zstd-wasm's constructors"),
      malloc: letter('malloc'),
      free: letter('free'),
      isError: letter('ZSTD_isError'),
      compressBound: letter('ZSTD_compressBound'),
      compress: letter('ZSTD_compress'),
      decompress: letter('ZSTD_decompress'),
    },
    resizeHeapImport: only(js, /(\w+): _emscripten_resize_heap/, "zstd-wasm's heap import"),
  }
  return { wasm: readFileSync(join(folder, 'dist/esm/zstd.wasm')), constants }
}

const modules = [
  { file: 'lz4', from: 'lz4-wasm', take: folder => ({ wasm: readFileSync(join(folder, 'lz4_wasm_bg.wasm')), constants: {} }) },
  { file: 'snappy', from: 'snappy-wasm', take: folder => ({ wasm: readFileSync(join(folder, 'es/snappy_bg.wasm')), constants: {} }) },
  { file: 'zstd', from: 'zstd-codec', take: zstdCodec },
  { file: 'zstd-large', from: '@bokuweb/zstd-wasm', take: zstdWasm },
]

for (const { file, from, take } of modules) {
  const folder = folderOf(from)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const stamp = `/*! WebAssembly of ${from} ${version} (${license}); written by scripts/wasm.mjs ${script}, do not edit. */\n`
  const target = join(output, `${file}.wasm.ts`)
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(stamp)) continue

  const { wasm, constants } = take(folder)
  if (!WebAssembly.validate(wasm)) throw new Error(`what was found in ${from} is no WebAssembly: look at the package's new layout`)
  const lines = Object.entries(constants).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
  const bytes = `/** Deflated (raw), then base64: \`compile\` of compile.ts reads it. */\nexport const packed: string =\n  '${deflateRawSync(wasm, { level: 9 }).toString('base64')}'\n`
  mkdirSync(output, { recursive: true })
  // Renamed into place, for builds and tests that run at the same time.
  writeFileSync(`${target}.${process.pid}`, stamp + lines.join('') + bytes)
  renameSync(`${target}.${process.pid}`, target)
  console.log(`${file}.wasm.ts: ${from} ${version}, ${wasm.length} bytes of WebAssembly`)
}
