/**
 * `npm run dev`: as `npm start`, with the explorer out of its sources by vite's server: a change of ui/ or client-core/ shows at once. The bridge
 * and the sandbox are built ones.
 */
import { join } from 'node:path'
import { buildStale } from './build.mjs'
import { installPackages } from './install.mjs'
import { root } from './paths.mjs'
import { freeFrom } from './ports.mjs'

await installPackages()
await buildStale({ only: 'packages' })
const { createBridge } = await import('../../bridge/dist/index.js')
const { parseArgs } = await import('../../bridge/dist/args.js')
const { startSandbox } = await import('../../bridge/dist/sandbox.js')
const { createServer } = await import('vite')

const given = process.argv.slice(2)
const { brokers } = parseArgs(given.some(arg => arg.startsWith('--brokers')) ? given : [...given, '--sandbox'])
const port = await freeFrom(5173)
const page = `http://127.0.0.1:${port}`
const bridge = await createBridge({
  clusters: [{ id: brokers.length > 0 ? 'local' : 'sandbox', bootstrap: brokers.length > 0 ? brokers : (await startSandbox()).brokers }],
  port: 0,
  origins: [page],
  log: line => console.error(line),
})
const proxy = { '/v1': { target: bridge.url, ws: true, changeOrigin: true } }
const server = await createServer({ configFile: join(root, 'vite.config.ts'), server: { port, strictPort: true, proxy } })
await server.listen()
console.log(`${page}/#t=${bridge.token}`)
