import { Client } from '@milena/client-core'
import { createSandbox } from '@milena/client-core/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { ForkReader } from './fork-reader.js'

/** A sandbox, and a reader over a client of it. */
async function opened(isolation: 'read_committed' | 'read_uncommitted') {
  const sandbox = await createSandbox({ brokers: 1, topics: { orders: 1 } })
  const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport })
  const reader = new ForkReader(client, { isolation, initiator: 'test', follow: false }, () => {})
  onTestFinished(async () => {
    reader.close()
    await client.close()
    await sandbox.close()
  })
  /** Reads from the start until `end`; gives the offsets of what came. */
  const readTo = async (end: bigint) => {
    reader.start([{ topic: 'orders', partition: 0, offset: 0n }])
    const offsets: bigint[] = []
    for (;;) {
      for (const piece of await reader.next(AbortSignal.timeout(10_000))) {
        expect(piece.fault).toBe(null)
        for (const record of piece.records) offsets.push(record.offset)
        if (piece.next >= end) return offsets
      }
    }
  }
  return { sandbox, readTo }
}

test('a tail that was compacted away ends a bounded scan at once', async () => {
  const { sandbox, readTo } = await opened('read_uncommitted')
  for (const value of ['1', '2', '3']) sandbox.append('orders', 0, [{ key: 'a', value }])
  await sandbox.compact('orders', 0, ({ offset }) => offset === 0n)
  expect(await readTo(sandbox.offsets('orders', 0).end)).toEqual([0n])
})

test('so does a tail of aborted records', async () => {
  const { sandbox, readTo } = await opened('read_committed')
  sandbox.append('orders', 0, [{ value: 'plain' }])
  sandbox.append('orders', 0, [{ value: 'gone' }], { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true })
  const marker = sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'abort' })
  expect(await readTo(3n)).toEqual([0n, marker])
})
