import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { answer, close, delay, hang, send } from '../sandbox/index.js'
import { batchOf } from '../sandbox/testing/setup.js'
import { memoryTransport } from '../transport/memory.js'
import { explain } from '../transport/reasons.js'
import type { Transport } from '../transport/stream.js'
import { answering, ascii, clusterOf, connected, driven, failureOf, hosts, sandboxOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const plain = { includeClusterAuthorizedOperations: false }
const known = async (options: Parameters<typeof connected>[1] = {}) => {
  const setup = await connected({ brokers: 1, topics: { orders: 1 } }, options)
  await driven(setup.clock, setup.cluster.loadMetadata([], asked))
  const describeCluster = () => setup.cluster.callOnce({ broker: 1 }, DescribeClusterRequest, plain, asked)
  const metadata = () => setup.cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [] }, asked)
  return { ...setup, describeCluster, metadata }
}

describe('an answer that cannot be', () => {
  const u32 = (n: number) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]
  const rest = (frame: Uint8Array) => frame.subarray(4)
  test.each([
    ['HTTP', () => Uint8Array.from(ascii('HTTP/1.1 400')), 'NOT_KAFKA'],
    ['TLS alert', () => Uint8Array.of(0x15, 3, 3, 0, 2, 2, 70), 'NOT_KAFKA'],
    ['negative size', (frame: Uint8Array) => Uint8Array.of(...u32(-5), ...rest(frame)), 'MALFORMED'],
    ['huge size', () => Uint8Array.of(...u32(0x7fffffff)), 'FRAME_TOO_LARGE'],
    [
      'wrong correlation id',
      (frame: Uint8Array) => Uint8Array.of(...frame.subarray(0, 4), ...u32(77), ...frame.subarray(8)),
      'CORRELATION_MISMATCH',
    ],
    ['garbage body', (frame: Uint8Array) => frame.map((byte, i) => (i < 8 ? byte : 0xff)), 'MALFORMED'],
    ['truncated body', (frame: Uint8Array) => Uint8Array.of(...u32(8), ...frame.subarray(4, 12)), 'MALFORMED'],
  ])(
    '%s: the request fails with one typed error that names the broker, the others so that they may be tried again',
    async (_, bytes, code) => {
      const { sandbox, clock, cluster, describeCluster, metadata } = await known()
      sandbox.intercept('DescribeCluster', { once: true }, send(bytes))
      const broken = failureOf(clock, describeCluster())
      const sibling = failureOf(clock, metadata())
      expect(await broken).toMatchObject({ name: 'ClientError', code, message: expect.stringContaining('broker 1 (broker-1:9092)') })
      expect(await sibling).toMatchObject({ code: 'CONNECTION_CLOSED', message: expect.stringContaining('was given up') })
      // The client goes on over a new connection.
      expect((await driven(clock, cluster.call({ broker: 1 }, DescribeClusterRequest, plain, asked))).brokers).toHaveLength(1)
    },
  )

  test('what the sibling was is tried again by itself', async () => {
    const { sandbox, clock, cluster, describeCluster } = await known()
    sandbox.intercept(
      'DescribeCluster',
      { once: true },
      send(() => Uint8Array.of(255, 255, 255, 255)),
    )
    const broken = failureOf(clock, describeCluster())
    const sibling = cluster.call({ broker: 1 }, MetadataRequest, { topics: [] }, asked)
    expect((await broken).code).toBe('MALFORMED')
    expect((await driven(clock, sibling)).brokers).toHaveLength(1)
  })

  test('truncated, then closed: the connection broke', async () => {
    const { sandbox, clock, describeCluster } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, async ({ proceed }) => {
      await proceed()
      return send(frame => [frame.subarray(0, frame.length - 3)])
    })
    const failed = failureOf(clock, describeCluster())
    await clock.settle()
    sandbox.broker(1).cut()
    expect(await failed).toMatchObject({
      code: 'CONNECTION_CLOSED',
      message: 'broker 1 (broker-1:9092) closed the connection before it answered',
    })
  })

  test('an answer to nothing costs the connection, and nothing more', async () => {
    const { sandbox, clock, describeCluster } = await known()
    sandbox.intercept(
      'DescribeCluster',
      { once: true },
      send(frame => [frame, frame]),
    )
    await driven(clock, describeCluster())
    await clock.settle()
    await expect(driven(clock, describeCluster())).resolves.toMatchObject({ errorCode: 0 })
  })
})

