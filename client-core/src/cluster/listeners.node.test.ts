import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../client/client.js'
import { virtualClock } from '../clock.js'
import { FindCoordinatorRequest } from '../protocol/api/find-coordinator.js'
import { close, createSandbox, hang } from '../sandbox/index.js'

declare const process: {
  on(event: 'warning', fn: (warning: Error) => void): void
  off(event: 'warning', fn: (warning: Error) => void): void
}

test.each([
  ['for their next try', close()],
  ['for their answers', hang()],
])('fifty requests under one signal that wait %s are no leak to Node', async (_, verdict) => {
  const clock = virtualClock()
  const sandbox = await createSandbox({ clock })
  const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, clock })
  const warnings: string[] = []
  const onWarning = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', onWarning)
  onTestFinished(async () => {
    process.off('warning', onWarning)
    await client.close()
    await sandbox.close()
  })
  sandbox.intercept('FindCoordinator', () => verdict)
  const stop = new AbortController()
  const all = Array.from({ length: 50 }, (_, i) =>
    client
      .request(FindCoordinatorRequest({ key: `g${i}`, keyType: 0, coordinatorKeys: [`g${i}`] }), { signal: stop.signal })
      .catch((e: { code: string }) => e.code),
  )
  await clock.advance(100)
  stop.abort()
  expect(new Set(await Promise.all(all))).toEqual(new Set(['ABORTED']))
  // Node warns a turn later.
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(warnings).toEqual([])
})
