import { Client, Offset } from '@milena/client-core'
import { codec } from '@milena/client-core/compression'
import { tcp } from '@milena/client-core/transport/node'

/*
 * What decompressing a topic's batches alone takes: prints CPU us per record.
 */

const headerBytes = 61
const { brokers, topic, partitions, count } = JSON.parse(process.argv[2])
const offsets = Object.fromEntries(Array.from({ length: partitions }, (_, partition) => [partition, Offset.atStart()]))
const client = new Client({ seedBrokers: brokers, transport: tcp(), consumer: { partitions: { [topic]: offsets } } })
/** @type {Set<import('@milena/client-core/records').RecordBatch>} */
const batches = new Set()
let records = 0
while (records < count) {
  for (const partition of (await client.pollFetches()).partitions) {
    records += partition.records.length
    for (const { batch } of partition.records.runs) batches.add(batch)
  }
}
await client.close()

/** @type {number[]} */
const took = []
for (let round = 0; round < 12; round++) {
  const from = process.cpuUsage()
  let bytes = 0
  for (const batch of batches) {
    if (!batch.codec) throw new Error('a batch is not compressed')
    const opener = await codec(batch.codec)
    bytes += (await opener.decompress(batch.bytes.subarray(headerBytes))).length
  }
  const { user, system } = process.cpuUsage(from)
  if (bytes < records * 100) throw new Error('too little came out')
  if (round >= 4) took.push((user + system) / records)
}
process.stdout.write(String(took.sort((a, b) => a - b)[took.length >> 1]))
process.exit(0)
