import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { virtualClock } from '../clock.js'
import '../cluster/testing/setup.js'
import { codec } from '../compression/index.js'
import { Offset } from '../consumer/offset.js'
import type { BrokerWriteEvent } from '../hooks/hooks.js'
import { basicLogger } from '../hooks/logger.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { ListGroupsRequest } from '../protocol/api/list-groups.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { createSandbox, type SandboxOptions } from '../sandbox/index.js'
import { Client } from './client.js'
import { type ClientOptions, validateOptions } from './options.js'

const text = (v: Uint8Array | null) => (v === null ? null : new TextDecoder().decode(v))

async function setup(options: SandboxOptions = {}) {
  const clock = virtualClock()
  const sandbox = await createSandbox({ clock, brokers: 3, topics: { orders: 3 }, codec, ...options })
  onTestFinished(() => sandbox.close())
  const make = (more: Partial<ClientOptions> = {}) => {
    const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, clock, random: () => 0.5, ...more })
    onTestFinished(() => client.close())
    return client
  }
  /** The promise's result, with time moving on until it is there. */
  const soon = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false
    const settled = promise.finally(() => {
      done = true
    })
    settled.catch(() => {})
    for (let i = 0; !done && i < 1_000; i++) await clock.advance(20)
    return settled
  }
  return { clock, sandbox, make, soon }
}

