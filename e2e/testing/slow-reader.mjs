import { Client, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { held } from './held.mjs'

/*
 * Reads a whole topic slowly and says what it held meanwhile. Run with --expose-gc: what is counted is what cannot be collected.
 */

const { brokers, topic, partitions, count, fetchMaxBytes } = JSON.parse(process.argv[2])
const client = new Client({
  seedBrokers: brokers,
  transport: tcp(),
  consumer: {
    partitions: { [topic]: Object.fromEntries(Array.from({ length: partitions }, (_, p) => [p, Offset.atStart()])) },
    fetchMaxBytes,
  },
})
const before = held()
let [read, bytes, most, buffered] = [0, 0, 0, 0]
let next = 0
while (read < count) {
  const fetches = await client.pollRecords(1_000)
  for (const { error } of fetches.errors()) throw error
  fetches.eachRecord(record => {
    read++
    bytes += record.value?.length ?? 0
  })
  buffered = Math.max(buffered, client.bufferedFetchBytes)
  if (read < next) continue
  // The reader is slow: what brokers would send meanwhile has time to pile up.
  await new Promise(resolve => setTimeout(resolve, 30))
  most = Math.max(most, held() - before)
  next = read + count / 40
}
await client.close()
process.stdout.write(JSON.stringify({ read, bytes, most, buffered }))
