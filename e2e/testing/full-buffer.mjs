import { Client } from '@milena/client-core'
import { createSandbox } from '@milena/client-core/sandbox'
import { held } from './held.mjs'

/*
 * Buffers a million records and says what they take. Run with --expose-gc: what is counted is what cannot be collected.
 */

const { count, size, partitions, waited } = JSON.parse(process.argv[2])
const sandbox = await createSandbox({ topics: { full: partitions } })
const client = new Client({
  seedBrokers: sandbox.seedBrokers,
  transport: sandbox.transport,
  producer: { manualFlushing: true, maxBufferedRecords: count + 1, compression: 'none' },
})
await client.produce({ topic: 'full', value: 'makes everything ready' })
await client.flush()
const value = new Uint8Array(size).fill(7)
const before = held()
const onDelivery = () => {}
for (let i = 0; i < count; i++) await client.produce({ topic: 'full', partition: i % partitions, value }, waited ? { onDelivery } : {})
console.log(JSON.stringify({ buffered: client.bufferedProduceRecords, takes: held() - before }))
await client.close()
await sandbox.close()
