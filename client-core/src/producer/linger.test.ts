import { describe, expect, test } from 'vitest'
import type { BatchEvent, Hooks } from '../hooks/hooks.js'
import { hang } from '../sandbox/index.js'
import { type ProducingOptions, producing } from './testing/producing.js'

const record = (value: string, partition = 0) => ({ topic: 'orders', partition, value })

/** Batches as the brokers acknowledged them: how many records in each, and when. */
async function lingering(producer: ProducingOptions['producer'], hooks: Hooks = {}) {
  const batches: [records: number, atMs: number][] = []
  let started = 0
  const onProduceBatchWritten = ({ numRecords }: BatchEvent) => void batches.push([numRecords, p.clock.now() - started])
  const p = await producing({ producer, client: { hooks: [{ ...hooks, onProduceBatchWritten }] } })
  await p.run(p.client.produceSync([record('warm'), record('warm', 1)]))
  batches.length = 0
  started = p.clock.now()
  return { p, batches }
}

describe('a batch', () => {
  test('waits lingerMs for company, from its first record on', async () => {
    const { p, batches } = await lingering({ lingerMs: 100 })
    const all = [p.put('a')]
    await p.clock.advance(60)
    all.push(p.put('b'))
    await p.clock.advance(39)
    expect(batches).toEqual([])
    await p.clock.advance(1)
    await Promise.all(all)
    expect(batches).toEqual([[2, 100]])
  })

  test('that is full goes at once; the next one waits its own time', async () => {
    const { p, batches } = await lingering({ lingerMs: 100, batchMaxBytes: 1_024 })
    const value = 'x'.repeat(400)
    const all = [p.put(value), p.put(value)]
    await p.clock.advance(50)
    expect(batches).toEqual([])
    all.push(p.put(value))
    await p.clock.advance(0)
    expect(batches).toEqual([[2, 50]])
    await p.clock.advance(99)
    expect(batches).toHaveLength(1)
    await p.clock.advance(1)
    await Promise.all(all)
    expect(batches).toEqual([
      [2, 50],
      [1, 150],
    ])
  })

  test('with lingerMs 0 takes what is produced in the same turn', async () => {
    const { p, batches } = await lingering({ lingerMs: 0 })
    await p.run(Promise.all([p.put('a'), p.put('b'), p.put('c')]))
    expect(batches).toEqual([[3, 0]])
  })

  test('fills while another is in flight', async () => {
    const { p, batches } = await lingering({ lingerMs: 0, idempotent: false })
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    const all = [p.put('a')]
    await held.met(1)
    for (let i = 0; i < 5; i++) {
      all.push(p.put(`b${i}`))
      await p.clock.advance(1)
    }
    held.release()
    await p.run(Promise.all(all))
    expect(batches.map(([n]) => n)).toEqual([1, 5])
  })

  test('waits per partition', async () => {
    const { p, batches } = await lingering({ lingerMs: 100 })
    const a = p.put('a')
    await p.clock.advance(50)
    const b = p.put('b', { partition: 1 })
    await p.clock.advance(50)
    expect(batches).toEqual([[1, 100]])
    await p.run(Promise.all([a, b]), 10)
    expect(batches).toEqual([
      [1, 100],
      [1, 150],
    ])
  })
})

describe('nobody waits for company', () => {
  test('when flush is called; afterwards batches do again', async () => {
    const { p, batches } = await lingering({ lingerMs: 100 })
    const all = [p.put('a'), p.put('b', { partition: 1 })]
    await p.run(p.client.flush())
    expect(batches).toEqual([
      [1, 0],
      [1, 0],
    ])
    all.push(p.put('c'))
    await p.clock.advance(99)
    expect(batches).toHaveLength(2)
    await p.run(Promise.all(all))
  })

  test('while flush runs: what comes meanwhile goes along', async () => {
    const { p } = await lingering({ lingerMs: 60_000 })
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    const a = p.put('a')
    const flushed = p.client.flush()
    await held.met(1)
    const b = p.put('b')
    held.release()
    await p.run(flushed)
    expect(p.told.slice(-2)).toEqual(['a@1', 'b@2'])
    await Promise.all([a, b])
  })

  test('who produces synchronously', async () => {
    const { p } = await lingering({ lingerMs: 60_000 })
    const started = p.clock.now()
    const results = await p.run(p.client.produceSync([record('a'), record('b')]))
    expect([results.length, p.clock.now() - started]).toEqual([2, 0])
  })

  test('to be sent again', async () => {
    const { p } = await lingering({ lingerMs: 100 })
    p.sandbox.intercept('Produce', { once: true }, hang())
    const a = p.put('a')
    await p.clock.advance(100)
    const started = p.clock.now()
    p.sandbox.broker(p.sandbox.leader('orders', 0)).cut()
    await p.run(a, 10)
    expect(p.clock.now() - started).toBeLessThanOrEqual(250)
  })
})
