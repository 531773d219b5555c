import { describe, expect, test } from 'vitest'
import type { BrokerConnectEvent, BrokerDisconnectEvent, BrokerE2EEvent, BrokerReadEvent, BrokerWriteEvent, Hooks } from '../hooks/hooks.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { encodeFrame } from '../protocol/frame.js'
import { close, delay, hang, send } from '../sandbox/index.js'
import { batchOf } from '../sandbox/testing/setup.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { type Connected, clusterOf, connected, driven, failureOf, hosts, sandboxOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const one = { broker: 1 }
const plain = { includeClusterAuthorizedOperations: false }

/** Every event, by its hook, with the frames taken. */
function recorder() {
  const connects: BrokerConnectEvent[] = []
  const disconnects: BrokerDisconnectEvent[] = []
  const writes: (BrokerWriteEvent & { taken: Uint8Array })[] = []
  const reads: (BrokerReadEvent & { taken?: Uint8Array })[] = []
  const ends: BrokerE2EEvent[] = []
  const order: string[] = []
  const hooks: Hooks = {
    onBrokerConnect: event => void connects.push(event),
    onBrokerDisconnect: event => void disconnects.push(event),
    onBrokerWrite: event => {
      order.push(`write ${event.apiKey}`)
      writes.push({ ...event, taken: event.frame.take() })
    },
    onBrokerRead: event => {
      order.push(`read ${event.apiKey}`)
      reads.push({ ...event, taken: event.frame?.take() })
    },
    onBrokerE2E: event => void ends.push(event),
  }
  return { hooks, connects, disconnects, writes, reads, ends, order }
}

/** What went over a transport, both ways, per connection. */
function tapped(transport: Transport) {
  const sent: Uint8Array[][] = []
  const received: Uint8Array[][] = []
  const tap = (stream: ByteStream): ByteStream => {
    const out: Uint8Array[] = []
    const back: Uint8Array[] = []
    sent.push(out)
    received.push(back)
    const incoming = async function* () {
      for await (const chunk of stream.incoming) {
        back.push(chunk.slice())
        yield chunk
      }
    }
    const write = (chunks: readonly Uint8Array[]) => {
      out.push(...chunks.map(chunk => chunk.slice()))
      return stream.write(chunks)
    }
    return { incoming: incoming(), write, close: reason => stream.close(reason) }
  }
  return {
    sent,
    received,
    transport: { name: 'tapped', connect: async (...to: Parameters<Transport['connect']>) => tap(await transport.connect(...to)) },
  }
}
const joined = (chunks: readonly Uint8Array[]) => Uint8Array.from(chunks.flatMap(chunk => [...chunk]))
const withSize = (frame: Uint8Array) =>
  Uint8Array.of(frame.length >>> 24, (frame.length >> 16) & 255, (frame.length >> 8) & 255, frame.length & 255, ...frame)

