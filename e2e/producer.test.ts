import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Hooks, ProducerOptions } from '@milena/client-core'
import {
  CreatePartitionsRequest,
  DeleteRecordsRequest,
  DescribeProducersRequest,
  IncrementalAlterConfigsRequest,
} from '@milena/client-core/protocol'
import { chaosTransport } from '@milena/client-core/transport/chaos'
import { tcp } from '@milena/client-core/transport/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { kcatConsume } from './kafka/kcat.js'
import { dumpLog } from './kafka/tools.js'
import { useKafka } from './kafka/use.js'
import { clientOf, take, text, wholeTopic } from './testing/reading.js'
import { electUncleanly, inSync, outcome, stream, values } from './testing/writing.js'

/*
 * What happens to topics, leaders and brokers while records are produced, on three real brokers.
 */

const kafka = useKafka({ brokers: 3, settings: { 'producer.id.expiration.check.interval.ms': 200 } })
type Options = Parameters<typeof clientOf>[1]
const client = (options: Options = {}) => clientOf(kafka().bootstrap, options)
const reader = (topic: string, partitions = 1) => client({ consumer: { partitions: wholeTopic(topic, partitions), fetchMaxWaitMs: 200 } })
const everywhere = [[1, 2, 3]]
const produceApi = 0

/** Every partition of a topic holds `0`, `1`, … once each, in order. */
async function expectWhole(from: Client, partitions: number, each: number): Promise<void> {
  const seen = await take(from, partitions * each)
  for (let partition = 0; partition < partitions; partition++) {
    expect(seen.filter(record => record.partition === partition).map(text)).toEqual(values(0, each))
  }
}

const mark = 'the last one'
/** What a topic of one partition holds before the mark, read while it is written. */
async function readToMark(from: Client): Promise<(string | null)[]> {
  const seen: (string | null)[] = []
  while (seen.at(-1) !== mark) seen.push(...(await take(from, 1)).map(text))
  return seen.slice(0, -1)
}

const losses: string[] = []
const noLoss = (topic: string, partition: number) => void losses.push(`${topic} ${partition}`)
afterEach(() => expect(losses).toEqual([]))

describe('leaders', () => {
  test('that are moved by election and by reassignment, again and again, lose nothing and double nothing', async () => {
    const topic = 'moved'
    const whole = 'moved-whole'
    await kafka().createTopic(topic, { replicas: everywhere })
    // Its one replica moves, and the leader with it.
    await kafka().createTopic(whole, { replicas: [[1]], configs: { 'min.insync.replicas': '1' } })
    const writer = client({ producer: { lingerMs: 1, onDataLoss: noLoss } })
    const loads = [topic, whole].map(name => ({ name, load: stream(writer, name, 1), reading: readToMark(reader(name)) }))
    for (const to of [2, 3, 1, 3, 2]) {
      const before = loads.map(({ load }) => load.written)
      await kafka().moveLeader(topic, 0, to)
      await kafka().moveLeader(whole, 0, to)
      await until('there was load meanwhile', async () => loads.every(({ load }, i) => load.written > before[i] + 20))
    }
    for (const { name, load, reading } of loads) {
      const { each, failures } = await load.end()
      await writer.send({ topic: name, value: mark })
      expect(failures).toEqual([])
      expect(await reading).toEqual(values(0, each))
    }
  })

  test('whose connections break between a write and its answer, again and again, have every record once, in order', async () => {
    const topic = 'broken'
    await kafka().createTopic(topic, { partitions: 4, replicationFactor: 3 })
    const transport = chaosTransport(tcp(), { seed: 5, lifetimeMs: [20, 300], delayMs: [0, 4], chunkBytes: [1, 5_000], halfClose: 0.3 })
    const load = stream(
      clientOf(kafka().bootstrap, { transport, producer: { lingerMs: 1, onDataLoss: noLoss }, retryBackoff: () => 20 }),
      topic,
      4,
    )
    await until('40 connections died', async () => transport.deaths >= 40)
    const { each, failures } = await load.end()
    expect(failures).toEqual([])
    await expectWhole(reader(topic, 4), 4, each)
    expect(await kafka().endOffset(topic, 0)).toBe(BigInt(each))
  })
})

