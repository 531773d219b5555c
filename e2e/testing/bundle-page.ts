import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'

/** A folder with a page that runs the module `entry`, for a bridge to serve to the tests of a file. */
export function useBundledPage(entry: URL): () => string {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milena-page-'))
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      resolve: { conditions: ['@milena/source', 'browser'] },
      build: {
        outDir: folder,
        emptyOutDir: false,
        modulePreload: false,
        lib: { entry: entry.pathname, formats: ['es'], fileName: () => 'page.js' },
      },
    })
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title><script type="module" src="page.js"></script>')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return () => folder
}
