import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../client/client.js'
import { virtualClock } from '../clock.js'
import { FindCoordinatorRequest } from '../protocol/api/find-coordinator.js'
import { createSandbox, hang } from '../sandbox/index.js'
import { sleep } from './retry.js'

declare const process: {
  on(event: 'warning', fn: (warning: Error) => void): unknown
  off(event: 'warning', fn: (warning: Error) => void): unknown
}

/** What Node warned of while `work` ran. */
async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = []
  const onWarning = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  await work()
  // Node warns a turn later.
  await new Promise(resolve => setTimeout(resolve, 20))
  return warnings
}

test('fifty requests under one signal that wait for their answers are no leak to Node', async () => {
  const clock = virtualClock()
  const sandbox = await createSandbox({ clock })
  const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, clock })
  onTestFinished(async () => {
    await client.close()
    await sandbox.close()
  })
  sandbox.intercept('FindCoordinator', hang())
  const warnings = await warningsOf(async () => {
    const stop = new AbortController()
    const all = Array.from({ length: 50 }, (_, i) => {
      const request = FindCoordinatorRequest({ key: `g${i}`, keyType: 0, coordinatorKeys: [`g${i}`] })
      return client.request(request, { signal: stop.signal }).catch((e: { code: string }) => e.code)
    })
    await clock.advance(100)
    stop.abort()
    expect(new Set(await Promise.all(all))).toEqual(new Set(['ABORTED']))
  })
  expect(warnings).toEqual([])
})

test('nor are fifty that wait for their next try, until the client is closed', async () => {
  const clock = virtualClock()
  const closing = new AbortController()
  const warnings = await warningsOf(async () => {
    const all = Array.from({ length: 50 }, () => sleep(clock, 1_000, undefined, closing.signal).catch((e: { code: string }) => e.code))
    closing.abort()
    expect(new Set(await Promise.all(all))).toEqual(new Set(['ABORTED']))
  })
  expect(warnings).toEqual([])
  expect(clock.pending).toBe(0)
})