describe('one client', () => {
  test('a request may name its version: pinned, it is sent with that or not at all', async () => {
    const { sandbox, make, soon } = await setup()
    const client = make()
    const seen: number[] = []
    sandbox.intercept('Metadata', ({ version }) => void seen.push(version))
    const pinned = { minVersion: 5, maxVersion: 7 }
    await soon(client.request(MetadataRequest({ topics: [] }), pinned))
    await soon(client.broker(1).request(MetadataRequest({ topics: [] }), { maxVersion: 4 }))
    await soon(client.broker(1).retriableRequest(MetadataRequest({ topics: [] }), { maxVersion: 3 }))
    expect(seen.filter(version => version < 13)).toEqual([7, 4, 3])
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ Metadata: [0, 4] })
    for (const id of sandbox.brokers) sandbox.broker(id).cut()
    await expect(soon(client.request(MetadataRequest({ topics: [] }), pinned))).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringMatching(/Metadata cannot be sent: we want version 5 to 7, .* has 0 to 4/),
    })
  })

  test('requests say who asked: the caller’s word, or that it was one', async () => {
    const { sandbox, make, soon } = await setup()
    const asked: string[] = []
    const client = make({
      hooks: [{ onBrokerWrite: ({ apiKey, initiator }) => apiKey === ListGroupsRequest.key && asked.push(initiator) }],
    })
    await soon(client.broker(sandbox.brokers[0]).request(ListGroupsRequest({})))
    await soon(client.broker(sandbox.brokers[0]).retriableRequest(ListGroupsRequest({}), { initiator: 'mine' }))
    await soon(client.request(DescribeClusterRequest({ includeClusterAuthorizedOperations: false })))
    expect(asked).toEqual(['request', 'mine'])
  })

  test('a sent record comes back with its partition and offset, and is consumed as it was sent', async () => {
    const { make, soon } = await setup()
    const client = make({ consumer: { topics: ['orders'] } })
    const sent = await soon(
      client.send({
        topic: 'orders',
        key: 'k',
        value: 'v',
        headers: [
          { key: 'a', value: 'x' },
          { key: 'a', value: null },
        ],
        context: 42,
      }),
    )
    expect(sent).toMatchObject({ topic: 'orders', offset: 0n, context: 42 })
    const fetches = await soon(client.pollFetches())
    const [record] = fetches.recordsArray()
    expect([record.partition, record.offset, record.timestamp]).toEqual([sent.partition, sent.offset, sent.timestamp])
    expect([text(record.key), text(record.value)]).toEqual(['k', 'v'])
    expect(record.headers.map(h => [h.key, text(h.value)])).toEqual([
      ['a', 'x'],
      ['a', null],
    ])
    expect(record.producerId).toBeGreaterThanOrEqual(0n)
  })

  test('produceSync waits for no company and gives results in the order of its records', async () => {
    const { make, soon } = await setup()
    const client = make({ producer: { lingerMs: 60_000 } })
    const results = await soon(
      client.produceSync([
        { topic: 'orders', partition: 2, value: 'a' },
        { topic: 'orders', partition: 9, value: 'no such partition' },
        { topic: 'orders', partition: 2, value: 'b' },
      ]),
    )
    expect([...results].map(r => [text(r.record.value), r.record.offset, r.error && (r.error as { code?: string }).code])).toEqual([
      ['a', 0n, undefined],
      ['no such partition', -1n, 'INVALID_RECORD'],
      ['b', 1n, undefined],
    ])
    expect(results.firstError()).toMatchObject({ code: 'INVALID_RECORD' })
    expect(text(results.first().value)).toBe('a')
  })

  test('any request finds its way: offsets of all leaders come back as one answer', async () => {
    const { sandbox, make, soon } = await setup()
    for (const p of [0, 1, 2])
      sandbox.append(
        'orders',
        p,
        Array.from({ length: p + 1 }, () => ({ value: 'x' })),
      )
    const partitions = [0, 1, 2].map(partitionIndex => ({ partitionIndex, timestamp: -1n }))
    const answer = await soon(make().request(ListOffsetsRequest({ replicaId: -1, topics: [{ name: 'orders', partitions }] })))
    const [topic, ...none] = answer.topics
    expect(none).toEqual([])
    expect(new Map(topic.partitions.map(p => [p.partitionIndex, p.offset]))).toEqual(
      new Map([
        [0, 1n],
        [1, 2n],
        [2, 3n],
      ]),
    )
  })

  test('what somebody asks of metadata is known to the client from then on', async () => {
    const { sandbox, make, soon } = await setup()
    const client = make()
    expect(client.discoveredBrokers()).toEqual([])
    await soon(client.request(MetadataRequest({ topics: null }), { initiator: 'test' }))
    expect(client.discoveredBrokers().map(b => b.nodeId)).toEqual(sandbox.brokers)
    expect(client.partitionLeader('orders', 1)).toEqual({
      leader: sandbox.leader('orders', 1),
      leaderEpoch: sandbox.leaderEpoch('orders', 1),
    })
    expect(client.clusterId).toBe(sandbox.clusterId)
  })

  test('a closed client refuses everything with one code, fails what was buffered, and leaves no timer', async () => {
    const { clock, sandbox, make } = await setup()
    const client = make({ producer: { lingerMs: 60_000 }, consumer: { topics: ['orders'] } })
    const told: unknown[] = []
    await client.produce(
      { topic: 'orders', value: 'v' },
      { onDelivery: (_, error) => told.push((error as { code?: string } | undefined)?.code) },
    )
    await clock.advance(100)
    await client.close()
    await client.close()
    await clock.settle()
    expect(told).toEqual(['CLIENT_CLOSED'])
    const closed = expect.objectContaining({ code: 'CLIENT_CLOSED' })
    await expect(client.produce({ topic: 'orders', value: 'v' })).rejects.toEqual(closed)
    for (const how of ['produce', 'tryProduce'] as const) {
      const refused: unknown[] = []
      const onDelivery = (record: { topic: string }, error?: Error) => void refused.push(record.topic, error)
      const record = { topic: 'orders', value: 'v' }
      const produced = how === 'produce' ? client.produce(record, { onDelivery }) : client.tryProduce(record, onDelivery)
      await expect(produced).rejects.toEqual(closed)
      expect(refused).toEqual(['orders', closed])
    }
    await expect(client.send({ topic: 'orders', value: 'v' })).rejects.toEqual(closed)
    await expect(client.request(MetadataRequest({ topics: null }))).rejects.toEqual(closed)
    await expect(client.ping()).rejects.toEqual(closed)
    expect((await client.pollFetches()).isClientClosed()).toBe(true)
    await expect(client.flush()).resolves.toBeUndefined()
    await sandbox.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })
})

