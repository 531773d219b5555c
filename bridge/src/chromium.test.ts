import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authority } from '../../client-core/src/transport/testing/certificates.js'
import { acceptor } from '../../client-core/src/transport/testing/sockets.js'
import { type Bridge, createBridge } from './bridge.js'
import { broker, dialler, freePort, type TestBroker } from './testing/brokers.js'
import { requestHead } from './testing/bytes.js'

/** A real page, with the policy that the bridge sends, in a real browser: what Node's WebSocket cannot show. */
let folder: string
let bridge: Bridge
let browser: Browser
let page: Page
let echo: TestBroker
let tls: Awaited<ReturnType<typeof acceptor>>
let refused: string
const SILENT = '10.255.255.1:9092'
const UNKNOWN = 'no-such-host.invalid:9092'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milena-page-'))
  const entry = fileURLToPath(new URL('testing/page.ts', import.meta.url))
  const options = { outDir: folder, emptyOutDir: false, lib: { entry, formats: ['es' as const], fileName: () => 'page.js' } }
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { conditions: ['@milena/source', 'browser'] },
    build: options,
  })
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title><script type="module" src="page.js"></script>')
  echo = await broker(socket => socket.pipe(socket))
  const { selfSigned, dispose } = authority()
  tls = await acceptor(createTlsServer(selfSigned()), 'secureConnection')
  dispose()
  refused = `127.0.0.1:${await freePort()}`
  bridge = await createBridge({
    port: 0,
    ui: folder,
    dial: dialler({ [SILENT]: 'silent', [UNKNOWN]: { fails: 'ENOTFOUND' }, 'far.example:9092': { fails: 'EHOSTUNREACH' } }),
    times: { dial: 1500 },
    clusters: [{ id: 'local', bootstrap: [echo.address, refused, SILENT, UNKNOWN, 'far.example:9092'] }],
  })
  const executablePath = process.env.MILENA_CHROMIUM ?? '/usr/bin/chromium'
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  page = await browser.newPage()
  await page.goto(bridge.link)
  await page.waitForFunction(() => 'connecting' in globalThis)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await bridge?.close()
  await Promise.all([echo?.close(), tls?.close(), rm(folder, { recursive: true, force: true })])
})

interface Functions {
  ended(token: string, address: string, bytes: readonly number[]): Promise<string>
  connecting(token: string, address: string): Promise<string>
  echoed(token: string, address: string, head: number[], length: number): Promise<number>
}
const connecting = (address: string, token = bridge.token) =>
  page.evaluate(([token, address]) => (globalThis as unknown as Functions).connecting(token, address), [token, address] as const)

test('every failure reaches the page with its own code', { timeout: 20_000 }, async () => {
  expect(await connecting(echo.address)).toBe('connected')
  expect(await connecting(refused)).toBe('ECONNREFUSED')
  expect(await connecting('far.example:9092')).toBe('EHOSTUNREACH')
  expect(await connecting(UNKNOWN)).toBe('ENOTFOUND')
  expect(await connecting('127.0.0.1:22')).toBe('BRIDGE_DENIED')
  expect(await connecting(echo.address, 'a-wrong-token-a-wrong-token')).toBe('BRIDGE_UNAUTHENTICATED')
  expect(await connecting(echo.address, '')).toBe('BRIDGE_UNAUTHENTICATED')
  expect(await connecting(SILENT)).toBe('ETIMEDOUT')
})

