import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { createSandbox } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { test } from 'vitest'
import { Explorer } from './testing/explorer.js'
import { usePage } from './testing/page.js'
import { nodeStart } from './testing/start.js'

/*
 * What is not a Kafka broker, or behaves like none: the page says what is wrong and what to do, where the person is looking.
 */

const browser = usePage()

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'milena-cert-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert],
    {
      stdio: 'ignore',
    },
  )
  const files = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return files
}

/** Answers every chunk with the same bytes. */
const answering = (bytes: (correlationId: Buffer) => Buffer) => () =>
  createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.on('data', request => socket.write(bytes(request.subarray(8, 12))))
  })

/** A frame: its size, then what it holds. */
function frame(size: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(4)
  head.writeInt32BE(size)
  return Buffer.concat([head, ...parts])
}

const bad: [what: string, serve: () => Server, says: RegExp][] = [
  ['a port that speaks HTTP', () => createHttpServer((_, response) => response.end()), /HTTP/],
  ['a port that speaks TLS', () => createTlsServer(certificate(), socket => socket.end()), /TLS/],
  ['a broker that closes at once', () => createServer(socket => socket.destroy()), /closed|broke|reset/i],
  ['an answer of a negative length', answering(id => frame(-5, id)), /-5 bytes/],
  ['an answer of two gigabytes', answering(id => frame(0x7fffffff, id)), /2147483647 bytes/],
  ['an answer to somebody else', answering(() => frame(10, Buffer.alloc(10, 7))), /correlation id/],
  ['an answer that breaks off inside', answering(id => frame(8, id, Buffer.from([0, 0, 0x7f, 0xff]))), /ApiVersions/],
]

test.each(bad)('%s: the page names the cause', async (_, serve, says) => {
  const server = serve()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const started = await nodeStart('--port', '0', '--brokers', `127.0.0.1:${port}`)
  try {
    const page = await browser().open(started.link)
    await page.getByRole('main').getByRole('alert').filter({ hasText: says }).waitFor({ timeout: 60_000 })
    await new Explorer(page).shot(`bad-${port}`)
  } finally {
    await started.stop()
    server.close()
  }
})

test('a broker that does not listen is named, with what to do; it is found again when it does', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  const started = await nodeStart('--port', '0', '--brokers', `127.0.0.1:${port}`)
  try {
    const page = await browser().open(started.link)
    await page
      .getByText(new RegExp(`nothing listens on 127\\.0\\.0\\.1:${port}`))
      .first()
      .waitFor({ timeout: 60_000 })
    const sandbox = await createSandbox({ brokers: 1, topics: { 'found-again': 1 } })
    const listening = await listen(sandbox, { port })
    await page.getByRole('link', { name: 'found-again' }).waitFor({ timeout: 60_000 })
    await listening.close()
    await sandbox.close()
  } finally {
    await started.stop()
  }
})
