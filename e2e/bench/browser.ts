import { fileURLToPath } from 'node:url'
import { createBridge } from '@milena/bridge'
import { chromium as driver } from 'playwright'
import { build } from 'vite'
import type { Kafka } from '../kafka/kafka.js'
import { chromium } from '../scripts/install.mjs'
import { root } from '../scripts/paths.mjs'
import { median } from './figures.js'
import { fill } from './fill.js'
import type { Contestant } from './lineup.js'
import type { Measure } from './measures.js'
import { partitions, race } from './race.js'

/**
 * Records per CPU second in a page, its own process alone, through the bridge, as a part of what Node over TCP makes. Page and Node in turn, on the
 * same topic.
 */
export async function browser(kafka: Kafka, node: Contestant, measure: Measure, rounds: number): Promise<number> {
  const code = await bundle()
  const topic = `page-${measure.size}`
  await kafka.createTopic(topic, { partitions })
  await fill(kafka, topic, { partitions, ...measure })
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'bench', bootstrap: [...kafka.bootstrap] }] })
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
    const task = { url, token, cluster: 'bench', brokers: [...kafka.bootstrap], topic, partitions, count: measure.count }
    const consume = () => page.evaluate(inWorker, { code, task })
    await consume()
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const [values] = await race(kafka, { ...measure, name: `${measure.name}, for the page` }, [node], 1)
      const before = await cpuUs()
      const { records, bytes } = await consume()
      const perRecord = ((await cpuUs()) - before) / records
      if (records !== measure.count || bytes !== records * measure.size)
        throw new Error(`the page read ${records} records of ${bytes} bytes`)
      console.log(`${measure.name}, round ${round + 1}: Chromium: ${perRecord.toFixed(2)} us`)
      ratios.push((values?.[0] ?? Number.NaN) / perRecord)
    }
    return median(ratios)
  } finally {
    await chrome.close()
    await bridge.close()
    await kafka.deleteTopic(topic)
  }
}

interface Moved {
  records: number
  bytes: number
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
  port.onmessage = ({ data }) => bench.consume(data).then(moved => port.postMessage(moved), error => port.postMessage({ error: String(error) }))
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
