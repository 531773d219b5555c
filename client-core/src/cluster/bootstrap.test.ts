import { describe, expect, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { hang } from '../sandbox/index.js'
import { explain } from '../transport/reasons.js'
import type { Connect } from '../transport/stream.js'
import { answering, ascii, type Behind, clusterOf, connected, driven, failureOf, hosts, sandboxOf } from './testing/setup.js'

const http = answering(ascii('HTTP/1.1 400 Bad Request\r\n\r\n'))
const ping = { initiator: 'test' }
const plain = { includeClusterAuthorizedOperations: false }

async function bootstrap(table: Readonly<Record<string, Behind>>, options: { retryTimeoutMs?: number; random?: () => number } = {}) {
  const { sandbox, clock } = await sandboxOf()
  const good = Object.fromEntries(sandbox.seedBrokers.map(seed => [seed.split(':')[0], sandbox.transport]))
  const seedBrokers = Object.keys(table).map(host => `${host}:9092`)
  const transport = hosts({ ...good, ...table })
  return { clock, cluster: clusterOf(clock, { seedBrokers, transport, ...options }), sandbox }
}

describe('finding the cluster', () => {
  test.each([0, 0.4, 0.99])('item 100: one good seed among bad ones is enough, whichever comes first (%f)', async random => {
    const { sandbox } = await sandboxOf()
    const { clock, cluster } = await bootstrap(
      { refused: 'ECONNREFUSED', web: http, silent: stream => stream.close(), 'broker-2': sandbox.transport },
      { random: () => random },
    )
    await clock.settle()
    const started = clock.now()
    await driven(clock, cluster.loadMetadata([], ping))
    expect(clock.now()).toBe(started)
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId)).toEqual([1, 2, 3])
  })

  test('clients with the same seeds do not all begin with the first', async () => {
    const first = async (random: number) => {
      const { clock, sandbox } = await sandboxOf()
      const seen: string[] = []
      const connect: Connect = (to, signal) => {
        seen.push(to.host)
        return sandbox.transport.connect(to, signal)
      }
      const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: { name: 'seen', connect }, random: () => random })
      await driven(clock, cluster.loadMetadata([], ping))
      return seen[0]
    }
    expect(await Promise.all([first(0), first(0.5), first(0.99)])).toEqual(['broker-1', 'broker-2', 'broker-3'])
  })

  test('when no seed works, one error names each address, why, and what to do', async () => {
    const { clock, cluster } = await bootstrap({ refused: 'ECONNREFUSED', web: http }, { retryTimeoutMs: 1_000 })
    const error = await failureOf(clock, cluster.loadMetadata([], ping))
    expect(error).toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED' })
    expect(error.message).toContain('none of 2 brokers could be asked')
    expect(error.message).toContain('nothing listens on refused:9092; check the address')
    expect(error.message).toContain(
      "web:9092: the peer answers HTTP, not Kafka: this is the port of a web server; use the broker's listener",
    )
    expect((error.cause as AggregateError).errors).toHaveLength(2)
  })

  test('a seed that may come back is waited for', async () => {
    const { sandbox } = await sandboxOf()
    let dials = 0
    const connect: Connect = (to, signal) => {
      if (++dials < 4) return Promise.reject(explain('ECONNREFUSED', to))
      return sandbox.transport.connect({ ...to, host: 'broker-1' }, signal)
    }
    const late = { name: 'late', connect }
    const { clock, cluster } = await bootstrap({ late, nowhere: 'ENOTFOUND' })
    await driven(clock, cluster.loadMetadata([], ping))
    expect(dials).toBe(4)
  })

  test('item 100: seeds whose names do not resolve fail at once when there is no other', async () => {
    const { clock, cluster } = await bootstrap({ nowhere: 'ENOTFOUND' })
    const started = clock.now()
    const error = await failureOf(clock, cluster.loadMetadata([], ping))
    expect(error).toMatchObject({ code: 'ENOTFOUND', message: expect.stringContaining('the host name in nowhere:9092 does not exist') })
    expect(clock.now()).toBe(started)
  })

  test('a dial that nobody answers ends with dialTimeoutMs', async () => {
    const { clock } = await sandboxOf()
    const connect: Connect = (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', reject))
    const transport = { name: 'hole', connect }
    const cluster = clusterOf(clock, { seedBrokers: ['hole:9092'], transport, dialTimeoutMs: 2_000, requestRetries: 0 })
    const started = clock.now()
    const error = await failureOf(clock, cluster.loadMetadata([], ping))
    expect(error).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('hole:9092 did not accept a connection within 2000 ms (dialTimeoutMs)'),
    })
    expect(clock.now() - started).toBe(2_000)
    cluster.close()
    expect(clock.pending).toBe(0)
  })
})

describe('the brokers of the cluster', () => {
  test('a broker whose address changed is dialled there; what was in flight at the old address is tried again', async () => {
    const { sandbox, clock } = await sandboxOf()
    const moved: Connect = (to, signal) => sandbox.transport.connect({ ...to, host: 'broker-1' }, signal)
    const table = Object.fromEntries(sandbox.brokers.map(id => [`broker-${id}`, sandbox.transport]))
    const transport = hosts({ ...table, elsewhere: { name: 'moved', connect: moved } })
    const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport })
    await driven(clock, cluster.loadMetadata([], ping))
    const [one, two, three] = [1, 2, 3].map(id => cluster.brokers.byId(id)!)
    const asked = sandbox.intercept('DescribeCluster', { once: true }, hang())
    const answer = cluster.call({ broker: 1 }, DescribeClusterRequest, plain, ping)
    await asked.met(1)
    cluster.brokers.merge([{ nodeId: 1, host: 'elsewhere', port: 9092 }, two.metadata, three.metadata], true)
    expect(one.isStopped).toBe(true)
    expect(cluster.brokers.byId(2)).toBe(two)
    expect((await driven(clock, answer)).brokers).toHaveLength(3)
    expect(cluster.brokers.byId(1)).toMatchObject({ metadata: { host: 'elsewhere' }, hasConnections: true })
  })

  test('item 106: a leader hint adds brokers and removes none (KIP-951)', async () => {
    const { cluster, clock } = await connected()
    await driven(clock, cluster.loadMetadata([], ping))
    cluster.brokers.merge([{ nodeId: 9, host: 'new', port: 9092 }], false)
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId)).toEqual([1, 2, 3, 9])
  })

  test('a broker that left is gone with the next full answer', async () => {
    const { cluster, clock, sandbox } = await connected()
    await driven(clock, cluster.loadMetadata([], ping))
    await sandbox.removeBroker(3)
    await driven(clock, cluster.loadMetadata([], ping))
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId)).toEqual([1, 2])
  })

  test('an answer without brokers, and brokers without a real id, change nothing', async () => {
    const { cluster, clock } = await connected()
    await driven(clock, cluster.loadMetadata([], ping))
    cluster.brokers.merge([], true)
    cluster.brokers.merge([{ nodeId: -1, host: 'nobody', port: -1 }], false)
    expect(cluster.brokers.discovered.map(b => b.metadata.nodeId)).toEqual([1, 2, 3])
    expect(cluster.brokers.byId(-1)).toBeUndefined()
  })
})