async function recorded(options: Parameters<typeof connected>[1] = {}, sandboxOptions: Parameters<typeof connected>[0] = {}) {
  const record = recorder()
  const setup = await connected({ brokers: 1, topics: { orders: 1 }, ...sandboxOptions }, { ...options, hooks: [record.hooks] })
  return { ...setup, ...record }
}
const warm = async <T extends Connected & ReturnType<typeof recorder>>(setup: T): Promise<T> => {
  await driven(setup.clock, setup.cluster.loadMetadata([], asked))
  await driven(setup.clock, setup.cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
  for (const list of [setup.connects, setup.disconnects, setup.writes, setup.reads, setup.ends, setup.order]) list.length = 0
  return setup
}

describe('a request and its answer', () => {
  test('are told with who asked whom, when, how long, how much', async () => {
    const setup = await warm(await recorded())
    const { clock, cluster, writes, reads, ends, sandbox } = setup
    sandbox.intercept('DescribeCluster', delay(40))
    const started = clock.now()
    const answer = cluster.callOnce(one, DescribeClusterRequest, plain, { ...asked, parkMs: 7 })
    await clock.advance(40)
    await answer
    const broker = { nodeId: 1, host: 'broker-1', port: 9092 }
    const identity = {
      broker,
      requestId: writes[0].requestId,
      correlationId: 2,
      connectionId: 2,
      apiKey: 60,
      apiVersion: 2,
      attempt: 1,
      retryOf: undefined,
      initiator: 'test',
    }
    expect(writes).toMatchObject([
      { ...identity, startedAtMs: started, writeWaitMs: 0, timeToWriteMs: 0, parkMs: 7, noResponse: false, error: undefined },
    ])
    expect(reads).toMatchObject([{ ...identity, readWaitMs: 40, timeToReadMs: 0, error: undefined }])
    expect(ends).toMatchObject([
      { ...identity, bytesWritten: writes[0].bytesWritten, bytesRead: reads[0].bytesRead, readWaitMs: 40, durationE2EMs: 40 },
    ])
  })

  test('have phases that add up, and the frames are the bytes on the wire', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1, topics: { orders: 1 } })
    const record = recorder()
    const { sent, received, transport } = tapped(sandbox.transport)
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport, hooks: [record.hooks] })
    sandbox.intercept('DescribeCluster', delay(15))
    await driven(clock, cluster.loadMetadata(null, asked))
    await driven(
      clock,
      Promise.all([
        cluster.callOnce(one, DescribeClusterRequest, plain, asked),
        cluster.callOnce(one, MetadataRequest, { topics: null }, asked),
      ]),
    )
    for (const end of record.ends) expect(end.durationE2EMs).toBe(end.timeToWriteMs + end.readWaitMs + end.timeToReadMs)
    for (const connectionId of [1, 2]) {
      const written = record.writes.filter(e => e.connectionId === connectionId)
      const read = record.reads.filter(e => e.connectionId === connectionId)
      expect(joined(written.map(e => withSize(e.taken)))).toEqual(joined(sent[connectionId - 1]))
      expect(joined(read.map(e => withSize(e.taken!)))).toEqual(joined(received[connectionId - 1]))
      for (const { taken, bytesWritten, frame } of written)
        expect([bytesWritten, frame.byteLength]).toEqual([taken.length + 4, taken.length])
      for (const { taken, bytesRead, frame } of read) expect([bytesRead, frame?.byteLength]).toEqual([taken!.length + 4, taken!.length])
    }
    expect(record.writes.at(-1)!.taken).toEqual(joined(encodeFrame(MetadataRequest, 13, 2, 'milena', { topics: null })).subarray(4))
  })

  test('that waits its turn tells how long', async () => {
    const setup = await warm(await recorded())
    const { clock, cluster, ends, sandbox } = setup
    sandbox.intercept('DescribeCluster', { once: true }, delay(30))
    const both = [
      cluster.callOnce(one, DescribeClusterRequest, plain, asked),
      cluster.callOnce(one, MetadataRequest, { topics: [] }, asked),
    ]
    await clock.advance(30)
    await Promise.all(both)
    expect(ends.map(e => [e.apiKey, e.readWaitMs])).toEqual([
      [60, 30],
      [3, 30],
    ])
  })

  test('that is tried again is a new request, and says of which', async () => {
    const setup = await warm(await recorded())
    const { clock, cluster, writes, reads, sandbox } = setup
    for (let i = 0; i < 2; i++) sandbox.intercept('DescribeCluster', { once: true }, close())
    await driven(clock, cluster.call(one, DescribeClusterRequest, plain, { initiator: 'page' }))
    const tries = writes.filter(e => e.apiKey === 60)
    expect(tries.map(e => [e.attempt, e.initiator])).toEqual([
      [1, 'page'],
      [2, 'page'],
      [3, 'page'],
    ])
    expect(tries.map(e => e.retryOf)).toEqual([undefined, tries[0].requestId, tries[1].requestId])
    expect(new Set(tries.map(e => e.requestId)).size).toBe(3)
    expect(reads.filter(e => e.apiKey === 60).map(e => (e.error as { code?: string } | undefined)?.code)).toEqual([
      'CONNECTION_CLOSED',
      'CONNECTION_CLOSED',
      undefined,
    ])
  })

  test('a dial that failed is no try: it was no request', async () => {
    const { sandbox, clock } = await sandboxOf()
    const record = recorder()
    const transport = hosts({ refused: 'ECONNREFUSED', 'broker-1': sandbox.transport })
    const cluster = clusterOf(clock, { seedBrokers: ['refused:9092', 'broker-1:9092'], transport, hooks: [record.hooks], random: () => 0 })
    await driven(clock, cluster.loadMetadata([], asked))
    const [write] = record.writes.filter(e => e.apiKey === 3)
    expect([write.attempt, write.retryOf]).toEqual([1, undefined])
    expect(record.writes.filter(e => e.apiKey === 18)).toMatchObject([{ initiator: 'connect', attempt: 1 }])
  })

  test('that cannot be understood is told with its bytes', async () => {
    const setup = await warm(await recorded())
    const { clock, cluster, reads, ends, sandbox } = setup
    sandbox.intercept(
      'DescribeCluster',
      { once: true },
      send(frame => frame.map((byte, i) => (i < 8 ? byte : 0xff))),
    )
    const error = await failureOf(clock, cluster.callOnce(one, DescribeClusterRequest, plain, asked))
    expect(reads).toMatchObject([{ error, taken: expect.any(Uint8Array) }])
    expect(ends).toMatchObject([{ readError: error }])
  })

  test('with acks=0 is over when it is written', async () => {
    const setup = await warm(await recorded())
    const { clock, cluster, writes, reads, ends } = setup
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }]
    await driven(clock, cluster.callOnce(one, ProduceRequest, { acks: 0, timeoutMs: 0, topicData }, { ...asked, noResponse: true }))
    expect(writes.filter(e => e.apiKey === 0)).toMatchObject([{ noResponse: true }])
    expect(reads.filter(e => e.apiKey === 0)).toEqual([])
    expect(ends.filter(e => e.apiKey === 0)).toMatchObject([{ bytesRead: 0, readWaitMs: 0, timeToReadMs: 0 }])
  })

  test('are told in order also where the answer overtakes the word that the request is written', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    const record = recorder()
    const late: Transport = {
      name: 'late',
      async connect(to, signal) {
        const stream = await sandbox.transport.connect(to, signal)
        const write = async (chunks: readonly Uint8Array[]) => {
          await stream.write(chunks)
          await new Promise<void>(resolve => clock.setTimeout(resolve, 100))
        }
        return { incoming: stream.incoming, write, close: reason => stream.close(reason) }
      },
    }
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: late, hooks: [record.hooks] })
    const load = cluster.loadMetadata([], asked)
    await clock.advance(1_000)
    await load
    expect(record.order).toEqual(['write 18', 'read 18', 'write 3', 'read 3'])
    const several = ['a', 'b', 'c'].map(name => cluster.callOnce('any', MetadataRequest, { topics: [{ name }] }, asked))
    await clock.advance(1_000)
    await Promise.all(several)
    const kinds = new Map<number, string[]>()
    for (const [kind, events] of [
      ['write', record.writes],
      ['read', record.reads],
    ] as const) {
      for (const { requestId } of events) kinds.set(requestId, [...(kinds.get(requestId) ?? []), kind])
    }
    expect([...kinds.values()]).toEqual(Array(kinds.size).fill(['write', 'read']))
    const last = record.order.slice(4)
    for (let i = 0; i < last.length; i++) {
      const seen = last.slice(0, i + 1)
      const count = (kind: string) => seen.filter(line => line.startsWith(kind)).length
      expect(count('read')).toBeLessThanOrEqual(count('write'))
    }
    for (const end of record.ends) expect(end.durationE2EMs).toBeLessThan(1_000)
  })
})

