import { type Client, DataLossError, type Hooks, Offset, preferLagAt } from '@milena/client-core'
import { CreatePartitionsRequest, DeleteRecordsRequest, OffsetCommitRequest } from '@milena/client-core/protocol'
import { describe, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { kcatConsume } from './kafka/kcat.js'
import { useKafka } from './kafka/use.js'
import { clientOf, polled, take, text, untilError, wholeTopic } from './testing/reading.js'
import { electUncleanly, inSync as replicasInSync, values } from './testing/writing.js'

/*
 * What happens to logs, topics and leaders while a reader is at them, on three real brokers.
 */

const kafka = useKafka({ brokers: 3 })
const client = (options: Parameters<typeof clientOf>[1] = {}) => clientOf(kafka().bootstrap, options)
const reader = (topic: string, options: Parameters<typeof clientOf>[1] = {}) =>
  client({ ...options, consumer: { partitions: wholeTopic(topic), fetchMaxWaitMs: 200, ...options.consumer } })
const inSync = (topic: string, ids: readonly number[]) => replicasInSync(kafka(), topic, ids)

async function write(topic: string, records: readonly string[], writer?: Client): Promise<void> {
  const results = await (writer ?? client()).produceSync(records.map(value => ({ topic, partition: 0, value })))
  expect(results.firstError()).toBe(undefined)
}

const fetchApi = 1
/** Which broker answered the last Fetch. */
function watchFetches(): { hooks: Hooks; answeredBy(): number } {
  let last = -1
  const onBrokerRead: Hooks['onBrokerRead'] = ({ apiKey, broker }) => {
    if (apiKey === fetchApi) last = broker.nodeId
  }
  return { hooks: { onBrokerRead }, answeredBy: () => last }
}

describe('a reader', () => {
  test('of a rack reads from the replica there, and from the leader when that dies: nothing twice, nothing left out (KIP-392)', async () => {
    const topic = 'near'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    const { hooks, answeredBy } = watchFetches()
    const near = reader(topic, { rack: 'rack-3', hooks: [hooks] })
    const writer = client()
    await write(topic, values(0, 50), writer)
    expect((await take(near, 50)).map(text)).toEqual(values(0, 50))
    await write(topic, values(50, 50), writer)
    expect((await take(near, 50)).map(text)).toEqual(values(50, 50))
    expect(answeredBy()).toBe(3)
    await kafka().broker(3).kill()
    try {
      await write(topic, values(100, 50), writer)
      expect((await take(near, 50)).map(text)).toEqual(values(100, 50))
      expect(answeredBy()).toBe(1)
    } finally {
      await kafka().restart(3)
    }
    await inSync(topic, [1, 2, 3])
    await write(topic, values(150, 50), writer)
    expect((await take(near, 50)).map(text)).toEqual(values(150, 50))
  })

  test('of a rack where no replica is stays with the leader', async () => {
    const topic = 'far'
    await kafka().createTopic(topic, { replicas: [[2, 1]] })
    const { hooks, answeredBy } = watchFetches()
    const far = reader(topic, { rack: 'rack-elsewhere', hooks: [hooks] })
    await write(topic, values(0, 20))
    expect((await take(far, 20)).map(text)).toEqual(values(0, 20))
    expect(answeredBy()).toBe(2)
  })

  test('of a compacted log meets each offset at most once, in order, and knows where it ends', async () => {
    const topic = 'compacted'
    const configs = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '100',
      'delete.retention.ms': '100000',
    }
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]], configs })
    const writer = client()
    const put = (key: string, value: string | null) => writer.send({ topic, partition: 0, key, value })
    for (let i = 0; i < 40; i++) await put(`k${i % 4}`, `${i}`)
    await put('k3', null)
    const left = async () => (await kcatConsume(kafka().bootstrap, topic)).map(({ offset }) => offset)
    await new Promise(resolve => setTimeout(resolve, 200))
    await put('rolls', 'the segment')
    await until('the log is compacted', async () => (await left()).length === 5)
    const expected = await left()
    const from = reader(topic)
    const seen = await take(from, expected.length)
    expect(seen.map(({ offset }) => offset)).toEqual(expected)
    expect(seen.map(record => [new TextDecoder().decode(record.key!), text(record)])).toEqual([
      ['k0', '36'],
      ['k1', '37'],
      ['k2', '38'],
      ['k3', null],
      ['rolls', 'the segment'],
    ])
    // From within a hole the next record that is left comes.
    const hole = client({ consumer: { partitions: { [topic]: { 0: Offset.at(5n) } }, fetchMaxWaitMs: 200 } })
    expect((await take(hole, 5)).map(({ offset }) => offset)).toEqual(expected)
  })

  test('whose records are deleted before it read them goes on at what is left; without a reset it is told, once', async () => {
    const topic = 'deleted'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    const writer = client()
    await write(topic, values(0, 30), writer)
    const lax = client({ consumer: { partitions: { [topic]: { 0: Offset.at(5n) } }, fetchMaxWaitMs: 200 } })
    const strict = client({
      consumer: { partitions: { [topic]: { 0: Offset.at(5n) } }, resetOffset: Offset.noReset(), fetchMaxWaitMs: 200 },
    })
    // They begin to fetch when they are made.
    for (const each of [lax, strict]) each.pauseFetchTopics(topic)
    const deleted = { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 20n }] }], timeoutMs: 10_000 }
    await writer.request(DeleteRecordsRequest(deleted))
    for (const each of [lax, strict]) each.resumeFetchTopics(topic)
    expect((await take(lax, 10)).map(text)).toEqual(values(20, 10))
    const { error, records } = await untilError(strict)
    expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect(records).toEqual([])
    expect(await polled(strict, 700)).toBe(undefined)
    strict.setOffsets({ [topic]: { 0: Offset.at(25n) } })
    expect((await take(strict, 5)).map(text)).toEqual(values(25, 5))
  })

  test('whose records fall to retention while it is away goes on at what is left', async () => {
    const topic = 'retained'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]], configs: { 'segment.ms': '100', 'retention.ms': '300' } })
    const writer = client()
    const slow = reader(topic)
    await write(topic, values(0, 10), writer)
    expect(await take(slow, 10)).toHaveLength(10)
    slow.pauseFetchTopics(topic)
    expect(await polled(slow, 300)).toBe(undefined)
    await write(topic, values(10, 10), writer)
    await until('retention took all', async () => {
      await write(topic, ['another'], writer)
      return (await kcatConsume(kafka().bootstrap, topic)).every(({ offset }) => offset >= 20n)
    })
    slow.resumeFetchTopics(topic)
    const reading = take(slow, 1)
    let isOver = false
    void reading.finally(() => {
      isOver = true
    })
    while (!isOver) await write(topic, ['another'], writer)
    const [first] = await reading
    expect(first.offset).toBeGreaterThanOrEqual(20n)
    expect(text(first)).toBe('another')
  })

  test('of a topic that is made anew under its name reads nothing of the new one until it is purged and added again', async () => {
    const topic = 'anew'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    const old = reader(topic, { metadataMinAgeMs: 100, retryBackoff: () => 200 })
    await write(topic, values(0, 10))
    expect(await take(old, 10)).toHaveLength(10)
    await kafka().deleteTopic(topic)
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    await write(topic, values(100, 20))
    const { error, records } = await untilError(old)
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_ID' })
    expect(records).toEqual([])
    old.purgeTopicsFromConsuming(topic)
    old.addConsumePartitions({ [topic]: { 0: Offset.atStart() } })
    expect((await take(old, 20)).map(text)).toEqual(values(100, 20))
  })

  test('begins at the start, the end, relative to them, at a time, and within the log whatever is asked', async () => {
    const topic = 'begun'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    const writer = client()
    const began = BigInt(Date.now() - 60_000)
    for (let i = 0; i < 10; i++) await writer.send({ topic, partition: 0, value: `${i}`, timestamp: began + BigInt(i * 1_000) })
    const from = (offset: Offset) => client({ consumer: { partitions: { [topic]: { 0: offset } }, fetchMaxWaitMs: 200 } })
    const first = async (offset: Offset) => text((await take(from(offset), 1))[0])
    expect(await first(Offset.atStart())).toBe('0')
    expect(await first(Offset.atStart().relative(3n))).toBe('3')
    expect(await first(Offset.atEnd().relative(-2n))).toBe('8')
    expect(await first(Offset.atEnd().relative(-100n))).toBe('0')
    expect(await first(Offset.afterMilli(began + 4_500n))).toBe('5')
    expect(await first(Offset.afterMilli(began + 4_000n))).toBe('4')
    expect(await first(Offset.at(7n))).toBe('7')
    // Out of range: where `resetOffset` says, which is the start.
    expect(await first(Offset.at(99n))).toBe('0')
    for (const end of [Offset.atEnd(), Offset.atEnd().relative(5n), Offset.afterMilli(began + 3_600_000n)]) {
      const atEnd = from(end)
      expect(await polled(atEnd, 1_000)).toBe(undefined)
      const next = await writer.send({ topic, partition: 0, value: 'next' })
      expect((await take(atEnd, 1)).map(({ offset }) => offset)).toEqual([next.offset])
    }
  })

  test('of regular expressions finds topics that come, lets go of those that are deleted, and never reads internal ones', async () => {
    const group = { groupId: 'makes-the-internal-topic', topics: [] }
    const coordinated = client()
    await coordinated.request(OffsetCommitRequest(group))
    await kafka().createTopic('found-1', { replicas: [[1, 2, 3]] })
    const options = { metadataMinAgeMs: 100, metadataMaxAgeMs: 500, considerMissingTopicDeletedAfterMs: 1_000 }
    const all = client({
      ...options,
      consumer: { topics: ['^found-', '^__'], regex: true, fetchMaxWaitMs: 200, resetOffset: Offset.atStart() },
    })
    await write('found-1', values(0, 5))
    expect((await take(all, 5)).map(({ topic }) => topic)).toEqual(Array(5).fill('found-1'))
    await kafka().createTopic('found-2', { replicas: [[1, 2, 3]] })
    await write('found-2', values(0, 5))
    expect((await take(all, 5)).map(({ topic }) => topic)).toEqual(Array(5).fill('found-2'))
    await kafka().deleteTopic('found-1')
    await write('found-2', values(5, 5))
    expect((await take(all, 5)).map(text)).toEqual(values(5, 5))
  })

  test('of a whole topic reads the partitions that it gets', async () => {
    const topic = 'growing'
    await kafka().createTopic(topic, { replicas: [[1, 2, 3]] })
    const options = { metadataMinAgeMs: 100, metadataMaxAgeMs: 500 }
    const all = client({ ...options, consumer: { topics: [topic], fetchMaxWaitMs: 200, resetOffset: Offset.atStart() } })
    await write(topic, values(0, 5))
    expect(await take(all, 5)).toHaveLength(5)
    await client().request(
      CreatePartitionsRequest({ topics: [{ name: topic, count: 3, assignments: null }], timeoutMs: 10_000, validateOnly: false }),
    )
    await until('the partition has a leader', async () => ((await kafka().partitions(topic))[2]?.leader ?? -1) >= 0)
    await client().send({ topic, partition: 2, value: 'there' })
    expect((await take(all, 1)).map(record => [record.partition, text(record)])).toEqual([[2, 'there']])
  })

  test('that prefers what lags reads all the same', async () => {
    const topic = 'lagging'
    await kafka().createTopic(topic, { partitions: 3, replicationFactor: 3 })
    const writer = client()
    for (let partition = 0; partition < 3; partition++)
      for (const value of values(0, 20 * (partition + 1))) await writer.produce({ topic, partition, value })
    await writer.flush()
    const all = client({ consumer: { partitions: wholeTopic(topic, 3), preferLag: preferLagAt(10), fetchMaxWaitMs: 200 } })
    const seen = await take(all, 120)
    for (let partition = 0; partition < 3; partition++)
      expect(seen.filter(record => record.partition === partition).map(text)).toEqual(values(0, 20 * (partition + 1)))
  })
})

