import { describe, expect, test } from 'vitest'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { memoryTransport } from '../transport/memory.js'
import { sendRequest } from './routing.js'
import { clusterOf, connected, driven, failureOf, sandboxOf } from './testing/setup.js'
import { chooseVersion } from './versions.js'

const asked = { initiator: 'test' }

describe('a broker of long ago', () => {
  test('is asked for all topics with the empty list that Metadata v0 takes for it', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1, topics: { orders: 1, payments: 1 } })
    sandbox.broker(1).limitVersions({ Metadata: [0, 0] })
    const all = await driven(clock, sendRequest(cluster, MetadataRequest({ topics: null }), asked))
    expect(all.topics.map(topic => topic.name).sort()).toEqual(['orders', 'payments'])
  })

  test('is asked for committed offsets without saying so: it has no transactions (KIP-98)', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1, topics: { orders: 1 } })
    sandbox.broker(1).limitVersions({ ListOffsets: [0, 1] })
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1n }] }]
    const listed = await driven(clock, sendRequest(cluster, ListOffsetsRequest({ replicaId: -1, isolationLevel: 1, topics }), asked))
    expect(listed.topics[0].partitions[0]).toMatchObject({ errorCode: 0, offset: 0n })
  })

  test.each([
    ['hangs up', (close: () => void) => close(), 'FIRST_READ_EOF'],
    ['says nothing', () => {}, 'REQUEST_TIMEOUT'],
  ])('that %s when it is asked what it speaks: the error names maxVersions', async (_, behave, code) => {
    const { clock } = await sandboxOf()
    const transport = memoryTransport(stream => {
      void (async () => {
        for await (const _ of stream.incoming) behave(() => stream.close())
      })()
    })
    const cluster = clusterOf(clock, { seedBrokers: ['old:9092'], transport, requestRetries: 0 })
    expect(await failureOf(clock, cluster.loadMetadata([], asked))).toMatchObject({
      code,
      message: expect.stringMatching(/old:9092.*older than Kafka 0\.10.*maxVersions: versionsFromString\('0\.9'\)/),
    })
  })
})

describe('Kafka 4', () => {
  const kafka4 = new Map([
    [0, { min: 0, max: 13 }],
    [1, { min: 4, max: 18 }],
  ])

  test('is not sent Produce before v3, although it offers that (KIP-896)', () => {
    expect(chooseVersion(ProduceRequest, kafka4, {}, { max: 3 })).toBe(3)
    expect(() => chooseVersion(ProduceRequest, kafka4, { maxVersions: new Map([[0, 2]]) }, {}, 'broker 1')).toThrow(
      'Produce cannot be sent: we want version 0 to 2, broker 1 has 3 to 13',
    )
  })

  test('is not meant where Fetch goes back further', () => {
    const kafka3 = new Map([...kafka4, [1, { min: 0, max: 17 }]])
    expect(chooseVersion(ProduceRequest, kafka3, {}, { max: 2 })).toBe(2)
  })
})
