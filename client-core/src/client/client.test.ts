import { expect, test } from 'vitest'
import { Offset } from '../consumer/offset.js'
import { createSandbox } from '../sandbox/index.js'
import { Client } from './client.js'

test('what is produced comes back', async () => {
  const sandbox = await createSandbox({ brokers: 3, topics: { orders: 3 } })
  const client = new Client({
    seedBrokers: sandbox.seedBrokers,
    transport: sandbox.transport,
    producer: { compression: 'none' },
    consumer: { partitions: { orders: { 0: Offset.atStart(), 1: Offset.atStart(), 2: Offset.atStart() } } },
  })
  const r = await client.send({ topic: 'orders', key: 'k', value: 'v', headers: [{ key: 'h', value: null }] })
  console.log(r.partition, r.offset)
  for (let i = 0; i < 100; i++) await client.produce({ topic: 'orders', value: `v${i}` })
  await client.flush()
  let n = 0
  while (n < 101) {
    const f = await client.pollFetches()
    for (const e of f.errors()) console.log(e)
    n += f.numRecords()
  }
  expect(n).toBe(101)
  await client.close()
  await sandbox.close()
})
