import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { createSandbox, type Intercepted } from '../sandbox/index.js'
import { Client } from './client.js'
import type { ClientOptions } from './options.js'

async function make(options: Partial<ClientOptions> = {}) {
  const sandbox = await createSandbox({ brokers: 1, topics: { orders: 1 } })
  const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, ...options })
  onTestFinished(async () => {
    await client.close()
    await sandbox.close()
  })
  return { sandbox, client }
}

describe('options of a client', () => {
  test('are told by their path, defaults included, each with its type', async () => {
    const { client } = await make({ clientId: 'me', producer: { lingerMs: 3 } })
    const lingerMs = client.option('producer.lingerMs')
    expectTypeOf(lingerMs).toEqualTypeOf<number>()
    expectTypeOf(client.option('producer.acks')).toEqualTypeOf<'all' | 'leader' | 'none'>()
    expect([
      lingerMs,
      client.option('producer.maxBufferedRecords'),
      client.option('clientId'),
      client.option('consumer.isolation'),
    ]).toEqual([3, 50_000, 'me', 'read_uncommitted'])
    expect(client.option('producer')).toBe(client.options.producer)
  })

  test.each(['producer.lingerms', 'nothing', 'producer.lingerMs.x', 'toString', '', 'consumer.'])('"%s" is not an option', async path => {
    const { client } = await make()
    expect(() => client.option(path as 'clientId')).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: `${path} is not an option` }),
    )
  })
})

describe('updateFetchMaxBytes', () => {
  const limits = ({ request }: Intercepted) => {
    const { maxBytes, topics } = request as { maxBytes: number; topics: { partitions: { partitionMaxBytes: number }[] }[] }
    return [maxBytes, ...topics.flatMap(t => t.partitions.map(p => p.partitionMaxBytes))]
  }

  test('counts from the next fetch on, for partitions of a running fetch session, too', async () => {
    const { sandbox, client } = await make({ consumer: { topics: ['orders'] } })
    const asked: number[][] = []
    sandbox.intercept('Fetch', request => {
      asked.push(limits(request))
      return undefined
    })
    sandbox.append('orders', 0, [{ value: 'a' }])
    expect((await client.pollFetches()).numRecords()).toBe(1)
    client.updateFetchMaxBytes(2_000_000, 1_000_000)
    expect([client.option('consumer.fetchMaxBytes'), client.option('consumer.fetchMaxPartitionBytes')]).toEqual([2_000_000, 1_000_000])
    sandbox.append('orders', 0, [{ value: 'b' }])
    expect((await client.pollFetches()).numRecords()).toBe(1)
    sandbox.append('orders', 0, [{ value: 'c' }])
    expect((await client.pollFetches()).numRecords()).toBe(1)
    expect(asked[0]).toEqual([52_428_800, 1_048_576])
    expect(asked).toContainEqual([2_000_000, 1_000_000])
  })

  test('before anything is consumed it holds for all that will be', async () => {
    const { sandbox, client } = await make()
    client.updateFetchMaxBytes(5_000, 4_000)
    const asked: number[][] = []
    sandbox.intercept('Fetch', request => {
      asked.push(limits(request))
      return undefined
    })
    sandbox.append('orders', 0, [{ value: 'a' }])
    client.addConsumeTopics('orders')
    await client.pollFetches()
    expect(asked[0]).toEqual([5_000, 4_000])
  })

  test.each([
    [0, 1, 'consumer.fetchMaxBytes'],
    [1, -1, 'consumer.fetchMaxPartitionBytes'],
    [1.5, 1, 'consumer.fetchMaxBytes'],
  ])('(%d, %d) is refused, naming %s, and changes nothing', async (maxBytes, maxPartitionBytes, path) => {
    const { client } = await make()
    expect(() => client.updateFetchMaxBytes(maxBytes, maxPartitionBytes)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(path) }),
    )
    expect(client.option('consumer.fetchMaxBytes')).toBe(52_428_800)
  })
})
