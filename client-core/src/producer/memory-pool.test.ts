import { afterEach, describe, expect, test, vi } from 'vitest'
import { close, fail } from '../sandbox/index.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { MemoryPool } from './memory-pool.js'
import { producing } from './testing/producing.js'

const max = 1_000_000
afterEach(() => void vi.restoreAllMocks())

describe('the memory of batches', () => {
  test('is used again by a batch of about that size', () => {
    const pool = new MemoryPool(max)
    for (const size of [max, 300_000, 70_000]) {
      const first = pool.take(size)
      pool.give(first)
      expect([size / 4, size, size].map(bytes => pool.take(bytes) === first)).toEqual([false, true, false])
    }
  })

  test('holds what is asked for, and not more than twice that: many partitions must not take a megabyte each', () => {
    for (const limit of [max, 1_000_012, 262_144, 65_536, 70_001, 1_000]) {
      const pool = new MemoryPool(limit)
      for (let round = 0; round < 2; round++) {
        for (const size of [500, 1_024, 65_535, 65_536, 100_000, 131_072, 250_003, 262_145, 499_999, limit].filter(size => size <= limit)) {
          const memory = pool.take(size)
          expect(memory.length).toBeGreaterThanOrEqual(size)
          expect(memory.length).toBeLessThanOrEqual(Math.min(limit, 2 * size + 1))
          pool.give(memory)
        }
      }
    }
  })

  test('that grew beside the sizes it is given out in is used again where it is enough', () => {
    const pool = new MemoryPool(1_000_012)
    const grown = new Uint8Array(262_144)
    pool.give(grown)
    const [exact, more] = [pool.take(250_003), pool.take(250_004)]
    expect([exact === grown, more.length >= 250_004]).toEqual([true, true])
  })

  test.each([max, max / 8])('that waits for use is bounded, more so when nothing is buffered (%i bytes each)', size => {
    const pool = new MemoryPool(max)
    const given = new Set<Uint8Array>()
    const kept = () => {
      let bytes = 0
      for (let memory = pool.take(size); given.has(memory); memory = pool.take(size)) bytes += memory.length
      return bytes
    }
    const give = () => {
      for (let i = 0; i < (100 * max) / size; i++) {
        const memory = new Uint8Array(size)
        given.add(memory)
        pool.give(memory)
      }
    }
    give()
    expect(kept()).toBe(64 * max)
    give()
    pool.rest()
    expect(kept()).toBe(16 * max)
  })

  const producer = { batchMaxBytes: 100_000, lingerMs: 10 }
  const kB = (count: number) => Array.from({ length: count }, () => 'x'.repeat(1000))

  test('is let go of when a second after everything was delivered nothing is buffered: not by each flush', async () => {
    const rested = vi.spyOn(MemoryPool.prototype, 'rest')
    const p = await producing({ producer: { ...producer, lingerMs: 500 } })
    await p.run(p.puts(kB(3000)), 20)
    await p.clock.advance(850)
    const delivered = p.puts(['a'])
    await p.clock.advance(300)
    expect(rested).not.toHaveBeenCalled()
    await p.run(delivered, 20)
    await p.clock.advance(900)
    expect(rested).not.toHaveBeenCalled()
    await p.clock.advance(100)
    expect(rested).toHaveBeenCalledTimes(1)
  })

  test('is kept when there is little of it', async () => {
    const rested = vi.spyOn(MemoryPool.prototype, 'rest')
    const p = await producing({ producer })
    await p.run(p.puts(kB(300)), 20)
    await p.clock.advance(5000)
    expect(rested).not.toHaveBeenCalled()
  })

  test('is taken as the batches before needed it, also while none of them was sent', async () => {
    const p = await producing({ producer: { ...producer, lingerMs: 60_000 } })
    await p.run(p.puts(['warm']), 60_000)
    p.sandbox.intercept('Produce', {}, () => new Promise(() => {}))
    const taken: number[] = []
    const { take } = MemoryPool.prototype
    vi.spyOn(MemoryPool.prototype, 'take').mockImplementation(function (this: MemoryPool, bytes) {
      taken.push(bytes)
      return take.call(this, bytes)
    })
    void p.puts(kB(500))
    expect(taken.filter(bytes => bytes < 100_000).length).toBeLessThan(10)
    expect(taken.filter(bytes => bytes === 100_000).length).toBeGreaterThanOrEqual(4)
    await p.client.close()
  })

  test('is taken for half of what a large batch needed after a small one, then less', async () => {
    const p = await producing({ producer })
    await p.run(p.puts(kB(90)), 20)
    const taken = vi.spyOn(MemoryPool.prototype, 'take')
    for (let i = 0; i < 9; i++) await p.run(p.puts(['small']), 20)
    const [first, second, third] = taken.mock.calls.map(([bytes]) => bytes)
    expect(first).toBeGreaterThan(90_000)
    expect([second, third]).toEqual([first >> 1, first >> 2])
    expect(taken.mock.lastCall).toEqual([1024])
  })
})

describe('memory that may still be read', () => {
  /** Holds on to what was written, as a socket that sends slowly does, and sees whether it changes. */
  function remembering(transport: Transport) {
    const written: { chunk: Uint8Array; was: Uint8Array }[] = []
    const connect: Transport['connect'] = async (...to) => {
      const stream = await transport.connect(...to)
      const write: ByteStream['write'] = chunks => {
        for (const chunk of chunks) if (chunk.length > 50_000) written.push({ chunk, was: chunk.slice() })
        return stream.write(chunks)
      }
      return { incoming: stream.incoming, write, close: reason => stream.close(reason) }
    }
    return { written, transport: { name: 'remembering', connect } }
  }

  test('is not used for another batch: not that of a batch which was sent twice, over two connections', async () => {
    const base = await producing()
    const { written, transport } = remembering(base.sandbox.transport)
    const p = await producing({
      client: { seedBrokers: base.sandbox.seedBrokers, transport, clock: base.clock },
      producer: { batchMaxBytes: 100_000, lingerMs: 1 },
    })
    const sandbox = base.sandbox
    const send = (tag: string) =>
      base.run(
        p.client.produceSync(
          Array.from({ length: 90 }, (_, i) => ({ topic: 'orders', partition: 0, value: `${tag}${i}${'x'.repeat(1_000)}` })),
        ),
      )
    await send('warm')
    for (let round = 0; round < 6; round++) {
      sandbox.intercept('Produce', { once: true }, round % 2 ? close() : fail('NOT_LEADER_OR_FOLLOWER'))
      const from = written.length
      await send(`round ${round} `)
      const sentTwice = written.slice(from, from + 2)
      await send('next')
      await send('and next')
      for (const { chunk, was } of sentTwice) expect(chunk.every((byte, i) => byte === was[i])).toBe(true)
    }
    expect(sandbox.values('orders', 0)).toHaveLength(90 * (1 + 6 * 3))
  })
})
