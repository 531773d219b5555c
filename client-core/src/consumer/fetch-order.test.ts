import { describe, expect, test } from 'vitest'
import { silentLogger } from '../hooks/logger.js'
import { Cursor } from './cursor.js'
import { inOrder } from './fetch-order.js'
import { Offset } from './offset.js'
import { type Lags, type PreferLagFn, preferLagAt } from './prefer-lag.js'
import { names, setup, values } from './testing/setup.js'

function cursor(topic: string, partition: number, lag: bigint): Cursor {
  const made = new Cursor(topic, partition, Offset.at(10n))
  made.offset = 10n
  made.highWatermark = lag < 0n ? -1n : 10n + lag
  return made
}
const cursors = [
  cursor('calm', 0, 1n),
  cursor('busy', 0, 5n),
  cursor('busy', 1, 500n),
  cursor('mid', 0, 60n),
  cursor('busy', 2, 70n),
  cursor('new', 0, -1n),
]
const order = (prefer: PreferLagFn) => inOrder(cursors, prefer, silentLogger).map(c => `${c.topic} ${c.partition}`)

describe('the order in which partitions are fetched', () => {
  test('preferLagAt puts topics first that lag by more together, then partitions in their topic, the largest lag first', () => {
    expect(order(preferLagAt(50n))).toEqual(['busy 1', 'busy 2', 'busy 0', 'mid 0', 'calm 0', 'new 0'])
    expect(order(preferLagAt(64))).toEqual(['busy 1', 'busy 2', 'busy 0', 'calm 0', 'mid 0', 'new 0'])
    expect(order(preferLagAt(1_000n))).toEqual(['calm 0', 'busy 0', 'busy 1', 'busy 2', 'mid 0', 'new 0'])
  })

  test('a function hears lags and the order as it would be; what it leaves out comes behind in that order', () => {
    let heard: [Lags, readonly string[], ReadonlyMap<string, readonly number[]>] | undefined
    const prefer: PreferLagFn = (...args) => {
      heard = args
      return { topics: ['new', 'unheard of', 'new'], partitions: new Map([['busy', [2, 99]]]) }
    }
    expect(order(prefer)).toEqual(['new 0', 'calm 0', 'busy 2', 'busy 0', 'busy 1', 'mid 0'])
    expect(heard![0].get('busy')).toEqual(
      new Map([
        [0, 5n],
        [1, 500n],
        [2, 70n],
      ]),
    )
    expect(heard![0].get('new')!.get(0)).toBe(-1n)
    expect(heard![1]).toEqual(['calm', 'busy', 'mid', 'new'])
    expect(heard![2].get('busy')).toEqual([0, 1, 2])
    expect(order(() => ({}))).toEqual(['calm 0', 'busy 0', 'busy 1', 'busy 2', 'mid 0', 'new 0'])
  })

  const oneBroker = { brokers: 1, topics: { orders: 3 } }
  const partitions = { orders: { 0: Offset.atStart(), 1: Offset.atStart(), 2: Offset.atStart() } }

  test('without a preference partitions take turns at the front', async () => {
    const { sandbox, make, during } = await setup(oneBroker)
    const firsts = new Set<number>()
    sandbox.intercept('Fetch', ({ request }) => void firsts.add(request.topics[0].partitions[0].partition))
    await during(make({ consumer: { partitions, fetchSessions: false, fetchMaxWaitMs: 100 } }), 1_000)
    expect([...firsts].sort()).toEqual([0, 1, 2])
  })

  test('with one, requests ask for the laggards first', async () => {
    const { sandbox, make, read } = await setup(oneBroker)
    for (const p of [0, 1, 2]) for (let i = 0; i < [3, 40, 8][p]; i++) sandbox.append('orders', p, values(1, i))
    const orders: number[][] = []
    sandbox.intercept('Fetch', ({ request }) => void orders.push(request.topics.flatMap(t => t.partitions.map(p => p.partition))))
    const client = make({
      consumer: { partitions, fetchSessions: false, fetchMaxPartitionBytes: 1, preferLag: preferLagAt(2n) },
    })
    await read(client, 9)
    for (const [first] of orders.slice(1, 4)) expect(first).toBe(1)
  })

  test('a preference that throws is logged, and partitions take turns', async () => {
    const { sandbox, make, read } = await setup(oneBroker)
    sandbox.append('orders', 0, values(2))
    const said: string[] = []
    const preferLag = () => {
      throw new Error('a mistake of the program')
    }
    const logger = { level: 'error' as const, log: (_: string, text: string) => void said.push(text) }
    expect(await read(make({ logger, consumer: { partitions, preferLag } }), 2)).toEqual(names(2))
    expect(said[0]).toContain('consumer.preferLag threw')
  })
})
