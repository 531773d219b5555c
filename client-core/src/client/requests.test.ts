import { describe, expect, onTestFinished, test } from 'vitest'
import { virtualClock } from '../clock.js'
import { type Behind, driven, failureOf, hosts } from '../cluster/testing/setup.js'
import { nodeName } from '../hooks/node-name.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { answer, close, createSandbox, fail } from '../sandbox/index.js'
import { Client } from './client.js'
import type { ClientOptions } from './options.js'

const describeCluster = DescribeClusterRequest({ includeClusterAuthorizedOperations: false })

async function setup(options: Partial<ClientOptions> = {}) {
  const clock = virtualClock()
  const sandbox = await createSandbox({ clock, brokers: 3, topics: { orders: 3 } })
  const { seedBrokers, transport } = sandbox
  const client = new Client({ seedBrokers, transport, clock, random: () => 0.5, ...options })
  onTestFinished(async () => {
    await client.close()
    await sandbox.close()
  })
  const soon = <T>(promise: Promise<T>) => driven(clock, promise)
  const failed = (promise: Promise<unknown>) => failureOf(clock, promise)
  return { clock, sandbox, client, soon, failed }
}

describe('one broker', () => {
  test('is asked once by request: a connection that breaks is an error', async () => {
    const { sandbox, client, soon, failed } = await setup()
    await soon(client.ping())
    const asks: number[] = []
    sandbox.intercept('DescribeCluster', ({ broker }) => {
      asks.push(broker)
      return asks.length === 1 ? close() : undefined
    })
    expect(await failed(client.broker(2).request(describeCluster))).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect((await soon(client.broker(2).request(describeCluster))).brokers).toHaveLength(3)
    expect(asks).toEqual([2, 2])
  })

  test('is asked again by retriableRequest, the same one, while its connection breaks', async () => {
    const { sandbox, client, soon } = await setup()
    const asks: number[] = []
    sandbox.intercept('DescribeCluster', ({ broker }) => {
      asks.push(broker)
      return asks.length < 4 ? close() : undefined
    })
    expect((await soon(client.broker(3).retriableRequest(describeCluster))).brokers).toHaveLength(3)
    expect(asks).toEqual([3, 3, 3, 3])
  })

  test('is not asked again for an error inside its answer', async () => {
    const { sandbox, client, soon } = await setup()
    const asks = sandbox.intercept('DescribeCluster', fail('NOT_CONTROLLER'))
    expect((await soon(client.broker(1).retriableRequest(describeCluster))).errorCode).toBe(41)
    expect(asks.count).toBe(1)
  })

  test('that is not there is an error at once, which names those that are', async () => {
    const { clock, client, failed } = await setup()
    const started = clock.now()
    for (const how of ['request', 'retriableRequest'] as const)
      expect(await failed(client.broker(9)[how](describeCluster))).toMatchObject({
        code: 'UNKNOWN_BROKER',
        message: 'broker 9 is not part of the cluster, which has 1, 2, 3',
      })
    expect(clock.now()).toBe(started)
    expect(client.broker(9).metadata).toBeUndefined()
  })

  test('may be a seed, by the id that it has here', async () => {
    const { client, soon } = await setup()
    const seeds = client.seedBrokers()
    expect(seeds.map(seed => [nodeName(seed.nodeId), seed.host, seed.port])).toEqual([
      ['seed_0', 'broker-1', 9092],
      ['seed_1', 'broker-2', 9092],
      ['seed_2', 'broker-3', 9092],
    ])
    const handle = client.broker(seeds[1].nodeId)
    expect(handle.metadata).toEqual(seeds[1])
    expect((await soon(handle.request(describeCluster))).brokers).toHaveLength(3)
    expect(client.discoveredBrokers()).toEqual([])
  })

  test('that answers Metadata feeds what the client knows', async () => {
    const { client, soon } = await setup()
    const [seed] = client.seedBrokers()
    await soon(client.broker(seed.nodeId).request(MetadataRequest({ topics: null })))
    expect(client.discoveredBrokers().map(b => [b.nodeId, b.host])).toEqual([
      [1, 'broker-1'],
      [2, 'broker-2'],
      [3, 'broker-3'],
    ])
    expect(client.partitionLeader('orders', 0)).toBeDefined()
  })
})