describe('an unclean election', () => {
  test('is told to the reader as a loss of data, and it goes on at the end that is left; the producer goes on, too (KIP-320, KIP-360)', async () => {
    const topic = 'truncated'
    await kafka().createTopic(topic, { replicas: [[1, 2]], configs: { 'min.insync.replicas': '1' } })
    const losses: string[] = []
    const writer = client({ producer: { onDataLoss: (topic, partition) => void losses.push(`${topic} ${partition}`) } })
    const from = reader(topic)
    await write(topic, values(0, 10), writer)
    await inSync(topic, [1, 2])
    await kafka().broker(2).kill()
    await inSync(topic, [1])
    await write(topic, values(10, 5), writer)
    expect((await take(from, 15)).map(text)).toEqual(values(0, 15))
    await kafka().broker(1).kill()
    await kafka().restart(2)
    await electUncleanly(kafka(), client(), topic, 2)
    const { error, records } = await untilError(from)
    expect(error).toBeInstanceOf(DataLossError)
    expect(error).toMatchObject({ code: 'DATA_LOSS', topic, partition: 0, consumedTo: 15n, resetTo: 10n })
    expect(records).toEqual([])
    await write(topic, values(100, 5), writer)
    expect((await take(from, 5)).map(record => [record.offset, text(record)])).toEqual(
      values(100, 5).map((value, i) => [10n + BigInt(i), value]),
    )
    expect(losses).toEqual([`${topic} 0`])
    await kafka().restart(1)
  })
})
