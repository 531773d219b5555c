import { describe, expect, test } from 'vitest'
import type { VirtualClock } from '../clock.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { plain } from '../sasl/index.js'
import { Inbox } from '../transport/inbox.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { clusterOf, driven, sandboxOf } from './testing/setup.js'

const roundTripMs = 100
const asked = { initiator: 'test' }
const one = { broker: 1 }
const describeCluster = { includeClusterAuthorizedOperations: false }
const produce = { acks: -1, timeoutMs: 0, topicData: [] }

/** Far away: to open takes a round trip, and bytes half of one each way, however many are under way. */
function distant(inner: Transport, clock: VirtualClock): Transport {
  const later = (work: () => void) => clock.setTimeout(work, roundTripMs / 2)
  const far = (stream: ByteStream): ByteStream => {
    const incoming = new Inbox()
    const pump = async () => {
      for await (const chunk of stream.incoming) later(() => incoming.push(chunk))
      later(() => incoming.finish())
    }
    void pump()
    const write = async (chunks: readonly Uint8Array[]) => {
      const sent = chunks.map(chunk => chunk.slice())
      later(() => stream.write(sent).catch(() => {}))
    }
    const close = (reason?: Error) => {
      incoming.discard(reason)
      stream.close(reason)
    }
    return { incoming, write, close }
  }
  return {
    name: 'distant',
    async connect(to, signal) {
      await new Promise<void>(resolve => clock.setTimeout(resolve, roundTripMs))
      return far(await inner.connect(to, signal))
    },
  }
}

async function farAway(sasl = false) {
  const { sandbox, clock } = await sandboxOf({ brokers: 1, ...(sasl && { sasl: { users: { alice: 'secret' } } }) })
  const cluster = clusterOf(clock, {
    seedBrokers: sandbox.seedBrokers,
    transport: distant(sandbox.transport, clock),
    sasl: sasl ? [plain({ username: 'alice', password: 'secret' })] : [],
    connIdleTimeoutMs: 10_000_000,
  })
  /** Round trips until it is answered. */
  const roundTrips = async (promise: Promise<unknown>) => {
    const started = clock.now()
    await driven(clock, promise, 10)
    return (clock.now() - started) / roundTripMs
  }
  const metadata = () => cluster.loadMetadata([], asked)
  const ask = () => cluster.callOnce(one, DescribeClusterRequest, describeCluster, asked)
  const put = () => cluster.callOnce(one, ProduceRequest, produce, { ...asked, maxVersion: 12 })
  return { clock, sandbox, cluster, roundTrips, metadata, ask, put }
}

describe('round trips', () => {
  test('from nothing to the first metadata are three: the stream, ApiVersions, Metadata', async () => {
    const { roundTrips, metadata } = await farAway()
    expect(await roundTrips(metadata())).toBe(3)
  })

  test('over a further connection to a known broker are two: ApiVersions and the first request go out together', async () => {
    const { sandbox, roundTrips, metadata, ask, put } = await farAway()
    await roundTrips(metadata())
    const asks = sandbox.intercept('ApiVersions', () => undefined)
    // The broker is the one that was asked as a seed.
    expect(await roundTrips(ask())).toBe(2)
    expect(await roundTrips(put())).toBe(2)
    expect(asks.count).toBe(2)
    expect(await roundTrips(put())).toBe(1)
  })

  test('are three again when what was learnt is an hour old', async () => {
    const { clock, sandbox, roundTrips, metadata, ask, put } = await farAway()
    await roundTrips(metadata())
    await roundTrips(ask())
    sandbox.broker(1).cut()
    await clock.advance(3_600_000)
    expect(await roundTrips(put())).toBe(3)
    expect(await roundTrips(ask())).toBe(2)
  })

  test('with a login wait for ApiVersions: it says how to log in', async () => {
    // Loading it takes no virtual time.
    await import('./login.js')
    const { roundTrips, metadata, ask } = await farAway(true)
    // The stream, ApiVersions, SaslHandshake, SaslAuthenticate, the request.
    expect(await roundTrips(metadata())).toBe(5)
    expect(await roundTrips(ask())).toBe(5)
  })
})

describe('what was learnt of a broker that has changed since', () => {
  test('is put right by the answer that comes with the first request', async () => {
    const { sandbox, roundTrips, metadata, ask, put, cluster } = await farAway()
    await roundTrips(metadata())
    await roundTrips(ask())
    sandbox.broker(1).limitVersions({ Produce: [3, 8] })
    await roundTrips(put().catch(() => {}))
    const seen: number[] = []
    sandbox.intercept('Produce', ({ version }) => void seen.push(version))
    await roundTrips(put())
    expect(seen).toEqual([8])
    expect(cluster.brokers.byId(1)!.versionOf(ProduceRequest)).toBe(8)
  })
})
