import { describe, expect, test } from 'vitest'
import { answer } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { type Consuming, said, setup } from './testing/setup.js'

const one = { topics: { orders: 1 } }

/** Writes of transactional producers, each `value` a batch of its own. */
function writer({ sandbox }: Consuming) {
  const sequences = new Map<bigint, number>()
  return {
    write(producerId: bigint, value: string) {
      const baseSequence = sequences.get(producerId) ?? 0
      sequences.set(producerId, baseSequence + 1)
      sandbox.append('orders', 0, [{ value }], { producerId, producerEpoch: 0, baseSequence, transactional: true })
    },
    end: (producerId: bigint, how: 'commit' | 'abort') => sandbox.endTransaction('orders', 0, { producerId, producerEpoch: 0, how }),
  }
}
const committed = { consumer: { partitions: { orders: { 0: Offset.atStart() } }, isolation: 'read_committed' as const } }
const uncommitted = { consumer: { partitions: { orders: { 0: Offset.atStart() } } } }

describe('isolation', () => {
  test('producers that overlap are told apart, in whatever order the broker lists what they aborted', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    for (const round of [1, 2, 3]) {
      write(1n, `a${round}`)
      write(2n, `b${round}`)
      write(3n, `c${round}`)
      end(2n, round === 2 ? 'commit' : 'abort')
      write(1n, `a${round}'`)
      end(1n, 'abort')
      end(3n, 'commit')
    }
    made.sandbox.intercept('Fetch', async request => {
      const response = await request.proceed()
      if (!response) return undefined
      const responses = response.responses.map(t => ({
        ...t,
        partitions: t.partitions.map(p => ({ ...p, abortedTransactions: p.abortedTransactions?.toReversed() ?? null })),
      }))
      return answer({ ...response, responses })
    })
    expect(await made.read(made.make(committed), 4)).toEqual(['c1', 'b2', 'c2', 'c3'])
  })

  test('a second abort marker of one producer, as after fencing, does not end its next transaction', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    write(1n, 'gone')
    end(1n, 'abort')
    end(1n, 'abort')
    write(1n, 'gone too')
    write(1n, 'and this')
    end(1n, 'abort')
    end(1n, 'abort')
    write(1n, 'stays')
    end(1n, 'commit')
    expect(await made.read(made.make(committed), 1)).toEqual(['stays'])
    expect(said(await made.during(made.make(committed), 1_000))).toEqual(['stays'])
  })

  test('read_uncommitted shows everything, also when the broker sends a list of what was aborted', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    write(1n, 'aborted')
    end(1n, 'abort')
    write(2n, 'open')
    made.sandbox.intercept('Fetch', async request => {
      const response = await request.proceed()
      if (!response) return undefined
      const responses = response.responses.map(t => ({
        ...t,
        partitions: t.partitions.map(p => ({ ...p, abortedTransactions: [{ producerId: 1n, firstOffset: 0n }] })),
      }))
      return answer({ ...response, responses })
    })
    expect(await made.read(made.make(uncommitted), 2)).toEqual(['aborted', 'open'])
  })

  test('records of an open transaction are held back until it is committed', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    write(1n, 'open')
    made.sandbox.append('orders', 0, [{ value: 'behind it' }])
    const client = made.make(committed)
    expect(said(await made.during(client, 1_000))).toEqual([])
    end(1n, 'commit')
    expect(await made.read(client, 2)).toEqual(['open', 'behind it'])
  })

  test('what brings nothing but markers and aborted records moves the position and is no fetch', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    write(1n, 'gone')
    end(1n, 'abort')
    const asked: bigint[] = []
    made.sandbox.intercept('Fetch', ({ request }) => {
      for (const t of request.topics) for (const p of t.partitions) asked.push(p.fetchOffset)
      return undefined
    })
    const client = made.make(committed)
    let isPolled = false
    const stop = new AbortController()
    void client.pollFetches({ signal: stop.signal }).then(() => {
      isPolled = true
    })
    await made.clock.advance(2_000)
    expect(isPolled).toBe(false)
    expect(asked).toEqual([0n, 2n])
    stop.abort()
  })

  test('keepControlRecords gives out the markers', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    write(1n, 'x')
    end(1n, 'commit')
    const client = made.make({ consumer: { ...uncommitted.consumer, keepControlRecords: true } })
    const [fetched] = await made.during(client, 500)
    expect(fetched.records.toArray().map(r => r.attrs.isControl)).toEqual([false, true])
  })

  test('offsets are listed with the isolation too: the end is where decided records end', async () => {
    const made = await setup(one)
    const { write, end } = writer(made)
    made.sandbox.append('orders', 0, [{ value: 'before' }])
    write(1n, 'open')
    const client = made.make({ consumer: { partitions: { orders: { 0: Offset.atEnd() } }, isolation: 'read_committed' } })
    await made.during(client, 500)
    end(1n, 'commit')
    expect(await made.read(client, 1)).toEqual(['open'])
  })

  test('a broker before 0.11 knows no transactions, so that read_committed reads all of it', async () => {
    const made = await setup(one)
    for (const id of made.sandbox.brokers) made.sandbox.broker(id).limitVersions({ ListOffsets: [1, 1] })
    made.sandbox.append('orders', 0, [{ value: 'old' }])
    expect(await made.read(made.make(committed), 1)).toEqual(['old'])
  })
})
