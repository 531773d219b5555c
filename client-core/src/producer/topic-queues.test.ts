import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../client/options.js'
import type { PartitionView } from '../cluster/metadata.js'
import { MemoryPool } from './memory-pool.js'
import type { PartitionerRecord, TopicPartitioner } from './partitioners/partitioner.js'
import { TopicQueues } from './topic-queues.js'

const partition = (index: number, leader = 1): PartitionView => ({
  partition: index,
  leader,
  leaderEpoch: 0,
  replicas: [1],
  isr: [1],
  offlineReplicas: [],
  errorCode: 0,
})
function topic(partitioner: TopicPartitioner, leaders: readonly number[]) {
  const { producer } = resolveOptions({
    transport: { connect: () => Promise.reject(new Error('never dialled')) } as never,
    producer: { partitioner: { forTopic: () => partitioner } },
  })
  const queues = new TopicQueues('orders', producer, new MemoryPool(producer.batchMaxBytes))
  queues.update(leaders.map((leader, i) => partition(i, leader)))
  return queues
}
const asked = (answer: (n: number) => number, consistent = false): TopicPartitioner => ({
  requiresConsistency: () => consistent,
  partition: (_: PartitionerRecord, n: number) => answer(n),
})

describe('what a partitioner chooses from', () => {
  test('partitions that have a leader; its index counts those', () => {
    const queues = topic(
      asked(n => n - 1),
      [1, -1, 1, -1],
    )
    expect(queues.choose({ value: 'x' }).partition).toBe(2)
  })
  test('partitions that metadata has no error for', () => {
    const queues = topic(
      asked(n => n - 1),
      [1, 1, 1],
    )
    queues.update([partition(0), partition(1), { ...partition(2), errorCode: 5 }])
    expect(queues.choose({ value: 'x' }).partition).toBe(1)
  })
  test('all of them where equal records must go to equal partitions', () => {
    const queues = topic(
      asked(n => n - 1, true),
      [1, -1, 1, -1],
    )
    expect(queues.choose({ value: 'x' }).partition).toBe(3)
  })
  test('the record that it is asked about, also after it has had another one placed', () => {
    const seen: unknown[] = []
    const queues = topic(
      {
        requiresConsistency: () => false,
        partition: record => {
          seen.push(record.value)
          if (record.value === 'outer') queues.choose({ value: 'inner' })
          seen.push(record.value)
          return 0
        },
      },
      [1],
    )
    queues.choose({ value: 'outer' })
    expect(seen).toEqual(['outer', 'inner', 'inner', 'outer'])
  })
  test('all of them when none has a leader: the record waits for one', () => {
    const queues = topic(
      asked(n => n - 1),
      [-1, -1],
    )
    expect(queues.choose({ value: 'x' }).partition).toBe(1)
  })
  test('nothing, when the record names its partition', () => {
    const queues = topic(
      asked(() => 0),
      [1, 1, -1],
    )
    expect(queues.choose({ value: 'x', partition: 2 }).partition).toBe(2)
  })
})

test.each([-1, 3, 1.5, Number.NaN])('an index of %d among three partitions fails the record, also for a topic of one', index => {
  for (const leaders of [[1, 1, 1], [1]]) {
    const queues = topic(
      asked(() => index),
      leaders,
    )
    expect(() => queues.choose({ value: 'x' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_RECORD',
        message: `the partitioner chose ${index} of ${leaders.length} partitions of orders`,
      }),
    )
  }
})

test('a partitioner sees the record as it was given', () => {
  const seen: unknown[] = []
  const queues = topic(
    {
      requiresConsistency: () => false,
      partition: ({ topic, key, value, headers, timestamp, context }) => {
        seen.push({ topic, key, value, headers, timestamp, context })
        return 0
      },
    },
    [1, 1],
  )
  queues.choose({ value: 'x' })
  queues.choose({ key: '', value: null, headers: [{ key: 'h', value: null }], timestamp: 5n, context: 'mine' })
  expect(seen).toEqual([
    { topic: 'orders', key: null, value: 'x', headers: [], timestamp: undefined, context: undefined },
    { topic: 'orders', key: '', value: null, headers: [{ key: 'h', value: null }], timestamp: 5n, context: 'mine' },
  ])
})

test('a partitioner by backup is told what each choosable partition has buffered, and its plain form is never asked', () => {
  const seen: (readonly [number, number])[][] = []
  const queues = topic(
    Object.assign(
      asked(() => {
        throw new Error('asked')
      }),
      {
        partitionByBackup: (_: PartitionerRecord, n: number, backup: { rem(): number; next(): readonly [number, number] }) => {
          seen.push([])
          while (backup.rem() > 0) seen.at(-1)!.push(backup.next())
          return n - 1
        },
      },
    ),
    [1, -1, 1],
  )
  const put = () => queues.choose({ value: 'x' }).appendToNew(0, null, 'x', undefined)
  put()
  put()
  expect(seen).toEqual([
    [
      [0, 0],
      [1, 0],
    ],
    [
      [0, 0],
      [1, 1],
    ],
  ])
})
