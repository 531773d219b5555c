import { describe, expect, test } from 'vitest'
import { answer, hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

describe('acks', () => {
  test('none: a record is delivered when it is written, and its offset is its place in the batch', async () => {
    const p = await producing({ producer: { acks: 'none', idempotent: false, lingerMs: 5 } })
    expect(await p.run(p.puts(['a', 'b', 'c']))).toEqual(['a@0', 'b@1', 'c@2'])
    expect(await p.run(p.puts(['d']))).toEqual(['d@0'])
    await p.clock.settle()
    expect(p.values()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('none: a broker that answers all the same does not matter', async () => {
    const p = await producing({ producer: { acks: 'none', idempotent: false } })
    p.sandbox.intercept('Produce', answer({ responses: [] }))
    for (const value of ['a', 'b', 'c', 'd']) expect(await p.run(p.put(value))).toBe(`${value}@0`)
  })

  test('leader: the leader answers without its followers', async () => {
    const p = await producing({ producer: { acks: 'leader', idempotent: false } })
    const acks: number[] = []
    p.sandbox.intercept('Produce', ({ request }) => void acks.push(request.acks))
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@0', 'b@1'])
    expect(acks).toEqual([1])
  })

  test('all: too few in-sync replicas are waited for', async () => {
    const p = await producing({ sandbox: { topics: { orders: { partitions: 1, configs: { 'min.insync.replicas': '3' } } } } })
    await p.run(p.put('a'))
    await p.sandbox.broker(p.other()).stop()
    const b = p.put('b')
    await p.clock.advance(5_000)
    expect(p.told).toEqual(['a@0'])
    await Promise.all(p.sandbox.brokers.map(id => p.sandbox.broker(id).start()))
    expect(await p.run(b)).toBe('b@1')
  })

  test('the broker may take requestTimeoutMs, and we wait longer than that', async () => {
    const p = await producing({ producer: { requestTimeoutMs: 3_000 }, client: { requestTimeoutOverheadMs: 2_000 } })
    await p.run(p.put('warm'))
    const timeouts: number[] = []
    p.sandbox.intercept('Produce', { once: true }, ({ request }) => {
      timeouts.push(request.timeoutMs)
      return hang()
    })
    const a = p.put('a')
    await p.clock.advance(4_999)
    const before = p.sandbox.broker(p.sandbox.leader('orders', 0)).requests
    await p.clock.advance(251)
    expect(p.sandbox.broker(p.sandbox.leader('orders', 0)).requests).toBeGreaterThan(before)
    expect(await p.run(a)).toBe('a@1')
    expect(timeouts).toEqual([3_000])
  })

  test('without idempotence maxInflightPerBroker requests are under way at once', async () => {
    for (const limit of [1, 3]) {
      let inFlight = 0
      let most = 0
      const count = (apiKey: number, by: number) => {
        if (apiKey !== 0) return
        inFlight += by
        most = Math.max(most, inFlight)
      }
      const hooks = [
        { onBrokerWrite: (e: { apiKey: number }) => count(e.apiKey, 1), onBrokerRead: (e: { apiKey: number }) => count(e.apiKey, -1) },
      ]
      const p = await producing({ client: { hooks }, producer: { idempotent: false, maxInflightPerBroker: limit, batchMaxBytes: 1_024 } })
      await p.run(p.put('warm'))
      await p.run(p.puts(Array.from({ length: 12 }, (_, i) => `${i}${'x'.repeat(900)}`)))
      expect(most).toBe(limit)
      expect(
        p
          .values()
          .slice(1)
          .map(v => Number.parseInt(v!, 10)),
      ).toEqual(Array.from({ length: 12 }, (_, i) => i))
    }
  })
})