describe('acks', () => {
  test.each([
    ['all', ['@0', '@1', '@2'], '@3'],
    ['leader', ['@0', '@1', '@2'], '@3'],
    ['none', ['@0', '@1', '@2'], '@0'],
  ] as const)(
    '%s: a record has the offset that the broker tells, or its place in the batch where nobody tells',
    async (acks, first, then) => {
      const topic = `acks-${acks}`
      await kafka().createTopic(topic, { replicas: everywhere })
      const writer = client({ producer: { acks, idempotent: acks === 'all', lingerMs: 500 } })
      const put = (value: string) => outcome(writer.send({ topic, partition: 0, value }))
      const batch = Promise.all(['a', 'b', 'c'].map(put))
      await writer.flush()
      expect(await batch).toEqual(first)
      expect(await put('d')).toBe(then)
      expect((await take(reader(topic), 4)).map(text)).toEqual(['a', 'b', 'c', 'd'])
    },
  )

  test('none: a broker that is restarted costs what was on its way at most; what is written later comes, in order', async () => {
    const topic = 'restarted'
    await kafka().createTopic(topic, { replicas: [[2, 3, 1]] })
    const writer = client({ producer: { acks: 'none', idempotent: false, lingerMs: 0 } })
    const from = reader(topic)
    for (const value of values(0, 20)) await writer.send({ topic, partition: 0, value })
    expect((await take(from, 20)).map(text)).toEqual(values(0, 20))
    let [next, ended] = [20, false]
    const seen: number[] = []
    const writing = (async () => {
      for (; !ended; next++) {
        await writer.send({ topic, partition: 0, value: `${next}` })
        await sleep(2)
      }
    })()
    await kafka().broker(2).stop()
    await kafka().restart(2)
    const later = next
    await until('what is written now is read', async () => {
      seen.push(...(await take(from, 1)).map(record => Number(text(record))))
      return (seen.at(-1) ?? 0) > later
    })
    ended = true
    await writing
    while (seen.at(-1) !== next - 1) seen.push(...(await take(from, 1)).map(record => Number(text(record))))
    expect(seen.every((value, i) => i === 0 || value > seen[i - 1])).toBe(true)
    // From the first that came after the restart on, nothing is missing.
    expect(seen.filter(value => value > later)).toEqual(Array.from({ length: next - later - 1 }, (_, i) => later + 1 + i))
  })
})

describe('a write that a frozen replica holds up', () => {
  const topic = 'held-up'
  const put = (writer: Client, value: string, signal?: AbortSignal) => outcome(writer.send({ topic, partition: 0, value }, { signal }))
  let writes = 0
  const onBrokerWrite: Hooks['onBrokerWrite'] = ({ apiKey }) => void (apiKey === produceApi && writes++)
  const counting = (producer: ProducerOptions = {}) => client({ producer, hooks: [{ onBrokerWrite }], retryBackoff: () => 50 })

  test('is not called failed by a time-out of the broker, a limit, a signal or an abort: it is written, once', async () => {
    await kafka().createTopic(topic, { replicas: everywhere })
    const impatient = counting({ requestTimeoutMs: 200, recordRetries: 1 })
    const [cancelled, aborting] = [counting(), counting()]
    for (const [i, writer] of [impatient, cancelled, aborting].entries()) expect(await put(writer, 'warm')).toBe(`@${i}`)
    const frozen = kafka().broker(3).pid
    if (frozen === undefined) throw new Error('broker 3 does not run')
    process.kill(frozen, 'SIGSTOP')
    try {
      const [before, abort] = [writes, new AbortController()]
      const sent = [put(impatient, 'impatient'), put(cancelled, 'cancelled', abort.signal), put(aborting, 'aborted')]
      const over = Promise.all(sent).then(() => true)
      const again = async () => writes > before + 4 || Promise.race([over, sleep(1, false)])
      await until('all are on their way, and one comes again and again, unless the replica is done without already', again)
      abort.abort()
      await aborting.abortBufferedRecords()
      expect((await Promise.all(sent)).toSorted()).toEqual(['@3', '@4', '@5'])
    } finally {
      process.kill(frozen, 'SIGCONT')
    }
    await inSync(kafka(), topic, [1, 2, 3])
    expect(await put(aborting, 'after')).toBe('@6')
    expect((await take(reader(topic), 7)).map(text).sort()).toEqual([
      'aborted',
      'after',
      'cancelled',
      'impatient',
      ...Array(3).fill('warm'),
    ])
  })
})

