import { expect, test } from 'vitest'
import { systemClock } from '../clock.js'
import { FetchRequest, FetchResponse } from '../protocol/api/fetch.js'
import { encodeResponseFrame } from '../protocol/frame.js'
import type { ByteReader, ByteStream } from '../transport/stream.js'
import { gc } from '../transport/testing/gc.js'
import { Connection, type ConnectionEnvironment } from './connection.js'
import type { Attempt } from './pending.js'

const version = 12
const MB = 2 ** 20
const records = new Uint8Array(3 * MB)
const body = {
  responses: [
    { topic: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 0n, abortedTransactions: null, records }] },
  ],
}

/** Answers each Fetch with 3 MB as soon as it is written. */
function answering(): ByteStream {
  let reader: ByteReader | undefined
  let asked = 0
  return {
    incoming: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) },
    readBy: by => (reader = by),
    async write() {
      for (const chunk of encodeResponseFrame(FetchResponse, version, asked++, body)) reader?.take(chunk)
    },
    close() {},
  }
}

test.each([
  ['read', undefined],
  ['taken as they are', (frame: Uint8Array) => frame],
])('answers that were %s and dropped are free without a mark of the whole heap: nothing old holds them', async (_, decode) => {
  const logger = { level: 'none', log() {} } as unknown as ConnectionEnvironment['logger']
  const env = { clock: systemClock, hooks: {}, clientId: 'c', maxReadBytes: 8 * MB, maxWriteBytes: MB, logger }
  const connection = new Connection(1, { nodeId: 1, host: 'b', port: 1 }, answering(), env, () => {})
  const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: MB }] }]
  const question = { maxWaitMs: 500, minBytes: 1, topics }
  const held = async () => {
    for (let i = 0; i < 10; i++) {
      const { signal } = new AbortController()
      const attempt: Attempt = { version, timeoutMs: 10_000, requestId: i, attempt: 1, initiator: 'test', signal, decode }
      const answer: unknown = await connection.request(FetchRequest, question, attempt)
      expect(answer).toBeDefined()
    }
    gc({ type: 'minor' })
    // What a collection frees is given back in the background; the next one waits for it.
    gc({ type: 'minor' })
    return process.memoryUsage().arrayBuffers
  }
  // A mark that V8 happens to begin keeps what it meets meanwhile, so no single time counts.
  const growth: number[] = []
  for (let i = 0, before = await held(); i < 15; i++) {
    const now = await held()
    growth.push(now - before)
    before = now
  }
  expect(growth.sort((a, b) => a - b)[7]).toBeLessThan(4 * MB)
  connection.close()
})
