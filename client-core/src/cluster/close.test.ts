import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { hang } from '../sandbox/index.js'
import type { Connect } from '../transport/stream.js'
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
