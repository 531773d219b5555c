import { afterEach, describe, expect, test, vi } from 'vitest'
import { close, fail } from '../sandbox/index.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { MemoryPool } from './memory-pool.js'
import { producing } from './testing/producing.js'

const max = 1_000_000
afterEach(() => void vi.restoreAllMocks())

describe('the memory of batches', () => {
  test('is used again when it is whole', () => {
    const pool = new MemoryPool(max)
    const first = pool.take(max)
    pool.give(first)
    expect(pool.take(200_000)).toBe(first)
    expect(pool.take(max)).not.toBe(first)
  })

  test('of small batches is their own size: many partitions must not take a megabyte each', () => {
    const pool = new MemoryPool(max)
    expect(pool.take(1_024).length).toBe(1_024)
    expect(pool.take(100_000).length).toBe(100_000)
    pool.give(new Uint8Array(100_000))
    expect(pool.take(600_000).length).toBe(max)
  })

  test('that waits for use is bounded, more so when nothing is buffered', () => {
    const pool = new MemoryPool(max)
    const given = new Set<Uint8Array>()
    const kept = () => {
      let n = 0
      while (given.has(pool.take(max))) n++
      return n
    }
    const give = () => {
      for (let i = 0; i < 100; i++) {
        const memory = new Uint8Array(max)
        given.add(memory)
        pool.give(memory)
      }
    }
    give()
    expect(kept()).toBe(64)
    give()
    pool.rest()
    expect(kept()).toBe(16)
  })

  test('is let go of once everything was delivered', async () => {
    const rested = vi.spyOn(MemoryPool.prototype, 'rest')
    const p = await producing({ producer: { lingerMs: 10 } })
    const delivered = p.puts(['a', 'b'])
    expect(rested).not.toHaveBeenCalled()
    await p.run(delivered)
    expect(rested).toHaveBeenCalled()
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
