import { expect, test } from 'vitest'
import { fail } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const record = (value: string, partition = 0) => ({ topic: 'orders', partition, value })
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
