import { Client, type KafkaRecord, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { expect, test } from 'vitest'
import { useKafka } from './kafka/use.js'

/*
 * Three brokers, one of which is killed in the middle: what was acknowledged is there once, in order, and a reader misses nothing.
 */

const kafka = useKafka({ brokers: 3 })
const text = (record: KafkaRecord) => new TextDecoder().decode(record.value!)

const partitions = 3
const total = 6_000

test('a killed leader costs no record and doubles none, for the producer and for a reader that tails', async () => {
  await kafka().createTopic('failover', { partitions, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } })
  const base = { seedBrokers: [...kafka().bootstrap], transport: tcp() }
  const writer = new Client(base)
  const from = Object.fromEntries(Array.from({ length: partitions }, (_, p) => [p, Offset.atStart()]))
  const reader = new Client({ ...base, consumer: { partitions: { failover: from }, fetchMaxWaitMs: 500 } })
  const acknowledged: string[] = []
  const failures: Error[] = []
  try {
    const victim = await kafka().leader('failover', 0)
    const writing = (async () => {
      for (let i = 0; i < total; i++) {
        const partition = i % partitions
        await writer.produce(
          { topic: 'failover', partition, value: `${partition}:${i}` },
          { onDelivery: (record, error) => (error ? failures.push(error) : acknowledged.push(text(record))) },
        )
        if (i === total / 3) await victim.kill()
        if (i % 200 === 0) await new Promise(resolve => setImmediate(resolve))
      }
      await writer.flush()
    })()
    const seen: string[] = []
    while (seen.length < total) {
      const fetches = await reader.pollFetches({ signal: AbortSignal.timeout(60_000) })
      for (const { error } of fetches.errors()) throw error
      fetches.eachRecord(record => seen.push(text(record)))
    }
    await writing
    expect(failures).toEqual([])
    expect(acknowledged).toHaveLength(total)
    for (let p = 0; p < partitions; p++) {
      const expected = Array.from({ length: total }, (_, i) => i)
        .filter(i => i % partitions === p)
        .map(i => `${p}:${i}`)
      expect(seen.filter(value => value.startsWith(`${p}:`))).toEqual(expected)
    }
  } finally {
    await Promise.all([writer.close(), reader.close()])
  }
})

test('a leader that is moved by hand is followed by producer and reader', async () => {
  await kafka().restart((await stopped()) ?? 1)
  await kafka().createTopic('moved', { replicas: [[1, 2, 3]] })
  const client = new Client({
    seedBrokers: [...kafka().bootstrap],
    transport: tcp(),
    producer: { lingerMs: 0 },
    consumer: { partitions: { moved: { 0: Offset.atStart() } }, fetchMaxWaitMs: 500 },
  })
  try {
    const seen: string[] = []
    for (const leader of [2, 3, 1, 2]) {
      await kafka().moveLeader('moved', 0, leader)
      for (let i = 0; i < 50; i++) await client.produce({ topic: 'moved', value: `${leader} ${i} of ${seen.length}` })
      await client.flush()
      const until = seen.length + 50
      while (seen.length < until) {
        const fetches = await client.pollFetches({ signal: AbortSignal.timeout(30_000) })
        for (const { error } of fetches.errors()) throw error
        fetches.eachRecord(record => seen.push(text(record)))
      }
    }
    expect(seen).toHaveLength(200)
    expect(new Set(seen).size).toBe(200)
    expect((await client.send({ topic: 'moved', value: 'last' })).offset).toBe(200n)
  } finally {
    await client.close()
  }
})

async function stopped(): Promise<number | undefined> {
  return kafka().brokers.find(broker => !broker.running)?.id
}
