import { describe, expect, test } from 'vitest'
import { AlterConfigsRequest } from '../../protocol/api/alter-configs.js'
import { AlterReplicaLogDirsRequest } from '../../protocol/api/alter-replica-log-dirs.js'
import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { DescribeLogDirsRequest } from '../../protocol/api/describe-log-dirs.js'
import { IncrementalAlterConfigsRequest } from '../../protocol/api/incremental-alter-configs.js'
import { ListGroupsRequest } from '../../protocol/api/list-groups.js'
import { ListTransactionsRequest } from '../../protocol/api/list-transactions.js'
import type { KafkaRequest, RequestMessage } from '../../protocol/message.js'
import { answer, close, type Sandbox } from '../../sandbox/index.js'
import { sendRequest, sendSharded } from '../routing.js'
import { connected, driven } from '../testing/setup.js'

const asked = { initiator: 'test' }

async function known(script: (sandbox: Sandbox) => void, replicationFactor = 1) {
  const setup = await connected({
    brokers: 3,
    topics: { orders: { partitions: 6, replicationFactor }, other: { partitions: 1, replicationFactor } },
  })
  const { sandbox, clock, cluster } = setup
  script(sandbox)
  await driven(clock, cluster.loadMetadata(null, asked))
  const ask = <M extends RequestMessage>(request: KafkaRequest<M>) => driven(clock, sendRequest(cluster, request, asked))
  const shards = <M extends RequestMessage>(request: KafkaRequest<M>) => driven(clock, sendSharded(cluster, request, asked))
  return { ...setup, ask, shards }
}