describe('a connection', () => {
  test('is told when it is open, with what its dial took, and when it ended, with why', async () => {
    const { sandbox, clock, cluster, connects, disconnects } = await recorded()
    sandbox.intercept('ApiVersions', delay(25))
    const started = clock.now()
    await driven(clock, cluster.loadMetadata([], asked), 5)
    expect(connects).toMatchObject([
      { connectionId: 1, purpose: 'rest', startedAtMs: started, dialMs: 0, durationMs: 25, error: undefined },
    ])
    sandbox.intercept('Metadata', { once: true }, hang())
    const failed = failureOf(clock, cluster.callOnce('any', MetadataRequest, { topics: [] }, asked))
    await clock.advance(50)
    sandbox.broker(1).cut()
    await failed
    expect(disconnects.map(e => [e.connectionId, (e.error as { code?: string } | undefined)?.code])).toEqual([
      [1, undefined],
      [2, 'CONNECTION_CLOSED'],
    ])
    cluster.close()
    expect(disconnects).toHaveLength(connects.length)
  })

  test('that could not be opened is told once, with its error, and not told to end', async () => {
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    const record = recorder()
    const cluster = clusterOf(clock, {
      seedBrokers: ['nowhere:1', ...sandbox.seedBrokers],
      transport: hosts({ 'broker-1': sandbox.transport }),
      hooks: [record.hooks],
      random: () => 0,
    })
    sandbox.intercept('ApiVersions', { once: true }, close())
    await failureOf(clock, cluster.loadMetadata([], asked))
    await driven(clock, cluster.loadMetadata([], asked))
    expect(record.connects.map(e => [e.broker.host, (e.error as { code?: string } | undefined)?.code])).toEqual([
      ['nowhere', 'ENOTFOUND'],
      ['broker-1', 'FIRST_READ_EOF'],
      ['broker-1', undefined],
    ])
    expect(record.disconnects).toEqual([])
  })
})