describe('a connection that ends', () => {
  test('without a single byte: the port may want TLS or SASL', async () => {
    const { clock } = await sandboxOf()
    const transport = memoryTransport(stream => stream.close())
    const cluster = clusterOf(clock, { seedBrokers: ['quiet:9093'], transport })
    const error = await failureOf(clock, cluster.loadMetadata([], asked))
    expect(error).toMatchObject({ code: 'FIRST_READ_EOF', message: expect.stringMatching(/quiet:9093 closed .* may want TLS or SASL/) })
  })

  test('for a reason that will not go away fails with that reason, untried', async () => {
    const { clock } = await sandboxOf()
    const reason = explain('CERT_HAS_EXPIRED', { host: 'old', port: 9093 })
    const transport = memoryTransport(stream => {
      void stream.incoming[Symbol.asyncIterator]()
        .next()
        .then(() => stream.close())
    })
    const failing = {
      ...transport,
      connect: async (...args: Parameters<typeof transport.connect>) => ({
        ...(await transport.connect(...args)),
        write: () => Promise.reject(reason),
        incoming: endless,
        close() {},
      }),
    }
    const cluster = clusterOf(clock, { seedBrokers: ['old:9093'], transport: failing })
    const started = clock.now()
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toBe(reason)
    expect(clock.now()).toBe(started)
  })

  test('without a single byte, when brokers have answered before: it is tried again', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.broker(1).cut()
    await clock.settle()
    // What was not written is sent once more at once; a second end is an error.
    const closed = [1, 2, 3].map(() => sandbox.intercept('ApiVersions', { once: true }, close()))
    const answer = await driven(clock, cluster.call({ broker: 1 }, DescribeClusterRequest, plain, asked))
    expect(answer.errorCode).toBe(0)
    for (const end of closed) await end.met(1)
  })

  test('in the middle of many requests fails them all, in order, so that they are tried again', async () => {
    const { sandbox, clock, cluster } = await known()
    const parked = sandbox.intercept('DescribeCluster', { once: true }, hang())
    const all = [0, 1, 2].map(() => cluster.call({ broker: 1 }, DescribeClusterRequest, plain, asked))
    await parked.met(1)
    sandbox.broker(1).cut()
    for (const answered of await driven(clock, Promise.all(all))) expect(answered.brokers).toHaveLength(1)
  })
})

const endless: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }

describe('time', () => {
  test('an answer that does not come costs the connection; the siblings may be tried again', async () => {
    const { sandbox, clock, describeCluster, metadata } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, hang())
    const started = clock.now()
    // Driven by one: of two, the second could move time once more before it sees that its promise has settled.
    const [late, sibling] = await driven(clock, Promise.allSettled([describeCluster(), metadata()]))
    expect(late).toMatchObject({
      reason: {
        code: 'REQUEST_TIMEOUT',
        message:
          'no answer to DescribeClusterRequest from broker 1 (broker-1:9092) within 10000 ms: the broker hangs, or the way to it does',
      },
    })
    expect(sibling).toMatchObject({ reason: { code: 'CONNECTION_CLOSED' } })
    expect(clock.now() - started).toBe(10_000)
  })

  test('requests that keep coming do not put off the end of one that hangs', async () => {
    const { sandbox, clock, describeCluster, metadata } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, hang())
    const started = clock.now()
    const late = describeCluster().catch((error: Error) => error)
    for (let i = 0; i < 11; i++) {
      metadata().catch(() => {})
      await clock.advance(1_000)
    }
    expect(await late).toMatchObject({ code: 'REQUEST_TIMEOUT' })
    expect(clock.now() - started).toBe(11_000)
  })

  test('the time of a request begins when the answer before it was read', async () => {
    const { sandbox, clock, describeCluster, metadata } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, delay(9_000))
    sandbox.intercept('Metadata', { once: true }, delay(9_000))
    const both = [describeCluster(), metadata()]
    await clock.advance(18_000)
    await expect(Promise.all(both)).resolves.toHaveLength(2)
  })

  test('what the request itself lets the broker take comes on top', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('Produce', { once: true }, delay(12_000))
    const produced = cluster.callOnce(
      { broker: 1 },
      ProduceRequest,
      { acks: -1, timeoutMs: 5_000, topicData: [] },
      { ...asked, maxVersion: 12 },
    )
    await clock.advance(12_000)
    await expect(produced).resolves.toMatchObject({ responses: [] })
  })

  test('a peer that reads nothing costs the connection too', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    const slow = {
      ...sandbox.transport,
      connect: async (...args: Parameters<typeof sandbox.transport.connect>) => {
        const stream = await sandbox.transport.connect(...args)
        let writes = 0
        return {
          incoming: stream.incoming,
          close: (reason?: Error) => stream.close(reason),
          write: (chunks: readonly Uint8Array[]) => (++writes > 1 ? new Promise<void>(() => {}) : stream.write(chunks)),
        }
      },
    }
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: slow, requestRetries: 0 })
    const error = await failureOf(clock, cluster.loadMetadata([], asked))
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', message: expect.stringContaining('no room for MetadataRequest') })
  })
})

