/**
 * The protocol's codec by itself: large messages, encoded and decoded. Prints one JSON line: milliseconds of CPU, median; or, in a process that
 * was started with --expose-gc and a young generation in which nothing is collected meanwhile, the bytes that are allocated.
 */
import {
  decode,
  encodeChunks,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  uuidFromBytes,
} from '@milena/client-core/protocol'

const topicId = uuidFromBytes(Uint8Array.from({ length: 16 }, (_, index) => index))
/** @template T @param {number} count @param {(index: number) => T} make */
const many = (count, make) => Array.from({ length: count }, (_, index) => make(index))
const batch = new Uint8Array(4000)

const metadata = {
  brokers: many(3, nodeId => ({ nodeId, host: `broker-${nodeId}.example.org`, port: 9092, rack: 'a' })),
  clusterId: 'cluster',
  topics: many(10_000, topic => ({
    errorCode: 0,
    name: `team-${topic % 97}.topic-${topic}`,
    topicId,
    partitions: many(4, partitionIndex => ({
      errorCode: 0,
      partitionIndex,
      leaderId: partitionIndex % 3,
      leaderEpoch: 5,
      replicaNodes: [0, 1, 2],
      isrNodes: [0, 1, 2],
    })),
  })),
}
const fetched = {
  responses: many(20, () => ({
    topicId,
    partitions: many(10, partitionIndex => ({
      partitionIndex,
      errorCode: 0,
      highWatermark: 1_000_000n,
      lastStableOffset: 1_000_000n,
      abortedTransactions: null,
      records: batch,
    })),
  })),
}
const produced = {
  acks: -1,
  timeoutMs: 30_000,
  topicData: many(20, topic => ({
    name: `topic-${topic}`,
    topicId,
    partitionData: many(10, index => ({ index, records: batch })),
  })),
}

/** @type {Record<string, { ms: number, bytes: number }>} */
const results = {}
report('Metadata, 10,000 topics with 40,000 partitions', MetadataResponse, metadata, 13)
report('Metadata, the request for all topics', MetadataRequest, { topics: null }, 13)
report('Fetch, 200 partitions', FetchResponse, fetched, 18)
report('Produce, 200 partitions', ProduceRequest, produced, 13)
process.stdout.write(`${JSON.stringify(results)}\n`)

/**
 * @param {string} name
 * @param {any} message
 * @param {any} body
 * @param {number} version
 */
function report(name, message, body, version) {
  const frame = concat(encodeChunks(message, body, version))
  results[`encode ${name}`] = measure(() => encodeChunks(message, body, version))
  results[`decode ${name}`] = measure(() => decode(message, frame, version))
}

/** @param {Uint8Array[]} chunks */
function concat(chunks) {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** @param {() => unknown} work */
function measure(work) {
  const start = performance.now()
  for (let index = 0; index < 20; index++) work()
  // Rounds of about 5 ms: shorter ones the clock of the CPU does not see.
  const per = Math.max(1, Math.round((5 * 20) / (performance.now() - start)))
  const rounds = []
  for (let round = 0; round < 40; round++) {
    const from = process.cpuUsage()
    for (let index = 0; index < per; index++) work()
    const { user, system } = process.cpuUsage(from)
    rounds.push((user + system) / 1000 / per)
  }
  return { ms: rounds.sort((a, b) => a - b)[rounds.length >> 1], bytes: allocated(work) }
}

/** All memory that one run takes, garbage included; nothing where the process may collect. @param {() => unknown} work */
function allocated(work) {
  if (globalThis.gc === undefined) return 0
  globalThis.gc()
  const taken = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const before = taken()
  work()
  return taken() - before
}