describe('while a broker is dead', () => {
  /** One that lacks a replica to be written, and one without a leader. */
  const all = { topic: 'all-three', partition: 0 }
  const alone = { topic: 'there-alone', partition: 0 }

  beforeAll(async () => {
    await kafka().createTopic(all.topic, { replicas: everywhere, configs: { 'min.insync.replicas': '3' } })
    await kafka().createTopic(alone.topic, { replicas: [[3]], configs: { 'min.insync.replicas': '1' } })
    await kafka().broker(3).kill()
    await inSync(kafka(), all.topic, [1, 2])
  })
  afterAll(() => kafka().restart(3))

  test('a record that waits for a replica is given up after deliveryTimeoutMs, and the error tells why it was not written', async () => {
    const writer = client({ producer: { deliveryTimeoutMs: 2_500 } })
    await expect(writer.send({ ...all, value: 'late' })).rejects.toMatchObject({
      code: 'RECORD_TIMEOUT',
      message: expect.stringMatching(/deliveryTimeoutMs 2500 \(last error: .*all-three partition 0/),
      cause: { code: 'NOT_ENOUGH_REPLICAS' },
    })
  })

  test('so is one that waits for a leader', async () => {
    const writer = client({ producer: { deliveryTimeoutMs: 2_500 } })
    await expect(writer.send({ ...alone, value: 'late' })).rejects.toMatchObject({
      code: 'RECORD_TIMEOUT',
      message: expect.stringMatching(/there-alone partition 0.*deliveryTimeoutMs 2500 \(last error: LEADER_NOT_AVAILABLE: /),
    })
  })

  test.each([
    ['abortBufferedRecords', 'ABORTING'],
    ['close', 'CLIENT_CLOSED'],
  ] as const)('%s gives up what waits, at once', async (how, code) => {
    const writer = client()
    const given = Promise.all([all, alone].map(to => outcome(writer.send({ ...to, value: how }))))
    await expect(writer.flush({ signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: 'ABORTED' })
    await writer[how]()
    expect(await given).toEqual([code, code])
    expect([writer.bufferedProduceRecords, writer.bufferedProduceBytes]).toEqual([0, 0])
  })

  test('without a limit records wait, and are written once the broker is back; nothing that was given up is', async () => {
    const writer = client()
    const sent = Promise.all([all, alone].flatMap(to => values(0, 5).map(value => outcome(writer.send({ ...to, value })))))
    await expect(writer.flush({ signal: AbortSignal.timeout(500) })).rejects.toMatchObject({ code: 'ABORTED' })
    expect([writer.bufferedProduceRecords, writer.bufferedProduceBytes]).toEqual([10, 10])
    await kafka().restart(3)
    await writer.flush()
    const offsets = values(0, 5).map(offset => `@${offset}`)
    expect(await sent).toEqual([...offsets, ...offsets])
    for (const { topic } of [all, alone]) expect((await take(reader(topic), 5)).map(text)).toEqual(values(0, 5))
  })
})

describe('what the broker forgets', () => {
  const deleteBefore = async (topic: string, offset: bigint) => {
    const deleted = { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 10_000 }
    const { topics } = await client().request(DeleteRecordsRequest(deleted))
    expect(topics[0].partitions).toMatchObject([{ errorCode: 0, lowWatermark: offset }])
  }
  const setExpiry = async (writer: Client, ms: string | null) => {
    const configs = [{ name: 'producer.id.expiration.ms', configOperation: ms === null ? 1 : 0, value: ms }]
    const resources = [{ resourceType: 4, resourceName: '', configs }]
    const { responses } = await writer.request(IncrementalAlterConfigsRequest({ resources, validateOnly: false }))
    expect(responses).toMatchObject([{ errorCode: 0 }])
  }

  test('of a producer that was idle for long is nothing that its user sees', async () => {
    const topic = 'idle'
    await kafka().createTopic(topic, { replicas: everywhere })
    const writer = client({ producer: { onDataLoss: noLoss } })
    const put = (value: string) => writer.send({ topic, partition: 0, value })
    await put('a')
    await put('b')
    await setExpiry(writer, '500')
    try {
      await until('the producer expired', async () => {
        const { topics } = await writer.request(DescribeProducersRequest({ topics: [{ name: topic, partitionIndexes: [0] }] }))
        const [{ errorCode, activeProducers }] = topics[0].partitions
        return errorCode === 0 && activeProducers.length === 0
      })
      expect((await put('c')).offset).toBe(2n)
    } finally {
      await setExpiry(writer, null)
    }
    await deleteBefore(topic, 3n)
    expect((await put('d')).offset).toBe(3n)
    expect((await take(reader(topic), 1)).map(text)).toEqual(['d'])
  })

  test('of records, in an unclean election, ends a producer with stopOnDataLoss; what retention took since is no loss', async () => {
    const topic = 'lost'
    await kafka().createTopic(topic, { replicas: [[1, 2]], configs: { 'min.insync.replicas': '1' } })
    const [strict, lax] = [client({ producer: { stopOnDataLoss: true } }), client({ producer: { onDataLoss: noLoss } })]
    const put = (writer: Client, value: string, to = topic) => outcome(writer.send({ topic: to, partition: 0, value }))
    expect([await put(strict, 'kept'), await put(lax, 'kept')]).toEqual(['@0', '@1'])
    await inSync(kafka(), topic, [1, 2])
    await kafka().broker(2).kill()
    await inSync(kafka(), topic, [1])
    expect([await put(strict, 'lost'), await put(lax, 'lost')]).toEqual(['@2', '@3'])
    await kafka().broker(1).kill()
    await kafka().restart(2)
    await electUncleanly(kafka(), client(), topic, 2)
    await expect(strict.send({ topic, partition: 0, value: 'behind' })).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringContaining('lost partition 0'),
      cause: { code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
    })
    expect(await put(strict, 'elsewhere', 'moved')).toBe('DATA_LOSS')
    const filler = client()
    for (const value of values(2, 10)) expect(await put(filler, value)).toBe(`@${value}`)
    await deleteBefore(topic, 8n)
    const { id, epoch } = await lax.producerId()
    expect(await put(lax, 'next')).toBe('@12')
    expect(await lax.producerId()).toEqual({ id, epoch: epoch + 1 })
    await kafka().restart(1)
    expect((await take(reader(topic), 5)).map(text)).toEqual([...values(8, 4), 'next'])
  })
})

describe('a topic', () => {
  test('that takes no record so large says so, by its name; one beyond our own limit is refused at once; the rest is delivered', async () => {
    const topic = 'small'
    await kafka().createTopic(topic, { replicas: [...everywhere, ...everywhere], configs: { 'max.message.bytes': '2000' } })
    const writer = client({ producer: { compression: 'none', batchMaxBytes: 10_000, lingerMs: 50 } })
    const put = (partition: number, bytes: number) => writer.send({ topic, partition, value: 'x'.repeat(bytes) })
    const [large, beside] = [put(0, 5_000), put(1, 100)]
    await expect(put(1, 20_000)).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringContaining('batchMaxBytes is 10000'),
    })
    await expect(large).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringMatching(/small partition 0.*max.message.bytes/),
    })
    expect(await outcome(beside)).toBe('@0')
    expect(await outcome(put(0, 100))).toBe('@0')
    expect(await outcome(put(1, 100))).toBe('@1')
  })

  test('with LogAppendTime gives its records the time of the broker', async () => {
    const topic = 'append-time'
    await kafka().createTopic(topic, { replicas: everywhere, configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const writer = client()
    const began = BigInt(Date.now())
    const given = began - 86_400_000n
    const sent = await Promise.all(values(0, 3).map(value => writer.send({ topic, partition: 0, value, timestamp: given })))
    const read = await take(reader(topic), 3)
    for (const [i, { timestamp, attrs }] of sent.entries()) {
      expect(timestamp).toBeGreaterThanOrEqual(began)
      expect(timestamp).toBe(read[i].timestamp)
      expect([attrs.timestampType, read[i].attrs.timestampType]).toEqual(['LogAppendTime', 'LogAppendTime'])
    }
    expect((await kcatConsume(kafka().bootstrap, topic)).map(({ timestamp }) => timestamp)).toEqual(sent.map(({ timestamp }) => timestamp))
  })

  test.each(['gzip', 'uncompressed', 'producer'])('with compression.type %s takes what we compress otherwise', async type => {
    const topic = `recompressed-${type}`
    const configs = { 'compression.type': type, 'message.timestamp.type': 'LogAppendTime' }
    await kafka().createTopic(topic, { replicas: everywhere, configs })
    const writer = client({ producer: { compression: 'lz4', lingerMs: 100 } })
    const long = values(0, 50).map(value => `${value} ${'again and '.repeat(50)}`)
    const sent = await Promise.all(long.map(value => writer.send({ topic, partition: 0, value })))
    expect(sent.map(({ offset }) => offset)).toEqual(long.map((_, i) => BigInt(i)))
    const read = await take(reader(topic), long.length)
    expect(read.map(text)).toEqual(long)
    expect(read.map(({ timestamp }) => timestamp)).toEqual(sent.map(({ timestamp }) => timestamp))
    const stored = { gzip: 'gzip', uncompressed: 'none', producer: 'lz4' }[type]
    const batches = await dumpLog(kafka().broker(1), topic)
    expect(new Set(batches.map(batch => batch.get('compresscodec')))).toEqual(new Set([stored]))
  })

  test('that is made anew is refused with UNKNOWN_TOPIC_ID until it is purged, and then taken', async () => {
    const topic = 'anew'
    await kafka().createTopic(topic, { replicas: everywhere })
    const writer = client({ metadataMinAgeMs: 100, retryBackoff: () => 100 })
    const put = (value: string) => outcome(writer.send({ topic, partition: 0, value }))
    expect([await put('old'), await put('old')]).toEqual(['@0', '@1'])
    await kafka().deleteTopic(topic)
    await until('it is gone', async () => (await kafka().partitions(topic)).length === 0)
    await kafka().createTopic(topic, { replicas: everywhere })
    expect(await put('refused')).toBe('UNKNOWN_TOPIC_ID')
    expect(await put('refused')).toBe('UNKNOWN_TOPIC_ID')
    writer.purgeTopicsFromProducing(topic)
    expect([await put('new'), await put('new')]).toEqual(['@0', '@1'])
    expect((await take(reader(topic), 2)).map(text)).toEqual(['new', 'new'])
  })

  test('that grows while it is produced to gets records in its new partitions', async () => {
    const topic = 'growing'
    await kafka().createTopic(topic, { replicas: everywhere })
    const writer = client({ metadataMinAgeMs: 100, metadataMaxAgeMs: 300 })
    const sent = new Set<number>()
    const put = async () => {
      const to = await Promise.all(values(0, 10).map(key => writer.send({ topic, key, value: 'v' })))
      for (const { partition } of to) sent.add(partition)
    }
    await put()
    const more = { topics: [{ name: topic, count: 3, assignments: null }], timeoutMs: 10_000, validateOnly: false }
    await writer.request(CreatePartitionsRequest(more))
    await until('all partitions are written to', async () => {
      await put()
      return sent.size === 3
    })
  })

  test('that is not there is made where that was asked for, and otherwise unknown after unknownTopicRetries', async () => {
    const making = client({ allowAutoTopicCreation: true, metadataMinAgeMs: 100 })
    const made = await Promise.all(values(0, 10).map(value => making.send({ topic: 'made', value })))
    expect(made.map(({ offset }) => offset)).toEqual(made.map((_, i) => BigInt(i)))
    const strict = client({ metadataMinAgeMs: 100, producer: { unknownTopicRetries: 2 }, retryBackoff: () => 50 })
    await expect(strict.send({ topic: 'not-made', value: 'v' })).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      message: expect.stringMatching(/not-made is not there \(asked 3 times\).*allowAutoTopicCreation/),
    })
    expect(await kafka().partitions('not-made')).toEqual([])
  })
})