describe('what every broker has of its own', () => {
  test('item 101: groups are listed by every broker; one that two brokers list while its coordinator moves is there once', async () => {
    const group = (groupId: string) => ({ groupId, protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' })
    const { ask, shards } = await known(sandbox =>
      sandbox.intercept('ListGroups', ({ broker }) =>
        answer({ throttleTimeMs: broker, errorCode: 0, groups: [group('moving'), group(`of ${broker}`), group('__proto__')] }),
      ),
    )
    const merged = await ask(ListGroupsRequest({}))
    expect(merged.groups.map(g => g.groupId).sort()).toEqual(['__proto__', 'moving', 'of 1', 'of 2', 'of 3'])
    expect(merged.throttleTimeMs).toBe(3)
    expect((await shards(ListGroupsRequest({}))).map(s => [s.broker.nodeId, s.response?.groups.length])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  test('a broker that came back or is new is asked too, though nobody read metadata since', async () => {
    const { sandbox, clock, cluster, shards } = await known(() => {})
    await sandbox.broker(3).stop()
    await driven(clock, cluster.loadMetadata([], asked))
    const answering = async () => (await shards(ListGroupsRequest({}))).filter(s => s.response).map(s => s.broker.nodeId)
    expect(await answering()).toEqual([1, 2])
    await sandbox.broker(3).start()
    await sandbox.addBroker()
    expect(await answering()).toEqual([1, 2, 3, 4])
  })

  test('transactions are listed by every broker, each once', async () => {
    const state = (transactionalId: string) => ({ transactionalId, producerId: 1n, transactionState: 'Ongoing' })
    const { ask } = await known(sandbox =>
      sandbox.intercept(ListTransactionsRequest, ({ broker }) =>
        answer({
          throttleTimeMs: 0,
          errorCode: 0,
          unknownStateFilters: ['Odd'],
          transactionStates: [state('moving'), state(`of ${broker}`)],
        }),
      ),
    )
    const merged = await ask(ListTransactionsRequest({ stateFilters: ['Odd'], producerIdFilters: [] }))
    expect(merged.transactionStates.map(t => t.transactionalId).sort()).toEqual(['moving', 'of 1', 'of 2', 'of 3'])
    expect(merged.unknownStateFilters).toEqual(['Odd'])
  })

  test('a broker that fails is asked again by itself: the others are not', async () => {
    const asks: number[] = []
    const { ask } = await known(sandbox =>
      sandbox.intercept('ListGroups', ({ broker }) => {
        asks.push(broker)
        return broker === 2 && asks.filter(b => b === 2).length < 3 ? close() : undefined
      }),
    )
    await ask(ListGroupsRequest({}))
    expect(asks.sort()).toEqual([1, 2, 2, 2, 3])
  })
})

describe('replicas', () => {
  type Dirs = { [topic: string]: number[] }
  const results = (dirs: Dirs) => [
    {
      errorCode: 0,
      logDir: '/data',
      topics: Object.entries(dirs).map(([name, partitions]) => ({
        name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, partitionSize: 1n, offsetLag: 0n, isFutureKey: false })),
      })),
    },
  ]
  const describing = (topics: { topic: string; partitions: number[] }[] | null) => DescribeLogDirsRequest({ topics })

  async function disks(replicationFactor: number) {
    const asks: [broker: number, topics: readonly { topic: string; partitions: readonly number[] }[] | null][] = []
    const setup = await known(
      sandbox =>
        sandbox.intercept('DescribeLogDirs', ({ broker, request }) => {
          asks.push([broker, request.topics])
          const dirs = Object.fromEntries((request.topics ?? []).map(t => [t.topic, [...t.partitions]]))
          return answer({ throttleTimeMs: 0, errorCode: 0, results: results(dirs) })
        }),
      replicationFactor,
    )
    return { ...setup, asks }
  }

  test('on disk are described by every broker when nothing is named', async () => {
    const { ask, asks } = await disks(1)
    expect((await ask(describing(null))).results).toHaveLength(3)
    expect(asks.sort(([a], [b]) => a - b)).toEqual([1, 2, 3].map(broker => [broker, null]))
  })

  test('on disk are described by the brokers that have them, each asked for its own', async () => {
    const { ask, asks, sandbox } = await disks(1)
    const partitions = [0, 1, 2, 3, 4, 5]
    const merged = await ask(describing([{ topic: 'orders', partitions }]))
    expect(merged.results.flatMap(r => r.topics.flatMap(t => t.partitions.map(p => p.partitionIndex))).sort()).toEqual(partitions)
    expect(asks).toHaveLength(3)
    for (const [broker, topics] of asks) for (const p of topics![0].partitions) expect(sandbox.leader('orders', p)).toBe(broker)
  })

  test('on disk are described by all of their brokers', async () => {
    const { ask, asks } = await disks(2)
    const merged = await ask(describing([{ topic: 'orders', partitions: [0] }]))
    expect(merged.results).toHaveLength(2)
    expect(asks).toHaveLength(2)
  })

  test('who has them is read anew for each request', async () => {
    const { ask, asks, sandbox, cluster } = await disks(1)
    const reads = sandbox.intercept('Metadata', () => undefined)
    await ask(describing([{ topic: 'other', partitions: [0] }]))
    expect([reads.count, asks.length]).toEqual([1, 1])
    expect(cluster.metadata.topic('other')?.partitions[0].replicas).toEqual([asks[0][0]])
  })

  test('of a topic that is not there are an error of node -1', async () => {
    const { shards } = await disks(1)
    const parts = await shards(describing([{ topic: 'nothing', partitions: [3] }]))
    expect(parts).toMatchObject([
      {
        broker: { nodeId: -1 },
        error: { message: expect.stringContaining('nothing partition 3') },
        request: { body: { topics: [{ topic: 'nothing' }] } },
      },
    ])
  })

  test('of a broker that is gone are its error, and those of the others an answer, each once', async () => {
    const { shards, sandbox } = await disks(2)
    const dead = sandbox.leader('orders', 0)
    await sandbox.broker(dead).stop()
    const parts = await shards(describing([{ topic: 'orders', partitions: [0] }]))
    expect(parts).toHaveLength(2)
    expect(parts.filter(part => part.error)).toMatchObject([{ broker: { nodeId: dead }, error: { code: 'UNKNOWN_BROKER' } }])
  })

  test('on disk that moved from a broker which fails to another are asked of that one; nobody is asked twice for the same', async () => {
    const asks: string[] = []
    let from = -1
    let isMoved = false
    const { ask, cluster } = await known(sandbox => {
      sandbox.intercept('DescribeLogDirs', ({ broker, request }) => {
        if (broker === from) {
          isMoved = true
          return close()
        }
        asks.push(`${broker}: ${request.topics?.flatMap(t => t.partitions)}`)
        const dirs = Object.fromEntries((request.topics ?? []).map(t => [t.topic, [...t.partitions]]))
        return answer({ throttleTimeMs: 0, errorCode: 0, results: results(dirs) })
      })
      sandbox.intercept('Metadata', async ({ proceed }) => {
        const real = (await proceed())!
        if (!isMoved) return answer(real)
        const moved = <P extends { partitionIndex: number }>(p: P) => (p.partitionIndex === 0 ? { ...p, replicaNodes: [to, stays] } : p)
        return answer({ ...real, topics: real.topics.map(t => (t.name === 'orders' ? { ...t, partitions: t.partitions.map(moved) } : t)) })
      })
    }, 2)
    const [leader, stays] = cluster.metadata.topic('orders')!.partitions[0].replicas
    const to = 6 - leader - stays
    from = leader
    const merged = await ask(describing([{ topic: 'orders', partitions: [0] }]))
    expect(merged.results.flatMap(r => r.topics.flatMap(t => t.partitions.map(p => p.partitionIndex)))).toEqual([0, 0])
    expect(asks.sort()).toEqual([`${stays}: 0`, `${to}: 0`].sort())
  })

  test('are moved between disks by the brokers that have them', async () => {
    const asks: [number, unknown][] = []
    const { ask, sandbox } = await known(sandbox =>
      sandbox.intercept(AlterReplicaLogDirsRequest, ({ broker, request }) => {
        asks.push([broker, request.dirs])
        const topics = request.dirs.flatMap(d => d.topics)
        const of = topics.map(t => ({
          topicName: t.name,
          partitions: t.partitions.map(partitionIndex => ({ partitionIndex, errorCode: 0 })),
        }))
        return answer({ throttleTimeMs: 0, results: of })
      }),
    )
    const dirs = [
      { path: '/one', topics: [{ name: 'orders', partitions: [0, 1, 2] }] },
      {
        path: '/two',
        topics: [
          { name: 'orders', partitions: [3] },
          { name: 'other', partitions: [0] },
        ],
      },
    ]
    const { results: merged } = await ask(AlterReplicaLogDirsRequest({ dirs }))
    expect(merged.map(t => [t.topicName, t.partitions.map(p => p.partitionIndex).sort()]).sort()).toEqual([
      ['orders', [0, 1, 2, 3]],
      ['other', [0]],
    ])
    const paths = new Map(asks as [number, { path: string; topics: { name: string; partitions: number[] }[] }[]][])
    for (const [path, name, partition] of [
      ['/one', 'orders', 1],
      ['/two', 'orders', 3],
      ['/two', 'other', 0],
    ] as const) {
      const own = paths.get(sandbox.leader(name, partition))?.find(dir => dir.path === path)
      expect(own?.topics.find(t => t.name === name)?.partitions).toContain(partition)
    }
  })
})

describe('item 102: configurations', () => {
  const resources: [type: number, name: string][] = [
    [4, '3'],
    [8, '3'],
    [2, 'orders'],
    [8, '1'],
    [4, ''],
    [2, '2'],
  ]
  /** Which broker was asked for what; `any` stands for whichever it was. */
  const expected = [
    ['1', ['8 1']],
    ['3', ['4 3', '8 3']],
    ['any', ['2 2', '2 orders', '4 ']],
  ]
  const codes = (all: readonly { resourceName: string; errorCode: number }[]) => all.map(r => [r.resourceName, r.errorCode]).sort()
  const all = codes(resources.map(([, resourceName]) => ({ resourceName, errorCode: 0 })))
  const shape = (asks: [number, string[]][]) =>
    asks
      .map(([broker, own]): [string, string[]] => [own.some(r => r.startsWith('2 ')) ? 'any' : `${broker}`, own.sort()])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  const named = (of: readonly { resourceType: number; resourceName: string }[]) => of.map(r => `${r.resourceType} ${r.resourceName}`)
  const done = (of: readonly { resourceType: number; resourceName: string }[]) =>
    of.map(({ resourceType, resourceName }) => ({ resourceType, resourceName, errorCode: 0, errorMessage: null }))

  test('of brokers and their loggers are described by that broker, the rest by any', async () => {
    const asks: [number, string[]][] = []
    const { ask } = await known(sandbox =>
      sandbox.intercept('DescribeConfigs', ({ broker, request }) => {
        asks.push([broker, named(request.resources)])
        return answer({ throttleTimeMs: 0, results: done(request.resources).map(r => ({ ...r, configs: [] })) })
      }),
    )
    const body = resources.map(([resourceType, resourceName]) => ({ resourceType, resourceName, configurationKeys: null }))
    expect(codes((await ask(DescribeConfigsRequest({ resources: body }))).results)).toEqual(all)
    expect(shape(asks)).toEqual(expected)
  })

  test('of brokers and their loggers are changed at that broker, the rest at any', async () => {
    const asks: [number, string[]][] = []
    const { ask } = await known(sandbox => {
      sandbox.intercept(AlterConfigsRequest, ({ broker, request }) => {
        asks.push([broker, named(request.resources)])
        return answer({ throttleTimeMs: 0, responses: done(request.resources) })
      })
      sandbox.intercept(IncrementalAlterConfigsRequest, ({ broker, request }) => {
        asks.push([broker, named(request.resources)])
        return answer({ throttleTimeMs: 0, responses: done(request.resources) })
      })
    })
    const body = resources.map(([resourceType, resourceName]) => ({ resourceType, resourceName, configs: [] }))
    for (const request of [AlterConfigsRequest, IncrementalAlterConfigsRequest]) {
      asks.length = 0
      const { responses } = await ask(request({ resources: body, validateOnly: true }))
      expect(codes(responses)).toEqual(all)
      expect(shape(asks)).toEqual(expected)
    }
  })
})