describe('a caller who leaves', () => {
  test('item 96: leaves the others alone: the late answer is thrown away', async () => {
    const { sandbox, clock, cluster, metadata } = await known()
    const parked = sandbox.intercept('DescribeCluster', { once: true }, hang())
    const abort = new AbortController()
    const gone = cluster.call({ broker: 1 }, DescribeClusterRequest, plain, { ...asked, signal: abort.signal })
    const sibling = metadata()
    await parked.met(1)
    const open = sandbox.broker(1).connections
    abort.abort(new Error('enough'))
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED', cause: abort.signal.reason })
    parked.release()
    await expect(driven(clock, sibling)).resolves.toMatchObject({ topics: [] })
    expect(sandbox.broker(1).connections).toBe(open)
  })

  test('before anything was written takes the request back', async () => {
    const { sandbox, clock, cluster } = await known()
    const before = sandbox.broker(1).requests
    const gone = cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [] }, { ...asked, signal: AbortSignal.abort() })
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    await clock.settle()
    expect(sandbox.broker(1).requests).toBe(before)
  })

  test('while the connection is opened leaves it to the others', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: sandbox.transport })
    const abort = new AbortController()
    const gone = cluster.call('any', MetadataRequest, { topics: [] }, { ...asked, signal: abort.signal })
    const stays = cluster.call('any', MetadataRequest, { topics: [] }, asked)
    abort.abort()
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(driven(clock, stays)).resolves.toMatchObject({ topics: [] })
    expect(sandbox.broker(1).connections).toBe(1)
  })

  test('already gone, of a broker that cannot be dialled, leaves no unhandled rejection', async () => {
    const { clock } = await sandboxOf()
    const cluster = clusterOf(clock, { seedBrokers: ['nowhere:1'], transport: hosts({}) })
    const gone = cluster.callOnce('any', MetadataRequest, { topics: [] }, { ...asked, signal: AbortSignal.abort() })
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    await clock.settle()
  })
})

describe('what the broker cannot have seen', () => {
  const throttled = async () => {
    const setup = await known()
    setup.sandbox.intercept('DescribeCluster', { once: true }, async ({ proceed }) =>
      answer({ ...(await proceed())!, throttleTimeMs: 60_000 }),
    )
    await driven(setup.clock, setup.describeCluster())
    return setup
  }

  test('is sent again over a new connection, at once and in order: that is no try', async () => {
    const { sandbox, clock, cluster } = await throttled()
    const names = ['a', 'b', 'c']
    const waiting = names.map(name => cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [{ name }] }, asked))
    const seen: (string | null | undefined)[] = []
    sandbox.intercept('Metadata', ({ request }) => void seen.push(request.topics?.[0].name))
    await clock.settle()
    expect(seen).toEqual([])
    const started = clock.now()
    sandbox.broker(1).cut()
    await driven(clock, Promise.all(waiting))
    expect([clock.now(), seen]).toEqual([started, names])
  })

  test('is so too where the write itself is refused, once; behind others that it may have seen, nothing is', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    let [refusals, writes] = [0, 0]
    const refusing: Transport = {
      name: 'refusing',
      async connect(to, signal) {
        const stream = await sandbox.transport.connect(to, signal)
        const write = (chunks: readonly Uint8Array[]) => {
          writes++
          const isRefused = chunks[0][5] === DescribeClusterRequest.key && refusals-- > 0
          return isRefused ? Promise.reject(explain('EPIPE', to)) : stream.write(chunks)
        }
        return { incoming: stream.incoming, write, close: reason => stream.close(reason) }
      },
    }
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: refusing })
    const ask = () => cluster.callOnce({ broker: 1 }, DescribeClusterRequest, plain, asked)
    await driven(clock, cluster.loadMetadata([], asked))
    await driven(clock, ask())
    ;[refusals, writes] = [1, 0]
    await expect(driven(clock, ask())).resolves.toMatchObject({ errorCode: 0 })
    // Refused; then ApiVersions and the request.
    expect(writes).toBe(3)
    refusals = 2
    const atSeed = cluster.brokers.seeds[0].send(DescribeClusterRequest, plain, asked)
    expect(await failureOf(clock, atSeed)).toMatchObject({ code: 'CONNECTION_CLOSED' })
    sandbox.intercept('DescribeCluster', { once: true }, hang())
    const [first, second] = [
      failureOf(clock, ask()),
      failureOf(
        clock,
        ask().finally(() => {}),
      ),
    ]
    await clock.settle()
    refusals = 1
    const third = failureOf(clock, ask())
    expect((await Promise.all([first, second, third])).map(error => error.code)).toEqual(Array(3).fill('CONNECTION_CLOSED'))
  })
})

