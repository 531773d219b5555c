import { Client } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'

/*
 * Memory of a million buffered records of 100 B, as a multiple of their bytes. Run with --expose-gc: what is counted is what cannot be collected.
 */

const { brokers } = JSON.parse(process.argv[2])
const [count, size] = [1_000_000, 100]
const held = () => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
const client = new Client({
  seedBrokers: brokers,
  transport: tcp(),
  producer: { manualFlushing: true, maxBufferedRecords: count + 1, compression: 'none' },
})
const record = { topic: 'buffered', value: new Uint8Array(size).fill(65) }
await client.produce(record)
await client.flush()
const before = held()
for (let i = 0; i < count; i++) await client.produce({ topic: 'buffered', value: record.value })
if (client.bufferedProduceRecords !== count) throw new Error(`${client.bufferedProduceRecords} records are buffered`)
process.stdout.write(String((held() - before) / (count * size)))
process.exit(0)