test('what the guard stops, and a bridge that is full, reach the page', { timeout: 20_000 }, async () => {
  const ended = (bytes: Uint8Array, at = page, { token } = bridge) =>
    at.evaluate(([token, address, bytes]) => (globalThis as unknown as Functions).ended(token, address, bytes), [
      token,
      echo.address,
      [...bytes],
    ] as const)
  expect(await ended(Buffer.from('SSH-2.0-client\r\n'))).toMatch(/^BRIDGE_PROTOCOL: .*not a Kafka request/)
  expect(await ended(requestHead(8, 17, 0))).toMatch(/^BRIDGE_PROTOCOL: .*SaslHandshake v0/)
  expect(await ended(new Uint8Array([...requestHead(8), 0, 0, 0, 0, ...requestHead(8, 4)]))).toMatch(/^BRIDGE_DENIED: .*only brokers use/)
  const small = await createBridge({ port: 0, ui: folder, maxConnections: 1, clusters: [{ id: 'small', bootstrap: [echo.address] }] })
  const other = await browser.newPage()
  await other.goto(small.link)
  await other.waitForFunction(() => 'connecting' in globalThis)
  const hold = other.evaluate(([token, address]) => void (globalThis as unknown as Functions).ended(token, address, []), [
    small.token,
    echo.address,
  ] as const)
  await hold
  while (small.connections < 1) await new Promise(resolve => setTimeout(resolve, 5))
  const code = await other.evaluate(([token, address]) => (globalThis as unknown as Functions).connecting(token, address), [
    small.token,
    echo.address,
  ] as const)
  expect(code).toBe('BRIDGE_BUSY')
  await other.close()
  await small.close()
})

test('a certificate that does not hold reaches the page', { timeout: 20_000 }, async () => {
  const { port } = tls.target
  const secure = await createBridge({
    port: 0,
    ui: folder,
    clusters: [{ id: 'tls', bootstrap: [`127.0.0.1:${port}`], tls: true }],
    token: bridge.token,
  })
  const other = await browser.newPage()
  await other.goto(secure.link)
  await other.waitForFunction(() => 'connecting' in globalThis)
  const code = await other.evaluate(([token, address]) => (globalThis as unknown as Functions).connecting(token, address), [
    secure.token,
    `127.0.0.1:${port}`,
  ] as const)
  expect(code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  await secure.close()
  expect(await other.evaluate(token => (globalThis as unknown as Functions).connecting(token, 'x:1'), secure.token)).toBe(
    'BRIDGE_UNREACHABLE',
  )
  await other.close()
})

test('a dial into the void holds up no other connection: browsers open one WebSocket per address at a time', {
  timeout: 20_000,
}, async () => {
  const order: string[] = []
  const hanging = connecting(SILENT).then(code => order.push(code))
  const next = connecting(echo.address).then(code => order.push(code))
  await Promise.all([hanging, next])
  expect(order).toEqual(['connected', 'ETIMEDOUT'])
})

test('megabytes go through and come back unchanged, from the page and from a worker under the same policy', {
  timeout: 20_000,
}, async () => {
  const length = 12 * 1024 * 1024
  const head = [...requestHead(length - 4)]
  expect(
    await page.evaluate(([token, address, head, length]) => (globalThis as unknown as Functions).echoed(token, address, head, length), [
      bridge.token,
      echo.address,
      head,
      length,
    ] as const),
  ).toBe(length)
  const inWorker = await page.evaluate(
    args =>
      new Promise((resolve, reject) => {
        const worker = new Worker('page.js', { type: 'module' })
        worker.onmessage = event => resolve(event.data)
        worker.onerror = event => reject(new Error(event.message))
        worker.postMessage({ call: 'echoed', args })
      }),
    [bridge.token, echo.address, head, length],
  )
  expect(inWorker).toBe(length)
})

test('a page of another origin gets nothing', { timeout: 20_000 }, async () => {
  const elsewhere = await createBridge({ port: 0, ui: folder, clusters: [{ id: 'other', bootstrap: [refused] }] })
  const other = await browser.newPage()
  await other.goto(elsewhere.link)
  const outcome = await other.evaluate(
    ([url, token, address]) =>
      new Promise(resolve => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}v1/tcp?addr=${address}`, ['kafka-bridge.v1', `bearer.${btoa(token)}`])
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('error')
      }),
    [bridge.url, bridge.token, echo.address] as const,
  )
  expect(outcome).toBe('error')
  await other.close()
  await elsewhere.close()
})
