import { describe, expect, test } from 'vitest'
import { crc32c } from '../../bytes/crc32c.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import { at, attributeBits, putInt32 } from '../../records/layout.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'

const sealed = (bytes: Uint8Array) => {
  putInt32(bytes, at.crc, crc32c(bytes, at.attributes) | 0)
  return bytes
}

describe('appending', () => {
  test('a batch gets the next offsets and the leader epoch, and is read back as it was written', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    expect(await produceTo(client, 'orders', batchOf(['a', 'b']))).toMatchObject({
      errorCode: 0,
      baseOffset: 0n,
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
    })
    expect(await produceTo(client, 'orders', batchOf(['c', null]))).toMatchObject({ errorCode: 0, baseOffset: 2n })
    expect(sandbox.values('orders', 0)).toEqual(['a', 'b', 'c', null])
    expect(sandbox.records('orders', 0).map(r => [r.offset, r.leaderEpoch])).toEqual([
      [0n, 0],
      [1n, 0],
      [2n, 0],
      [3n, 0],
    ])
  })

  test('the log keeps its own copy of the bytes', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    const batch = batchOf(['a'])
    await produceTo(client, 'orders', batch)
    batch.fill(0)
    expect(sandbox.values('orders', 0)).toEqual(['a'])
  })

  test.each([3, 8, 9, 12])('version %i names topics', async version => {
    const { client } = await setup({ topics: { orders: 1 } })
    expect(await produceTo(client, 'orders', batchOf(['a']), { version })).toMatchObject({ errorCode: 0, baseOffset: 0n })
  })

  test('version 13 names topics by id, and an unknown id has its own error', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    const { topicId } = await metadataOf(client, 'orders')
    const ask = (id: string) =>
      client.ask(ProduceRequest, 13, {
        acks: 1,
        timeoutMs: 1000,
        topicData: [{ topicId: id, partitionData: [{ index: 0, records: batchOf(['a']) }] }],
      })
    expect((await ask(topicId)).responses[0]).toMatchObject({ topicId, partitionResponses: [{ errorCode: 0 }] })
    expect((await ask('BBBBBBBBBBBBBBBBBBBBBA')).responses[0].partitionResponses[0].errorCode).toBe(errnoOf('UNKNOWN_TOPIC_ID'))
    expect(sandbox.values('orders', 0)).toEqual(['a'])
  })

  test('with acks=0 nothing is answered, and the next request is', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    await client.tell(ProduceRequest, 9, {
      acks: 0,
      timeoutMs: 0,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }],
    })
    expect(await produceTo(client, 'orders', batchOf(['b']))).toMatchObject({ baseOffset: 1n })
    expect(sandbox.values('orders', 0)).toEqual(['a', 'b'])
  })

  test('with acks=0 an error closes the connection', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    await client.tell(ProduceRequest, 9, {
      acks: 0,
      timeoutMs: 0,
      topicData: [{ name: 'nothing', partitionData: [{ index: 0, records: batchOf(['a']) }] }],
    })
    expect(await client.closed()).toBe(true)
  })

  test('a topic with LogAppendTime stamps the time of the broker under a new CRC', async () => {
    const { sandbox, client, clock } = await setup({ topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } } })
    await clock.advance(5000)
    const now = BigInt(clock.now())
    expect(await produceTo(client, 'orders', batchOf(['a'], {}, { timestamp: 1n }))).toMatchObject({ errorCode: 0, logAppendTimeMs: now })
    const [record] = sandbox.records('orders', 0)
    expect(record.timestamp).toBe(now)
    expect(record.attrs.timestampType).toBe('LogAppendTime')
  })
})

