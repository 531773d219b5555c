import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../client/options.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import { encode } from '../protocol/codec.js'
import { answer } from '../sandbox/index.js'
import { memoryTransport } from '../transport/memory.js'
import { connected, driven } from './testing/setup.js'

const asked = { initiator: 'test' }
const exact = [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]

describe('numbers on the wire', () => {
  test.each(exact)('item 20: an int64 passes through no double: %d comes and goes exactly', async number => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    await driven(clock, cluster.loadMetadata([], asked))
    sandbox.intercept(InitProducerIdRequest, answer({ throttleTimeMs: 0, errorCode: 0, producerId: number, producerEpoch: 0 }))
    const identity = { transactionalId: null, transactionTimeoutMs: 0 }
    expect((await driven(clock, cluster.call('any', InitProducerIdRequest, identity, asked))).producerId).toBe(number)
    let timestamp: bigint | undefined
    sandbox.intercept(ListOffsetsRequest, ({ request }) => {
      ;({ timestamp } = request.topics[0].partitions[0])
      const partition = { partitionIndex: 0, errorCode: 0, timestamp: number, offset: number, leaderEpoch: 0 }
      return answer({ throttleTimeMs: 0, topics: [{ name: 'orders', partitions: [partition] }] })
    })
    const body = {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: number }] }],
    }
    const { topics } = await driven(clock, cluster.call({ broker: 1 }, ListOffsetsRequest, body, asked))
    expect([timestamp, topics[0].partitions[0].offset]).toEqual([number, number])
  })

  test.each(['dialTimeoutMs', 'requestTimeoutOverheadMs', 'connIdleTimeoutMs', 'metadataMaxAgeMs', 'retryTimeoutMs'] as const)(
    '%s does not overflow an int32: what has no room in one is refused by its name',
    name => {
      const options = (ms: number) => resolveOptions({ transport: memoryTransport(() => {}), [name]: ms })
      expect(options(2 ** 31 - 1)[name]).toBe(2 ** 31 - 1)
      expect(() => options(2 ** 31)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(name) }))
    },
  )

  test('item 17: a flexible Produce has its tag byte behind a partition without records too (null batch)', () => {
    const body = (records: Uint8Array | null) => ({
      transactionalId: null,
      acks: 1,
      timeoutMs: 1,
      topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
    })
    const tail = (records: Uint8Array | null) => [...encode(ProduceRequest, body(records), 9)].slice(11)
    // The partition's index, its records (null: length 0), and the tags of partition, topic and request.
    expect(tail(null)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(tail(Uint8Array.of(7))).toEqual([0, 0, 0, 0, 2, 7, 0, 0, 0])
    expect([...encode(ProduceRequest, body(null), 8)].slice(-8)).toEqual([0, 0, 0, 0, 255, 255, 255, 255])
  })
})
