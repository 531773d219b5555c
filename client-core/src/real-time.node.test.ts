import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Where what loads is marked by whoever asks for it: the registry of codecs, zstd's `lazily`, `hashOf`. */
const markedByTheirCallers = ['compression/index.ts', 'compression/wasm/compile.ts', 'compression/zstd.ts', 'sasl/hash.ts']

test('every module that is loaded when it is first needed is marked, so that virtual time waits for it', async () => {
  const files = (await readdir(root, { recursive: true })).map(path => path.replaceAll('\\', '/'))
  const unmarked: string[] = []
  let imports = 0
  for (const path of files.filter(name => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\/|\.wasm\.ts$/.test(name))) {
    const found = (await readFile(root + path, 'utf8')).match(/(inRealTime\()?\bimport\('/g) ?? []
    imports += found.length
    if (found.some(text => !text.startsWith('inRealTime'))) unmarked.push(path)
  }
  expect(imports).toBeGreaterThan(15)
  expect(unmarked.sort()).toEqual(markedByTheirCallers)
})