describe('what is refused', () => {
  const broken: [string, () => Uint8Array | null, KafkaErrorCode][] = [
    ['no records', () => null, 'INVALID_RECORD'],
    ['an empty record set', () => new Uint8Array(0), 'INVALID_RECORD'],
    ['a flipped bit in a value', () => batchOf(['abc']).with(-2, 0x7f), 'CORRUPT_MESSAGE'],
    ['another magic', () => batchOf(['a']).with(at.magic, 1), 'INVALID_RECORD'],
    ['two batches in one', () => joined(batchOf(['a']), batchOf(['b'])), 'INVALID_RECORD'],
    ['a batch that is cut off', () => batchOf(['abc']).subarray(0, 66), 'INVALID_RECORD'],
    ['a length below a header', () => patched(batchOf(['a']), b => putInt32(b, at.length, 3)), 'CORRUPT_MESSAGE'],
    ['a negative length', () => patched(batchOf(['a']), b => putInt32(b, at.length, -1)), 'CORRUPT_MESSAGE'],
    ['more records than it has', () => sealed(patched(batchOf(['a']), b => putInt32(b, at.recordCount, 5))), 'INVALID_RECORD'],
    ['no records in the batch', () => sealed(patched(batchOf(['a']), b => putInt32(b, at.recordCount, 0))), 'INVALID_RECORD'],
    ['a record longer than its batch', () => sealed(batchOf(['a']).with(at.records, 0x7e)), 'INVALID_RECORD'],
    ['a control batch', () => sealed(patched(batchOf(['a']), b => void (b[at.attributes + 1] |= attributeBits.control))), 'INVALID_RECORD'],
    ['a producer id without a sequence', () => batchOf(['a'], { producerId: 5n, producerEpoch: 0, baseSequence: -1 }), 'INVALID_RECORD'],
    ['a codec that does not exist', () => sealed(patched(batchOf(['a']), b => void (b[at.attributes + 1] |= 7))), 'UNKNOWN_SERVER_ERROR'],
    [
      'a transaction that nobody opened',
      () => batchOf(['a'], { producerId: 5n, producerEpoch: 0, baseSequence: 0, transactional: true }),
      'INVALID_TXN_STATE',
    ],
  ]
  test.each(broken)('%s', async (_, records, code) => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    expect(await produceTo(client, 'orders', records())).toMatchObject({ errorCode: errnoOf(code), baseOffset: -1n })
    expect(sandbox.offsets('orders', 0).end).toBe(0n)
  })

  test('unknown topics and partitions', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    expect((await produceTo(client, 'nothing', batchOf(['a']))).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await produceTo(client, 'orders', batchOf(['a']), { index: 1 })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await produceTo(client, 'orders', batchOf(['a']), { index: -1 })).errorCode).toBe(errnoOf('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  test('acks other than 0, 1 and -1', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    expect((await produceTo(client, 'orders', batchOf(['a']), { acks: 2 })).errorCode).toBe(errnoOf('INVALID_REQUIRED_ACKS'))
  })

  test('a batch above max.message.bytes', async () => {
    const { client } = await setup({ topics: { orders: { configs: { 'max.message.bytes': '100' } } } })
    expect((await produceTo(client, 'orders', batchOf(['x'.repeat(32)]))).errorCode).toBe(0)
    expect((await produceTo(client, 'orders', batchOf(['x'.repeat(33)]))).errorCode).toBe(errnoOf('MESSAGE_TOO_LARGE'))
  })

  test('a record without a key in a compacted topic, naming the record', async () => {
    const { client } = await setup({ topics: { orders: { configs: { 'cleanup.policy': 'compact' } } } })
    const refused = await produceTo(client, 'orders', batchOf(['a', 'b']))
    expect(refused).toMatchObject({ errorCode: errnoOf('INVALID_RECORD'), recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }] })
    expect(refused.errorMessage).toMatch(/2 record errors/)
    expect((await produceTo(client, 'orders', batchOf(['a'], {}, { key: 'k' }))).errorCode).toBe(0)
  })

  test('a timestamp further ahead than message.timestamp.after.max.ms', async () => {
    const { client, clock } = await setup({ topics: { orders: 1 } })
    const ahead = (ms: number) => batchOf(['a'], {}, { timestamp: BigInt(clock.now() + ms) })
    expect((await produceTo(client, 'orders', ahead(3_600_000))).errorCode).toBe(0)
    expect((await produceTo(client, 'orders', ahead(3_600_001))).errorCode).toBe(errnoOf('INVALID_TIMESTAMP'))
  })

  test('zstd before version 7', async () => {
    const { client } = await setup({ topics: { orders: 1 } })
    const zstd = sealed(patched(batchOf(['a']), b => void (b[at.attributes + 1] |= 4)))
    expect((await produceTo(client, 'orders', zstd, { version: 6 })).errorCode).toBe(errnoOf('UNSUPPORTED_COMPRESSION_TYPE'))
  })

  test('a broker that does not lead names the one that does, from version 10 on (KIP-951)', async () => {
    const { sandbox, dial } = await setup({ brokers: 3, topics: { orders: 1 } })
    const old = sandbox.leader('orders', 0)
    const next = sandbox.brokers.find(id => id !== old)!
    sandbox.moveLeader('orders', 0, next)
    const client = await dial(old)
    const { responses, nodeEndpoints } = await client.ask(ProduceRequest, 10, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }],
    })
    expect(responses[0].partitionResponses[0]).toMatchObject({
      errorCode: errnoOf('NOT_LEADER_OR_FOLLOWER'),
      currentLeader: { leaderId: next, leaderEpoch: 1 },
    })
    expect(nodeEndpoints).toEqual([{ nodeId: next, host: `broker-${next}`, port: 9092, rack: null }])
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(errnoOf('NOT_LEADER_OR_FOLLOWER'))
    expect((await produceTo(await dial(next), 'orders', batchOf(['a']))).errorCode).toBe(0)
  })

  test('acks=all with fewer replicas in sync than min.insync.replicas, while acks=1 goes through', async () => {
    const { sandbox, dial } = await setup({ brokers: 3, topics: { orders: { configs: { 'min.insync.replicas': '3' } } } })
    const leader = sandbox.leader('orders', 0)
    await sandbox.broker(sandbox.brokers.find(id => id !== leader)!).stop()
    const client = await dial(leader)
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(errnoOf('NOT_ENOUGH_REPLICAS'))
    expect((await produceTo(client, 'orders', batchOf(['a']), { acks: 1 })).errorCode).toBe(0)
  })
})

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]))
function patched(bytes: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  change(bytes)
  return bytes
}

async function metadataOf(client: TestClient, name: string) {
  return (await client.ask(MetadataRequest, 12, { topics: [{ name }], includeTopicAuthorizedOperations: false })).topics[0]
}
