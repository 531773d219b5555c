import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../client/client.js'
import { virtualClock } from '../clock.js'
import { createSandbox } from '../sandbox/index.js'
import { leastBackupPartitioner } from './partitioners/least-backup.js'
import type { Partitioner, PartitionerRecord } from './partitioners/partitioner.js'
import { stickyPartitioner } from './partitioners/sticky.js'

async function setup(partitioner: Partitioner, partitions: number, batchMaxBytes = 1_000_012) {
  const clock = virtualClock()
  const sandbox = await createSandbox({ clock, brokers: 1, topics: { orders: partitions } })
  const batches: string[] = []
  const client = new Client({
    hooks: [{ onProduceBatchWritten: ({ partition, numRecords }) => batches.push(`${partition}: ${numRecords}`) }],
    seedBrokers: sandbox.seedBrokers,
    transport: sandbox.transport,
    clock,
    producer: { partitioner, batchMaxBytes, compression: 'none' },
  })
  onTestFinished(async () => {
    await client.close()
    await sandbox.close()
  })
  // Known topics are partitioned at once.
  const known = client.send({ topic: 'orders', partition: 0, value: 'first' })
  await clock.advance(100)
  await known
  const flush = async () => {
    const flushed = client.flush()
    await clock.advance(1_000)
    await flushed
  }
  return { client, flush, batches }
}

test('a partitioner is told before a batch begins, asked again, and what it then says counts', async () => {
  const log: string[] = []
  let next = 0
  const partitioner: Partitioner = {
    forTopic: () => ({
      requiresConsistency: () => false,
      partition: (record: PartitionerRecord) => {
        log.push(`asked for ${record.value}: ${next}`)
        return next
      },
      onNewBatch: () => {
        next = (next + 1) % 3
        log.push('new batch')
      },
    }),
  }
  const { client, flush } = await setup(partitioner, 3)
  const delivered = ['a', 'b', 'c'].map(value => client.send({ topic: 'orders', value }))
  expect(log).toEqual(['asked for a: 0', 'new batch', 'asked for a: 1', 'asked for b: 1', 'asked for c: 1'])
  await flush()
  expect((await Promise.all(delivered)).map(r => r.partition)).toEqual([1, 1, 1])
  void client.produce({ topic: 'orders', value: 'd' })
  expect(log.slice(5)).toEqual(['asked for d: 1', 'new batch', 'asked for d: 2'])
  await flush()
})

test('when the second choice has an open batch, the record joins it', async () => {
  const choices = [0, 0, 1, 1, 0, 1]
  const partitioner: Partitioner = {
    forTopic: () => ({ requiresConsistency: () => false, partition: () => choices.shift()!, onNewBatch: () => {} }),
  }
  const { client, flush, batches } = await setup(partitioner, 2, 1_024)
  // Into 0, into 1, and a third that no longer fits into 0.
  const sent = [800, 100, 300].map(n => client.send({ topic: 'orders', value: 'x'.repeat(n) }))
  expect(choices).toEqual([])
  await flush()
  expect((await Promise.all(sent)).map(r => r.partition)).toEqual([0, 1, 1])
  expect(batches.slice(1).sort()).toEqual(['0: 1', '1: 2'])
})

test('a record that names its partition is nobody’s choice', async () => {
  let told = 0
  const partitioner: Partitioner = {
    forTopic: () => ({ requiresConsistency: () => false, partition: () => 0, onNewBatch: () => told++ }),
  }
  const { client, flush } = await setup(partitioner, 2)
  const sent = client.send({ topic: 'orders', partition: 1, value: 'x' })
  await flush()
  expect((await sent).partition).toBe(1)
  expect(told).toBe(0)
})

test('sticky: each batch is full before another partition has its turn', async () => {
  const { client, flush } = await setup(stickyPartitioner({ random: () => 0 }), 2, 1_024)
  const sent = Array.from({ length: 40 }, () => client.send({ topic: 'orders', value: 'x'.repeat(100) }))
  await flush()
  const partitions = (await Promise.all(sent)).map(r => r.partition)
  expect(
    partitions
      .join('')
      .match(/0+|1+/g)!
      .map(run => run.length),
  ).toEqual([8, 8, 8, 8, 8])
})

test('least backup: what cannot be sent is filled no further than the others', async () => {
  const { client, flush } = await setup(leastBackupPartitioner({ random: () => 0 }), 3, 1_024)
  const sent = Array.from({ length: 48 }, () => client.send({ topic: 'orders', value: 'x'.repeat(100) }))
  await flush()
  const partitions = (await Promise.all(sent)).map(r => r.partition)
  expect([0, 1, 2].map(p => partitions.filter(x => x === p).length)).toEqual([16, 16, 16])
})