describe('requests that wait', () => {
  test('go out together, in order, and each has its own answer; a large one goes by itself', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    const writes: number[] = []
    const counting: Transport = {
      name: 'counting',
      async connect(to, signal) {
        const stream = await sandbox.transport.connect(to, signal)
        const write = (chunks: readonly Uint8Array[]) => {
          writes.push(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
          return stream.write(chunks)
        }
        return { incoming: stream.incoming, write, close: reason => stream.close(reason) }
      },
    }
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: counting })
    await driven(clock, cluster.loadMetadata([], asked))
    await driven(clock, cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [] }, asked))
    writes.length = 0
    const asks = Array.from({ length: 100 }, (_, i) =>
      cluster.callOnce({ broker: 1 }, MetadataRequest, { topics: [{ name: i === 50 ? 'x'.repeat(20_000) : `t${i}` }] }, asked),
    )
    const answers = await driven(clock, Promise.all(asks))
    expect(answers.map(({ topics: [topic] }, i) => i === 50 || topic.name === `t${i}`)).toEqual(Array(100).fill(true))
    expect(writes.length).toBeLessThan(6)
    expect(writes.filter(bytes => bytes > 16 * 1024)).toHaveLength(1)
  })
})

describe('acks=0', () => {
  const unanswered = { ...asked, noResponse: true, maxVersion: 12 }
  const body = { acks: 0, timeoutMs: 0, topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }] }

  test('is over once it is written', async () => {
    const { sandbox, clock, cluster } = await known()
    await expect(driven(clock, cluster.callOnce({ broker: 1 }, ProduceRequest, body, unanswered))).resolves.toBeUndefined()
    expect(sandbox.values('orders', 0)).toEqual(['a'])
  })

  test('a broker that answers all the same does not wedge the connection', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('Produce', answer({ responses: [] }))
    await driven(clock, cluster.callOnce({ broker: 1 }, ProduceRequest, body, unanswered))
    const next = cluster.callOnce({ broker: 1 }, ProduceRequest, { ...body, acks: -1 }, { ...unanswered, noResponse: false })
    await expect(driven(clock, next)).resolves.toMatchObject({ responses: [] })
    expect(sandbox.broker(1).connections).toBe(2)
  })
})

describe('limits', () => {
  test('a request over brokerMaxWriteBytes is refused, and nothing is written', async () => {
    const { sandbox, clock, cluster, metadata } = await known({ brokerMaxWriteBytes: 4096 })
    await driven(clock, metadata())
    const before = sandbox.broker(1).requests
    const topics = Array.from({ length: 500 }, (_, i) => ({ name: `topic-${i}` }))
    await expect(cluster.callOnce({ broker: 1 }, MetadataRequest, { topics }, asked)).rejects.toMatchObject({
      code: 'FRAME_TOO_LARGE',
      message: expect.stringMatching(/MetadataRequest of \d+ bytes is over brokerMaxWriteBytes 4096/),
    })
    expect(sandbox.broker(1).requests).toBe(before)
  })

  test('an answer over brokerMaxReadBytes is not taken in', async () => {
    const { clock, cluster } = await connected({ brokers: 1, topics: { many: 500 } }, { brokerMaxReadBytes: 2048 })
    expect(await failureOf(clock, cluster.loadMetadata(null, asked))).toMatchObject({
      code: 'FRAME_TOO_LARGE',
      message: expect.stringContaining('2048'),
    })
  })

  test('a request that its table cannot write fails alone', async () => {
    const { clock, cluster, metadata } = await known()
    const wrong = cluster.callOnce({ broker: 1 }, InitProducerIdRequest, { transactionalId: 5 as never, transactionTimeoutMs: 0 }, asked)
    await expect(wrong).rejects.toMatchObject({ name: 'ClientError' })
    await expect(driven(clock, metadata())).resolves.toMatchObject({ topics: [] })
  })

  test('a large claim is believed only as its bytes arrive', async () => {
    const { clock } = await sandboxOf()
    // 100 MB announced, five bytes sent, then silence.
    const transport = memoryTransport(answering([0x05, 0xf5, 0xe1, 0x00, 1]))
    const cluster = clusterOf(clock, { seedBrokers: ['liar:1'], transport, requestRetries: 0 })
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })

  test('a cut in an answer is no end: close() of the broker after the work was done fails the request retriably', async () => {
    const { sandbox, clock, cluster } = await known()
    sandbox.intercept('DescribeCluster', { once: true }, close({ after: true }))
    await expect(driven(clock, cluster.call({ broker: 1 }, DescribeClusterRequest, plain, asked))).resolves.toMatchObject({ errorCode: 0 })
  })
})
