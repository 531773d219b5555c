import { Client, type ConsumerOptions, type KafkaRecord, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kcatConsume } from './kafka/kcat.js'
import { useKafka } from './kafka/use.js'
import { type Author, startTransactions, type Transactions } from './witness/transactions.js'

/*
 * Transactions that other clients write, committed and aborted ones between each other, as readers of either isolation see them.
 */

const kafka = useKafka()
const partitions = [0, 1]
const text = (record: { value: Uint8Array | null }) => new TextDecoder().decode(record.value ?? new Uint8Array())

async function reader(topic: string, consumer: ConsumerOptions): Promise<Client> {
  const from = Object.fromEntries(partitions.map(partition => [partition, Offset.atStart()]))
  const client = new Client({
    seedBrokers: [...kafka().bootstrap],
    transport: tcp(),
    consumer: { partitions: { [topic]: from }, fetchMaxWaitMs: 200, ...consumer },
  })
  onTestFinished(() => client.close())
  return client
}

/** Reads until that many came, and looks whether more do; by partition, in order. */
async function readAll(topic: string, count: number, consumer: ConsumerOptions): Promise<KafkaRecord[][]> {
  const client = await reader(topic, consumer)
  const seen: KafkaRecord[] = []
  while (seen.length < count) seen.push(...(await poll(client, 30_000)))
  seen.push(...(await poll(client, 700)))
  return partitions.map(partition => seen.filter(record => record.partition === partition))
}

async function poll(client: Client, patienceMs: number): Promise<KafkaRecord[]> {
  const fetches = await client.pollFetches({ signal: AbortSignal.timeout(patienceMs) })
  for (const { partition, error } of fetches.errors()) if (partition >= 0) throw error
  return fetches.recordsArray()
}

/** Three producers whose transactions overlap in every way; gives the values by partition, in the order of writing, and which were committed. */
async function interleave(producers: Transactions, rounds: number) {
  const written: { partition: number; value: string; committed: boolean }[] = []
  const ends = partitions.map(() => 0)
  for (let round = 0; round < rounds; round++) {
    const open = ['a', 'b', 'c'].map((id, i) => ({ id, committed: ((round * 5 + i * 3) >> 1) % 2 === 0, touched: new Set<number>() }))
    for (const { id } of open) await producers.tell(`${id} begin`)
    for (let i = 0; i < 9; i++) {
      const transaction = open[(i * (round + 1) + i) % 3]
      const partition = (i + round) % 2
      const value = `${transaction.id} ${round} ${i}`
      await producers.tell(`${transaction.id} send ${partition} ${value}`)
      transaction.touched.add(partition)
      written.push({ partition, value, committed: transaction.committed })
    }
    for (let i = 0; i < 3; i++) {
      const { id, committed, touched } = open[(i + round) % 3]
      await producers.tell(`${id} ${committed ? 'commit' : 'abort'}`)
      for (const partition of touched) ends[partition]++
    }
  }
  const values = (which: (record: { committed: boolean }) => boolean) =>
    partitions.map(p => written.filter(record => record.partition === p && which(record)).map(({ value }) => value))
  return { all: values(() => true), committed: values(({ committed }) => committed), ends }
}

describe.each<Author>(['java', 'franz-go'])('transactions that %s writes', author => {
  test('a reader of committed records sees those and no other, in order; any other sees all', async () => {
    const topic = `isolation-${author}`
    await kafka().createTopic(topic, { partitions: partitions.length })
    const producers = await startTransactions(author, kafka().bootstrap, topic)
    onTestFinished(() => producers.close())
    const { all, committed, ends } = await interleave(producers, 8)
    expect(committed.flat().length).toBeGreaterThan(10)
    expect(committed.flat().length).toBeLessThan(all.flat().length - 10)

    const seen = await readAll(topic, committed.flat().length, { isolation: 'read_committed' })
    expect(seen.map(records => records.map(text))).toEqual(committed)
    const settings = { 'isolation.level': 'read_committed' }
    const theirs = await kcatConsume(kafka().bootstrap, topic, { settings })
    for (const partition of partitions) {
      const placed = (records: readonly { partition: number; offset: bigint; value: Uint8Array | null }[]) =>
        records.filter(record => record.partition === partition).map(record => [record.offset, text(record)])
      expect(placed(seen[partition])).toEqual(placed(theirs))
    }

    const uncommitted = await readAll(topic, all.flat().length, { isolation: 'read_uncommitted' })
    expect(uncommitted.map(records => records.map(text))).toEqual(all)

    const kept = all.flat().length + ends.reduce((sum, each) => sum + each)
    const whole = await readAll(topic, kept, { isolation: 'read_uncommitted', keepControlRecords: true })
    expect(whole.map(records => records.filter(({ attrs }) => attrs.isControl).length)).toEqual(ends)
    expect(whole.map(records => records.map(({ offset }) => offset))).toEqual(
      whole.map(records => records.map((_, place) => BigInt(place))),
    )
  })

  test('what is behind an open transaction is not stable: it is read once that has ended', async () => {
    const topic = `open-${author}`
    await kafka().createTopic(topic, { partitions: partitions.length })
    const producers = await startTransactions(author, kafka().bootstrap, topic)
    onTestFinished(() => producers.close())
    const client = await reader(topic, { isolation: 'read_committed' })
    for (const line of ['a begin', 'b begin', 'b send 0 first', 'a send 0 open', 'b send 0 behind', 'b commit']) await producers.tell(line)
    const before: string[] = []
    while (before.length < 1) before.push(...(await poll(client, 30_000)).map(text))
    expect(before).toEqual(['first'])
    expect((await poll(client, 1_000)).map(text)).toEqual([])
    await producers.tell('a abort')
    expect((await poll(client, 30_000)).map(text)).toEqual(['behind'])
  })
})
