import { expect, test, vi } from 'vitest'
import type { KafkaRecord } from '../records/record.js'
import { fail } from '../sandbox/index.js'
import type { ProducerRecord } from './record.js'
import { producing } from './testing/producing.js'

const record = (value: string, partition = 0) => ({ topic: 'orders', partition, value })
const offsetIn = (told: string) => Number(told.match(/@(\d+)/)?.[1])
const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array())

test('each record that is sent gives its own promise, before its topic is known and after, alone or with others in a batch', async () => {
  const p = await producing()
  for (const values of [['a', 'b', 'c'], ['d', 'e'], ['f']]) {
    const sent = await p.run(Promise.all(values.map(value => p.client.send(record(value)))))
    expect(sent.map(({ value }) => text(value))).toEqual(values)
  }
  const [g, other] = await p.run(Promise.all([p.client.send(record('g')), p.client.send(record('h', 1))]))
  expect([g.offset, g.partition, other.offset, other.partition]).toEqual([6n, 0, 0n, 1])
  expect(g.timestamp).toBe(p.sandbox.records('orders', 0)[6].timestamp)
})

test('promises, callbacks and records that nobody waits for share a batch: each is told of its own', async () => {
  const p = await producing({ producer: { lingerMs: 5 } })
  await p.run(p.client.send(record('first')))
  const told: string[] = []
  const tell = (how: string) => (r: KafkaRecord) => void told.push(`${how} ${text(r.value)} @${r.offset} ${r.timestamp}`)
  const [once, each] = [vi.fn(tell('by callback')), (r: KafkaRecord) => tell('by its own')(r)]
  const sent: Promise<void>[] = []
  const ways: ((r: ProducerRecord) => unknown)[] = [
    r => sent.push(p.client.send(r).then(tell('by promise'))),
    r => p.client.produce(r, { onDelivery: once }),
    r => p.client.produce(r, { onDelivery: r => each(r) }),
    r => p.client.produce(r),
  ]
  const turns = [3, 3, 0, 0, 1, 3, 1, 0, 3, 1, 2, 2, 0, 3, 0, 1, 0, 0]
  for (const [i, way] of turns.entries()) ways[way]({ ...record(`v${i}`), timestamp: 1000n + BigInt(i >> 2) })
  await p.run(Promise.all([p.client.flush(), ...sent]))
  expect(once).toHaveBeenCalledTimes(turns.filter(way => way === 1).length)
  const of = (way: number, how: string) => turns.flatMap((w, i) => (w === way ? [`by ${how} v${i} @${i + 1} ${1000 + (i >> 2)}`] : []))
  const byPromise = told.filter(t => t.startsWith('by promise'))
  const byCallback = told.filter(t => !t.startsWith('by promise'))
  expect(byPromise).toEqual(of(0, 'promise'))
  expect(byCallback).toEqual([...of(1, 'callback'), ...of(2, 'its own')].sort((a, b) => offsetIn(a) - offsetIn(b)))
})

test('a batch that is refused rejects every promise of it, and what waits beside by callback is told the same', async () => {
  const p = await producing()
  await p.run(p.client.send(record('a')))
  p.sandbox.intercept('Produce', { once: true }, fail('MESSAGE_TOO_LARGE'))
  const told: unknown[] = []
  const refused = ['b', 'c'].map(value => p.client.send(record(value)))
  void p.client.produce(record('d'), { onDelivery: (_, error) => told.push(error) })
  const results = await p.run(Promise.allSettled(refused))
  expect(results).toMatchObject([{ reason: { code: 'MESSAGE_TOO_LARGE' } }, { reason: { code: 'MESSAGE_TOO_LARGE' } }])
  expect(told).toMatchObject([{ code: 'MESSAGE_TOO_LARGE' }])
  expect((await p.run(p.client.send(record('e')))).offset).toBe(1n)
})

test('a record that cannot be sent rejects and leaves its batch as it was', async () => {
  const p = await producing()
  await p.run(p.client.send(record('a')))
  const good = p.client.send(record('b'))
  await expect(p.client.send(record('c', 99))).rejects.toMatchObject({ code: 'INVALID_RECORD' })
  await expect(p.client.send({ ...record('d'), value: 5 as never })).rejects.toMatchObject({ code: 'INVALID_RECORD' })
  await expect(p.client.send(record('e'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  expect((await p.run(good)).offset).toBe(1n)
  expect(p.values('orders', 0)).toEqual(['a', 'b'])
})

test('what is sent into a full buffer waits for room', async () => {
  const p = await producing({ producer: { maxBufferedRecords: 2 } })
  await p.run(p.client.send(record('a')))
  const sent = await p.run(Promise.all(['b', 'c', 'd', 'e'].map(value => p.client.send(record(value)))))
  expect(sent.map(({ offset }) => offset)).toEqual([1n, 2n, 3n, 4n])
})
