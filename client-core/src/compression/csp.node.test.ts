import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
const files: Record<string, string> = {
  '/': '<!doctype html><script type="module" src="/page.js"></script>',
  '/page.js': `import { probe } from '/probe.js'
    const report = (where, outcome) => fetch('/report/' + where, { method: 'POST', body: JSON.stringify(outcome) })
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = event => report('worker', event.data)
    worker.onerror = event => report('worker', { worker: event.message })
    report('page', await probe())`,
  '/worker.js': `import { probe } from '/probe.js'
    postMessage(await probe())`,
}

let folder: string
let server: Server
let browser: Browser
const reports = new Map<string, (outcome: unknown) => void>()
const report = (where: string) => new Promise<unknown>(resolve => reports.set(where, resolve))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milena-csp-'))
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL('./testing/csp-probe.ts', import.meta.url)), formats: ['es'], fileName: () => 'probe.js' },
    },
  })
  server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
    if (path.startsWith('/report/')) {
      let body = ''
      for await (const chunk of request) body += chunk
      reports.get(path.slice('/report/'.length))?.(JSON.parse(body))
      response.end()
    } else {
      response.end(files[path] ?? (await readFile(join(folder, path)).catch(() => '')))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  browser = await chromium.launch({
    executablePath: process.env.MILENA_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true, force: true })
})

test("all codecs work in a page and in a module worker under script-src 'self' 'wasm-unsafe-eval'", async () => {
  const outcomes = Promise.all([report('page'), report('worker')])
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${address.port}/`)
  const everywhere = {
    'new Function': 'EvalError',
    gzip: 'ok',
    'gzip, large': 'ok',
    snappy: 'ok',
    lz4: 'ok',
    zstd: 'ok',
    'zstd, large': 'ok',
  }
  expect(await outcomes).toEqual([everywhere, everywhere])
}, 60_000)