describe('a record that is cancelled', () => {
  test('on its way to the broker is not called failed before the answer, which counts', async () => {
    const topic = 'cancelled-late'
    await kafka().createTopic(topic, { replicas: everywhere })
    const abort = new AbortController()
    const onBrokerWrite: Hooks['onBrokerWrite'] = ({ apiKey }) => void (apiKey === produceApi && abort.abort())
    const writer = client({ hooks: [{ onBrokerWrite }] })
    const sent = writer.send({ topic, partition: 0, value: 'v' }, { signal: abort.signal })
    expect(await outcome(sent)).toBe('@0')
    expect(abort.signal.aborted).toBe(true)
    expect(await outcome(writer.send({ topic, partition: 0, value: 'next' }))).toBe('@1')
  })

  test('while it waits fails at once, with what waits behind it; other partitions go on', async () => {
    const topic = 'cancelled-early'
    await kafka().createTopic(topic, { replicas: [...everywhere, ...everywhere] })
    const writer = client({ producer: { lingerMs: 60_000 } })
    await writer.produceSync([0, 1].map(partition => ({ topic, partition, value: 'warm' })))
    const abort = new AbortController()
    const put = (partition: number, value: string, signal?: AbortSignal) => outcome(writer.send({ topic, partition, value }, { signal }))
    const all = [put(0, 'cancelled', abort.signal), put(0, 'behind'), put(1, 'beside')]
    abort.abort()
    expect(await Promise.all(all.slice(0, 2))).toEqual(['ABORTED', 'ABORTED'])
    await writer.flush()
    expect(await all[2]).toBe('@1')
    await writer.produceSync([{ topic, partition: 0, value: 'next' }])
    expect((await take(reader(topic, 2), 4)).filter(record => record.partition === 0).map(text)).toEqual(['warm', 'next'])
  })
})
