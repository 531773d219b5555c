import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createBridge } from '@milena/bridge'
import { chromium as driver } from 'playwright'
import { build } from 'vite'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Kafka } from '../kafka/kafka.js'
import { chromium } from '../scripts/install.mjs'
import { root } from '../scripts/paths.mjs'
import { median } from './figures.js'
import { fill } from './fill.js'
import type { Contestant } from './lineup.js'
import type { Measure } from './measures.js'
import { partitions, race } from './race.js'

/** Of a batch with keys of 16 bytes: what a record takes on the wire beside its value. */
const besideValue = 26

/** Records per CPU second as a part of what Node over TCP makes. */
export interface InPage {
  /** A page, its own process alone, through the bridge. */
  consumed: number
  /** A page that receives as many bytes by a WebSocket and throws them away. */
  received: number
}

/** Page and Node in turn, on the same topic. */
export async function browser(kafka: Kafka, node: Contestant, measure: Measure, rounds: number): Promise<InPage> {
  const code = await bundle()
  const topic = `page-${measure.size}`
  await kafka.createTopic(topic, { partitions })
  await fill(kafka, topic, { partitions, ...measure })
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'bench', bootstrap: [...kafka.bootstrap] }] })
  const flood = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  flood.on('connection', send)
  const chrome = await driver.launch({ executablePath: chromium(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  try {
    const context = await chrome.newContext({ bypassCSP: true })
    const page = await context.newPage()
    await page.goto(bridge.url)
    const session = await chrome.newBrowserCDPSession()
    const cpuUs = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo')
      return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime * 1e6, 0)
    }
    const { url, token } = bridge
    const wireBytes = measure.count * (measure.size + besideValue)
    const task = { url, token, cluster: 'bench', brokers: [...kafka.bootstrap], topic, partitions, count: measure.count, wireBytes }
    const { port } = flood.address() as AddressInfo
    const inPage = (run: 'consume' | 'receive') =>
      page.evaluate(inWorker, { code, task: { ...task, run, flood: `ws://127.0.0.1:${port}/` } })
    /** CPU us per record of one run. */
    const timed = async (run: 'consume' | 'receive') => {
      const before = await cpuUs()
      const moved = await inPage(run)
      return { ...moved, perRecord: ((await cpuUs()) - before) / measure.count }
    }
    await inPage('consume')
    await inPage('receive')
    const consumed: number[] = []
    const received: number[] = []
    for (let round = 0; round < rounds; round++) {
      const [values] = await race(kafka, { ...measure, name: `${measure.name}, for the page` }, [node], 1)
      const { records, bytes, perRecord } = await timed('consume')
      if (records !== measure.count || bytes !== records * measure.size)
        throw new Error(`the page read ${records} records of ${bytes} bytes`)
      const alone = await timed('receive')
      console.log(
        `${measure.name}, round ${round + 1}: Chromium: ${perRecord.toFixed(2)} us, of it receiving: ${alone.perRecord.toFixed(2)} us`,
      )
      consumed.push((values?.[0] ?? Number.NaN) / perRecord)
      received.push((values?.[0] ?? Number.NaN) / alone.perRecord)
    }
    return { consumed: median(consumed), received: median(received) }
  } finally {
    await chrome.close()
    flood.close()
    await bridge.close()
    await kafka.deleteTopic(topic)
  }
}

interface Moved {
  records: number
  bytes: number
}

/** Sends what is asked for, in messages as large as the bridge's frames. */
function send(socket: WebSocket, { url }: IncomingMessage): void {
  const message = Buffer.alloc(1024 * 1024, 7)
  let left = Number(new URL(url ?? '', 'ws://127.0.0.1').searchParams.get('bytes'))
  const more = () => {
    if (left <= 0) return
    const part = message.subarray(0, Math.min(left, message.length))
    left -= part.length
    socket.send(part, more)
  }
  more()
}

/**
 * Runs in the page. In a SharedWorker, where the explorer's client lives: of a page, and of its other workers, the debugger that drives Chromium gets
 * every message of a WebSocket as text, which costs several times what the client does.
 */
function inWorker({ code, task }: { code: string; task: unknown }): Promise<Moved> {
  const held = window as unknown as { worker?: SharedWorker }
  held.worker ??= new SharedWorker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))
  const { port } = held.worker
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data))
    port.postMessage(task)
  })
}

const serve = `onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => bench[data.run](data).then(moved => port.postMessage(moved), error => port.postMessage({ error: String(error) }))
}`

/** The page's side as one script. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root,
    resolve: { conditions: ['@milena/source', 'module', 'browser'] },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL('./page.mjs', import.meta.url)), formats: ['iife'], name: 'bench' },
    },
  })
  const [{ output }] = Array.isArray(built) ? built : [built as { output: { code?: string }[] }]
  const [{ code }] = output as { code?: string }[]
  if (!code) throw new Error('the bundle of the page is empty')
  return `${code};${serve}`
}