describe('a fork', () => {
  test('begins and ends nothing that its parent shares: the hooks are told of one client, its mechanism is closed once, with it', async () => {
    const { make } = await setup()
    const told: string[] = []
    const lines: string[] = []
    const mechanism = (name: string, close: () => void) => ({ name, authenticate: () => expect.unreachable(), close })
    const broken = () => {
      throw new Error('mine')
    }
    const client = make({
      hooks: [{ onNewClient: () => told.push('new'), onClientClosed: () => told.push('closed') }],
      sasl: [mechanism('A', broken), mechanism('B', () => told.push('B closed'))],
      logger: basicLogger(line => lines.push(line), 'error'),
    })
    await client.fork().close()
    expect(told).toEqual(['new'])
    await client.close()
    await client.close()
    expect(told).toEqual(['new', 'B closed', 'closed'])
    expect(lines).toEqual(['[ERROR] the SASL mechanism A threw when it was closed; error: mine'])
    expect(() => client.fork()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }))
  })

  test('has roles of its own over shared connections; closing it leaves its parent as it is', async () => {
    const { sandbox, make, soon } = await setup()
    const writes: BrokerWriteEvent[] = []
    const client = make({ hooks: [{ onBrokerWrite: event => writes.push(event) }] })
    await soon(client.request(MetadataRequest({ topics: null })))
    for (const p of [0, 1, 2]) sandbox.append('orders', p, [{ value: `p${p}` }])
    const consumer = (partition: number) => ({ partitions: { orders: { [partition]: Offset.atStart() } }, initiator: `scan ${partition}` })
    const forks = [0, 1].map(p => client.fork({ consumer: consumer(p) }))
    const read = await Promise.all(forks.map(fork => soon(fork.pollFetches())))
    expect(read.map(f => f.recordsArray().map(r => text(r.value)))).toEqual([['p0'], ['p1']])
    expect(new Set(writes.filter(w => w.apiKey === 1).map(w => w.initiator))).toEqual(new Set(['scan 0', 'scan 1']))
    expect(writes.filter(w => w.apiKey === 3).every(w => w.requestId > 0)).toBe(true)
    await forks[0].close()
    // Its parent has let go of it: there is a fork for each scan of the explorer.
    const closedAgain = vi.spyOn(forks[0], 'close')
    await expect(soon(client.ping())).resolves.toBeUndefined()
    expect((await soon(forks[1].pollFetches({ wait: false }))).isClientClosed()).toBe(false)
    await client.close()
    expect(closedAgain).not.toHaveBeenCalled()
    expect((await forks[1].pollFetches()).isClientClosed()).toBe(true)
  })

  test('the long poll of one does not hold up another on the same broker', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
    const client = make()
    const tail = client.fork({ consumer: { partitions: { orders: { 0: Offset.atEnd() } }, fetchMaxWaitMs: 60_000 } })
    void tail.pollFetches()
    await clock.advance(100)
    sandbox.createTopic('other')
    sandbox.append('other', 0, [{ value: 'x' }])
    const scan = client.fork({ consumer: { partitions: { other: { 0: Offset.atStart() } } } })
    const polling = scan.pollFetches()
    await clock.advance(100)
    expect((await polling).numRecords()).toBe(1)
  })
})

test('validateOptions names the path of what is wrong, and knows what was meant', async () => {
  const { sandbox } = await setup()
  const check = (options: object) => () => validateOptions({ transport: sandbox.transport, ...options } as ClientOptions)
  expect(check({})).not.toThrow()
  expect(check({ producer: { lingerms: 5 } })).toThrow('producer.lingerms is not an option: did you mean producer.lingerMs?')
  expect(check({ consumer: { isolation: 'commited' } })).toThrow(
    "consumer.isolation must be one of 'read_committed', 'read_uncommitted', not \"commited\"",
  )
  expect(check({ consumer: { partitions: { orders: { 0: 5 } } } })).toThrow('consumer.partitions.orders[0] must be an Offset')
  expect(check({ producer: { acks: 'leader' } })).toThrow("producer.acks must be 'all' unless producer.idempotent is false")
  expect(check({ transport: undefined })).toThrow('transport must be a Transport')
})