describe('hooks', () => {
  test('that throw harm nothing', async () => {
    const boom = () => {
      throw new Error('boom')
    }
    const hooks: Hooks = {
      onBrokerConnect: boom,
      onBrokerDisconnect: boom,
      onBrokerWrite: boom,
      onBrokerRead: boom,
      onBrokerE2E: boom,
      onBrokerThrottle: boom,
    }
    const lines: string[] = []
    const logger = { level: 'error' as const, log: (_: string, message: string) => void lines.push(message) }
    const { clock, cluster } = await connected({}, { hooks: [hooks], logger })
    await expect(driven(clock, cluster.loadMetadata([], asked))).resolves.toMatchObject({ errorCode: 0 })
    expect(lines).toContain('a hook threw: onBrokerRead')
    cluster.close()
  })

  test.each(['onBrokerConnect', 'onBrokerWrite', 'onBrokerRead', 'onBrokerE2E', 'onBrokerDisconnect'] as const)(
    'may close the client from within %s',
    async name => {
      let close = () => {}
      const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { hooks: [{ [name]: () => close() }] })
      await driven(clock, cluster.loadMetadata([], asked))
      close = () => cluster.close()
      const last = cluster.callOnce(one, DescribeClusterRequest, plain, asked).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      )
      if (name === 'onBrokerDisconnect') {
        sandbox.intercept('DescribeCluster', { once: true }, hang())
        await clock.settle()
        sandbox.broker(1).cut()
      }
      expect(['answered', 'CLIENT_CLOSED']).toContain(await driven(clock, last))
      expect(cluster.isClosed).toBe(true)
      await clock.settle()
      expect([clock.pending, sandbox.broker(1).connections]).toEqual([0, 0])
    },
  )

  test('item 105: may ask again from within: a request that failed is asked anew on a new connection', async () => {
    const again: Promise<unknown>[] = []
    let ask = () => {}
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { hooks: [{ onBrokerDisconnect: () => ask() }] })
    await driven(clock, cluster.loadMetadata([], asked))
    ask = () => {
      ask = () => {}
      again.push(cluster.callOnce(one, MetadataRequest, { topics: [] }, asked))
    }
    sandbox.broker(1).cut()
    await clock.settle()
    expect(again).toHaveLength(1)
    await expect(driven(clock, again[0])).resolves.toMatchObject({ errorCode: 0 })
  })

  test('that nobody listens to cost no event: a frame is not even looked at', async () => {
    const { clock, cluster } = await connected({}, { hooks: [{ onNewClient() {} }] })
    await driven(clock, cluster.loadMetadata([], asked))
    expect(Object.keys(cluster.hooks)).toEqual(['onNewClient'])
  })
})