describe('ping', () => {
  const table = (behind: Record<string, Behind>, more: Partial<ClientOptions> = {}) => {
    const seedBrokers = Object.keys(behind).map(host => `${host}:9092`)
    return { seedBrokers, transport: hosts(behind), random: () => 0, ...more }
  }

  test('asks one after the other until one answers, each once, without a pause', async () => {
    const { sandbox } = await setup()
    let dials = 0
    const silent = (stream: { close(): void }) => {
      dials++
      stream.close()
    }
    const { clock, client, soon } = await setup(table({ refused: 'ECONNREFUSED', silent, 'broker-1': sandbox.transport }))
    const started = clock.now()
    await soon(client.ping())
    expect([dials, clock.now() - started]).toEqual([1, 0])
  })

  test('goes on where a broker takes the question and hangs up', async () => {
    const { sandbox, client, soon } = await setup()
    await soon(client.ping())
    const asks = sandbox.intercept('Metadata', { once: true }, close())
    await soon(client.ping())
    expect(asks.count).toBe(1)
  })

  test('fails at once when nobody answers, and says why of each', async () => {
    const { clock, client, failed } = await setup(table({ refused: 'ECONNREFUSED', nowhere: 'ENOTFOUND' }))
    const started = clock.now()
    const error = await failed(client.ping())
    expect(error.message).toMatch(/none of 2 brokers could be asked: .*refused:9092.*nowhere:9092/)
    expect(clock.now()).toBe(started)
  })

  test('ends with its signal and with the client', async () => {
    const { client } = await setup()
    const abort = new AbortController()
    const aborted = client.ping({ signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    const closing = client.ping()
    await client.close()
    await expect(closing).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})

describe('seeds', () => {
  test('are replaced at once; brokers that were discovered stay', async () => {
    const { sandbox, client, soon } = await setup()
    await soon(client.ping())
    client.updateSeedBrokers('broker-2:9092', '[::1]:19092')
    expect(client.seedBrokers().map(b => [nodeName(b.nodeId), b.host, b.port])).toEqual([
      ['seed_0', 'broker-2', 9092],
      ['seed_1', '::1', 19_092],
    ])
    expect(client.discoveredBrokers()).toHaveLength(3)
    expect(sandbox.brokers).toHaveLength(3)
    await soon(client.ping())
  })

  test('that replace others which no longer work are found by what is waiting', async () => {
    const { sandbox } = await setup()
    const transport = hosts({ old: 'ECONNREFUSED', 'broker-1': sandbox.transport })
    const { clock, client, soon } = await setup({ seedBrokers: ['old:9092'], transport })
    const asking = client.request(MetadataRequest({ topics: [] }))
    await clock.advance(1_000)
    client.updateSeedBrokers('broker-1:9092')
    expect((await soon(asking)).brokers).toHaveLength(3)
  })

  test('none at all change nothing; one that is wrong changes nothing and is named', async () => {
    const { client } = await setup()
    const before = client.seedBrokers()
    client.updateSeedBrokers()
    expect(() => client.updateSeedBrokers('good:9092', 'bad:port')).toThrow('seedBrokers[1] must be host:port')
    expect(client.seedBrokers()).toEqual(before)
  })
})

describe('metadata', () => {
  test('is refreshed by force: new partitions are found before metadataMaxAgeMs', async () => {
    const { sandbox, client, soon, failed } = await setup({ requestRetries: 0 })
    await soon(client.send({ topic: 'orders', value: 'x' }))
    const reads = sandbox.intercept('Metadata', () => undefined)
    await soon(client.forceMetadataRefresh())
    expect(reads.count).toBe(1)
    for (const id of sandbox.brokers) await sandbox.broker(id).stop()
    expect(await failed(client.forceMetadataRefresh())).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('gives the leader that is known, and none for what is unknown', async () => {
    const { sandbox, client, soon } = await setup()
    expect(client.partitionLeader('orders', 0)).toBeUndefined()
    await soon(client.request(MetadataRequest({ topics: null })))
    const leader = sandbox.leader('orders', 2)
    expect(client.partitionLeader('orders', 2)).toEqual({ leader, leaderEpoch: sandbox.leaderEpoch('orders', 2) })
    expect(client.partitionLeader('orders', 3)).toBeUndefined()
    expect(client.partitionLeader('nothing', 0)).toBeUndefined()
  })

  test('gives no leader where the broker names none, and brokers in the order of their ids, however it names them', async () => {
    const { sandbox, client, soon } = await setup()
    sandbox.intercept('Metadata', async ({ proceed }) => {
      const metadata = (await proceed())!
      const topics = metadata.topics!.map(topic => ({
        ...topic,
        partitions: topic.partitions!.map(p => (p.partitionIndex === 1 ? { ...p, leaderId: -1 } : p)),
      }))
      return answer({ ...metadata, topics, brokers: [...metadata.brokers!].reverse() })
    })
    await soon(client.request(MetadataRequest({ topics: null })))
    expect(client.partitionLeader('orders', 1)).toBeUndefined()
    expect(client.partitionLeader('orders', 0)).toBeDefined()
    expect(client.discoveredBrokers().map(b => b.nodeId)).toEqual([1, 2, 3])
  })
})

describe('requestSharded', () => {
  test('gives each part with the broker, the request and the answer; errors inside an answer are data', async () => {
    const { sandbox, client, soon } = await setup()
    const topics = [{ name: 'orders', partitions: [0, 1, 2].map(partitionIndex => ({ partitionIndex, timestamp: -1n })) }]
    sandbox.intercept('ListOffsets', { broker: sandbox.leader('orders', 1) }, fail('TOPIC_AUTHORIZATION_FAILED'))
    const shards = await soon(client.requestSharded(ListOffsetsRequest({ replicaId: -1, topics })))
    expect(shards).toHaveLength(3)
    for (const { broker, request, response, error } of shards) {
      const [{ partitionIndex }] = request.body.topics[0].partitions
      expect(broker).toMatchObject({ nodeId: sandbox.leader('orders', partitionIndex), host: `broker-${broker.nodeId}`, port: 9092 })
      expect(error).toBeUndefined()
      expect(response?.topics[0].partitions[0].errorCode).toBe(partitionIndex === 1 ? 29 : 0)
    }
  })

  test('never rejects for what a broker did, only where the client is closed already', async () => {
    const { sandbox, client, soon } = await setup({ requestRetries: 0 })
    for (const id of sandbox.brokers) await sandbox.broker(id).stop()
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1n }] }]
    const shards = [
      await soon(client.requestSharded(ListOffsetsRequest({ replicaId: -1, topics }))),
      await soon(client.requestSharded(MetadataRequest({ topics: [] }))),
    ]
    expect(shards).toMatchObject([1, 2].map(() => [{ broker: { nodeId: expect.any(Number) }, error: { code: 'ECONNREFUSED' } }]))
    await client.close()
    await expect(client.requestSharded(describeCluster)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})
