import { createServer } from 'node:net'
import { Client } from '@milena/client-core'
import { MetadataRequest } from '@milena/client-core/protocol'
import { webSocket } from '@milena/client-core/transport/websocket'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startKafka } from './kafka/kafka.js'
import { kcatConsume } from './kafka/kcat.js'
import { npm } from './scripts/install.mjs'
import { root } from './scripts/paths.mjs'
import { run } from './scripts/run.mjs'
import { nodeStart, npmStart, type Started } from './testing/start.js'

/** A client that goes the way of a page, through the bridge that was started. */
async function throughBridge<T>({ url, token }: Started, work: (client: Client) => Promise<T>): Promise<T> {
  const seedBrokers = await brokersOf(url, token)
  const client = new Client({ seedBrokers, transport: webSocket({ url, token, WebSocket }) })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** What the bridge says of itself to whoever has its token. */
async function brokersOf(url: string, token: string): Promise<string[]> {
  const response = await fetch(`${url}v1/info`, { headers: { authorization: `Bearer ${token}` } })
  const { clusters }: { clusters: { bootstrap: string[] }[] } = JSON.parse(await response.text())
  return clusters[0].bootstrap
}

test('npm start serves the explorer and a sandbox cluster, prints one URL, and ends with Ctrl-C', async () => {
  const first = await npmStart()
  const again = Date.now()
  const second = await npmStart()
  console.log(`a second npm start was ready after ${Date.now() - again} ms`)
  try {
    expect(first.output().match(/http:\S+/g)).toEqual([first.link])
    expect(first.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{43}$/)
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port)

    const page = await fetch(first.url)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(await page.text()).toContain('<div id=')
    const topics = await throughBridge(first, async client => (await client.request(MetadataRequest({ topics: null }))).topics)
    expect(topics.filter(({ isInternal }) => !isInternal).length).toBeGreaterThan(1)
  } finally {
    const ends = [await first.stop('SIGINT'), await second.stop('SIGTERM', 'leader')]
    expect(ends.map(({ left }) => left)).toEqual([[], []])
  }
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in order: connections are let go, the exit code is 0', async signal => {
  const started = await nodeStart()
  const client = new Client({ seedBrokers: await brokersOf(started.url, started.token), transport: webSocket({ ...started, WebSocket }) })
  await client.ping()
  expect(await started.stop(signal)).toEqual({ code: 0, left: [] })
  await client.close()
})

test('npm start -- --brokers reaches a real cluster, and nothing but it', async () => {
  const kafka = await startKafka({ brokers: 3 })
  const stranger = createServer(socket => socket.end())
  await new Promise<void>(resolve => stranger.listen(0, '127.0.0.1', resolve))
  // One seed: the others are learned.
  const started = await npmStart('--brokers', kafka.bootstrap[0], '--port', '0')
  try {
    await kafka.createTopic('through', { partitions: 3 })
    await throughBridge(started, async client => {
      const sent = [0, 1, 2].map(partition => client.send({ topic: 'through', partition, key: `k${partition}`, value: 'from a page' }))
      await Promise.all(sent)
    })
    const read = await kcatConsume(kafka.bootstrap, 'through')
    expect(read.map(({ key, value }) => [key?.toString(), value?.toString()]).sort()).toEqual([
      ['k0', 'from a page'],
      ['k1', 'from a page'],
      ['k2', 'from a page'],
    ])
    const { port } = stranger.address() as { port: number }
    const elsewhere = new Client({
      seedBrokers: [`127.0.0.1:${port}`],
      transport: webSocket({ url: started.url, token: started.token, WebSocket }),
    })
    await expect(elsewhere.ping()).rejects.toMatchObject({ code: 'BRIDGE_DENIED' })
    await elsewhere.close()
  } finally {
    expect((await started.stop()).left).toEqual([])
    stranger.close()
    await kafka.close()
  }
})

test.each([
  ['an unknown flag', ['--broker', '127.0.0.1:9092'], '--broker'],
  ['an address without a port', ['--brokers', 'localhost'], 'localhost'],
  ['a port that is none', ['--port', 'none'], "'none'"],
  ['a flag without its value', ['--brokers'], '--brokers'],
])('npm start refuses %s, and says what it knows', async (_, args, named) => {
  const { code, stderr, stdout } = await run(...npm('start', '--loglevel=silent', '--', '--no-open', ...args), {
    cwd: root,
    timeoutMs: 60_000,
  })
  expect(stderr).toContain(named)
  expect(code).toBe(2)
  expect(stdout.toString()).not.toContain('http://')
  if (named === '--broker') for (const known of ['--brokers', '--port', '--host', '--no-open', '--help']) expect(stderr).toContain(known)
})

test('npm start -- --help says what there is', async () => {
  const { code, stdout } = await run(...npm('start', '--loglevel=silent', '--', '--help'), { cwd: root, timeoutMs: 60_000 })
  expect(code).toBe(0)
  for (const known of ['--brokers', '--port', '--host', '--no-open']) expect(stdout.toString()).toContain(known)
})
