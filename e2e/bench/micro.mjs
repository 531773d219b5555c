/**
 * The record codec by itself: batches of 1000 records with 16-byte keys, uncompressed, every key and value looked at. Prints one JSON line,
 * microseconds per record.
 */
import { decodeBatches, encodeBatch } from '@milena/client-core/records'

const perBatch = 1000
/** @type {Record<string, number>} */
const results = {}
// What is loaded with the first long batch (`crc32c-fold.ts`) should be there.
decode(encodeBatch([{ value: new Uint8Array(100_000) }]))
await new Promise(resolve => setTimeout(resolve, 50))
for (const size of [100, 1000]) {
  const records = Array.from({ length: perBatch }, (_, index) => ({
    key: crypto.getRandomValues(new Uint8Array(16)),
    value: crypto.getRandomValues(new Uint8Array(size)),
    timestamp: 1_700_000_000_000n + BigInt(index),
  }))
  const batch = encodeBatch(records)
  const label = size === 100 ? '100 B' : '1 kB'
  results[`decode, CRC checked, ${label}`] = measure(() => decode(batch), 20 * perBatch * (116 + size))
  results[`encode, ${label}`] = measure(() => encodeBatch(records).length, perBatch * size)
}
process.stdout.write(`${JSON.stringify(results)}\n`)

/** @param {Uint8Array} bytes */
function decode(bytes) {
  let sum = 0
  for (const batch of decodeBatches(bytes)) {
    for (const { key, value } of batch) sum += (key?.length ?? 0) + (value?.length ?? 0)
  }
  return sum
}

/**
 * The median of many short runs, after the engine has compiled what is hot.
 * @param {() => number} work on one batch
 * @param {number} expected the least sum over a batch that did its work
 */
function measure(work, expected) {
  const per = 50
  const rounds = []
  let sum = 0
  for (let round = 0; round < 60; round++) {
    const from = process.cpuUsage()
    for (let index = 0; index < per; index++) sum += work()
    const { user, system } = process.cpuUsage(from)
    if (round >= 20) rounds.push((user + system) / (per * perBatch))
  }
  if (sum < expected) throw new Error('the work was not done')
  return rounds.sort((a, b) => a - b)[rounds.length >> 1]
}
