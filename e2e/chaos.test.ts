import { createBridge } from '@milena/bridge'
import { tcp } from '@milena/client-core/transport/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { killBrokers } from './chaos/killer.js'
import type { ChaosPage } from './chaos/page.js'
import { type Account, type Task, traffic } from './chaos/traffic.js'
import { kcatConsume } from './kafka/kcat.js'
import { useKafka } from './kafka/use.js'
import { useBundledPage } from './testing/bundle-page.js'
import { usePage } from './testing/page.js'

/*
 * Connections that die at random and brokers that are killed, while records are produced and read: every one is accounted for by its key.
 * `npm run chaos` does it with 500,000, and takes `--records` and `--seed`.
 */

const PARTITIONS = 12
const records = Number(process.env.MILENA_CHAOS_RECORDS ?? 100_000)
const seed = Number(process.env.MILENA_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const spreadMs = Math.max(20_000, records / 5)
const limit = { timeout: 120_000 + 3 * spreadMs }

const kafka = useKafka({ brokers: 3, heapMb: 384 })

/** Runs `work` while brokers are killed. */
async function underFire(topic: string, records: number, work: (task: Task) => Promise<Account>): Promise<Account> {
  await kafka().createTopic(topic, { partitions: PARTITIONS, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } })
  const over = new AbortController()
  onTestFinished(() => over.abort())
  const killing = killBrokers(kafka(), topic, seed, over.signal)
  try {
    const task = { seedBrokers: kafka().bootstrap, topic, partitions: PARTITIONS, records, spreadMs, seed, patienceMs: 60_000 }
    return await Promise.race([work(task), killing.then(() => Promise.reject(new Error('the killing ended first')))])
  } finally {
    over.abort()
    const kills = await killing
    console.log(`seed ${seed}: ${kills} brokers killed`)
    expect(kills).toBeGreaterThan(1)
  }
}

function expectWhole({ opened, deaths, ms, ...account }: Account, records: number): void {
  console.log(`${records} records in ${(ms / 1000).toFixed(1)} s over ${opened} connections, of which ${deaths} were made to die`)
  expect(account, `seed ${seed}`).toEqual({ delivered: records, seen: records, lost: [], doubled: [], disordered: [], errors: [] })
  expect(deaths).toBeGreaterThan(20)
}

/** kcat's view of the log: each partition holds its keys, once, in order. */
async function expectLog(topic: string, records: number): Promise<void> {
  const next = new Array<number>(PARTITIONS).fill(0)
  for (const { partition, key } of await kcatConsume(kafka().bootstrap, topic)) {
    expect(String(key), `seed ${seed}`).toBe(`${partition}:${next[partition]++}`)
  }
  expect(next.reduce((sum, each) => sum + each, 0)).toBe(records)
}

test('no record is lost, doubled or out of order, whatever connections and brokers do', limit, async () => {
  expectWhole(await underFire('chaos', records, task => traffic(tcp(), task)), records)
  await expectLog('chaos', records)
})

describe('in a page, through the bridge', () => {
  const folder = useBundledPage(new URL('./chaos/page.ts', import.meta.url))
  const browser = usePage()

  test('no record is lost, doubled or out of order either', limit, async () => {
    const half = records / 2
    const bridge = await createBridge({ port: 0, ui: folder(), clusters: [{ id: 'real', bootstrap: [...kafka().bootstrap] }] })
    onTestFinished(() => bridge.close())
    const page = await browser().open(bridge.url)
    const run = (task: Task) =>
      page.evaluate(([task, token]) => (globalThis as unknown as { chaosPage: ChaosPage }).chaosPage.traffic(task, token), [
        task,
        bridge.token,
      ] as const)
    expectWhole(await underFire('chaos-page', half, run), half)
    await expectLog('chaos-page', half)
  })
})
