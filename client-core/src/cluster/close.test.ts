import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { answer, hang } from '../sandbox/index.js'
import type { ByteStream, Connect, Transport } from '../transport/stream.js'
import { clusterOf, connected, driven, failureOf, hosts, sandboxOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const plain = { includeClusterAuthorizedOperations: false }
const interest = { topics: () => ['orders'], onMetadata() {} }

describe('a client that is closed', () => {
  test('ends what is asked, what waits for a try, what is dialled, and leaves no timer and no connection', async () => {
    const { sandbox, clock } = await sandboxOf({ topics: { orders: 1 } })
    const hole: Connect = (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', reject))
    const table = Object.fromEntries(sandbox.brokers.map(id => [`broker-${id}`, sandbox.transport]))
    const transport = hosts({ ...table, hole: { name: 'hole', connect: hole } })
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport })
    cluster.watch(interest)
    await driven(clock, cluster.refreshMetadata())
    cluster.brokers.merge([{ nodeId: 9, host: 'hole', port: 1 }], false)
    sandbox.intercept('DescribeCluster', { broker: 1 }, hang())
    await sandbox.broker(2).stop()
    const ends = [1, 2, 9].map(broker => failureOf(clock, cluster.call({ broker }, DescribeClusterRequest, plain, asked)))
    cluster.refreshSoon()
    await clock.advance(100)
    expect(clock.pending).toBeGreaterThan(2)
    cluster.close()
    expect(await Promise.all(ends)).toMatchObject([{ code: 'CLIENT_CLOSED' }, { code: 'CLIENT_CLOSED' }, { code: 'CLIENT_CLOSED' }])
    await clock.settle()
    expect([clock.pending, sandbox.broker(1).connections, sandbox.broker(3).connections]).toEqual([0, 0, 0])
  })

  test('leaves nothing running, whatever was under way: no timer, no stream, no promise', async () => {
    const { sandbox, clock } = await sandboxOf({ topics: { orders: 1 } })
    const streams = new Set<ByteStream>()
    const counting: Transport = {
      name: 'counting',
      async connect(to, signal) {
        const stream = await sandbox.transport.connect(to, signal)
        const close = (reason?: Error) => {
          streams.delete(counted)
          stream.close(reason)
        }
        const counted: ByteStream = { incoming: stream.incoming, write: chunks => stream.write(chunks), close }
        streams.add(counted)
        return counted
      },
    }
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: counting })
    await driven(clock, cluster.loadMetadata([], asked))
    const pending = new Set<Promise<unknown>>()
    const codes: string[] = []
    const ask = (broker: number, signal?: AbortSignal) => {
      const call = cluster.call({ broker }, DescribeClusterRequest, plain, { ...asked, signal })
      const ended = call.catch((error: { code: string }) => void codes.push(error.code)).finally(() => pending.delete(ended))
      pending.add(ended)
    }
    // One is throttled, one hangs with others behind it, one is being dialled, one waits for its next try, one was given up, one was just asked.
    sandbox.intercept('DescribeCluster', { broker: 1, once: true }, async ({ proceed }) =>
      answer({ ...(await proceed())!, throttleTimeMs: 60_000 }),
    )
    ask(1)
    await clock.settle()
    ask(1)
    sandbox.intercept('DescribeCluster', { broker: 2 }, hang())
    for (let i = 0; i < 3; i++) ask(2)
    const abort = new AbortController()
    ask(2, abort.signal)
    await sandbox.broker(3).stop()
    ask(3)
    await clock.settle()
    abort.abort()
    await clock.settle()
    ask(1)
    ask(2)
    cluster.close()
    await clock.settle()
    expect([pending.size, streams.size, clock.pending]).toEqual([0, 0, 0])
    expect(codes.toSorted()).toEqual(['ABORTED', ...Array(7).fill('CLIENT_CLOSED')])
  })

  test('asks nothing more, whoever wants it to', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    cluster.close()
    cluster.close()
    cluster.refreshSoon()
    cluster.refreshUrgently()
    await cluster.refreshMetadata()
    expect(await failureOf(clock, cluster.call('any', MetadataRequest, { topics: [] }, asked))).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(await failureOf(clock, cluster.coordinators.find('group', 'g'))).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect([sandbox.broker(1).requests, clock.pending]).toEqual([0, 0])
  })

  test('keeps no metadata loop that nobody needs: it runs while a role watches', async () => {
    const { clock, cluster } = await connected({ topics: { orders: 1 } }, { connIdleTimeoutMs: 1_000 })
    const unwatch = cluster.watch(interest)
    await driven(clock, cluster.refreshMetadata())
    expect(cluster.metadata.topic('orders')?.loadedAtMs).toBe(clock.now())
    await clock.advance(300_000)
    expect(cluster.metadata.topic('orders')?.loadedAtMs).toBe(clock.now())
    unwatch()
    await clock.advance(310_000)
    expect(clock.pending).toBe(0)
  })
})
