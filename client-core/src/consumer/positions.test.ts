import { describe, expect, test } from 'vitest'
import { fail, hang } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { from, names, said, setup, values } from './testing/setup.js'

const one = { topics: { orders: 1 } }

describe('positions that are asked for', () => {
  test('setOffsets wins over an offset that is being looked up', async () => {
    const { sandbox, make, clock, during } = await setup(one)
    sandbox.append('orders', 0, values(5))
    const held = sandbox.intercept('ListOffsets', { once: true }, hang())
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect(held.count).toBe(1)
    client.setOffsets({ orders: { 0: Offset.at(3n) } })
    await clock.advance(10)
    held.release()
    expect(said(await during(client, 6_000))).toEqual(names(2, 3))
  })

  test('setOffsets wins over an epoch that is being validated, and the newest of several wins', async () => {
    const { sandbox, make, clock, during } = await setup(one)
    sandbox.append('orders', 0, values(5))
    const held = sandbox.intercept('OffsetForLeaderEpoch', { once: true }, hang())
    const client = make(from(Offset.at(1n).withEpoch(0), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect(held.count).toBe(1)
    client.setOffsets({ orders: { 0: Offset.atEnd() } })
    client.setOffsets({ orders: { 0: Offset.at(4n) } })
    held.release()
    expect(said(await during(client, 6_000))).toEqual(['v4'])
  })

  test('the newest place wins over one that is being looked up, whichever answer comes first', async () => {
    const { sandbox, make, clock, during, read } = await setup(one)
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atStart(), 0))
    const older = sandbox.intercept('ListOffsets', { once: true }, hang())
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect(older.count).toBe(1)
    const newer = sandbox.intercept('ListOffsets', { once: true }, hang())
    client.setOffsets({ orders: { 0: Offset.atEnd() } })
    await clock.advance(100)
    older.release()
    expect(said(await during(client, 1_000))).toEqual([])
    newer.release()
    await during(client, 500)
    sandbox.append('orders', 0, values(1, 5))
    expect(await read(client, 1)).toEqual(['v5'])
  })

  test('places and positions of one leader that are to be validated are asked for side by side, each as it should be', async () => {
    const { sandbox, make, during, read } = await setup({ brokers: 1, topics: { orders: 2 } })
    for (const p of [0, 1]) sandbox.append('orders', p, values(3, p * 10))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.at(1n).withEpoch(0), 1: Offset.atEnd() } } } })
    expect(said(await during(client, 1_000))).toEqual(names(2, 1))
    sandbox.append('orders', 1, values(1, 13))
    expect(await read(client, 1)).toEqual(['v13'])
  })

  test('what is being looked up is not asked for again because something else is', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 1, topics: { orders: 2 } })
    const asked: number[] = []
    sandbox.intercept('ListOffsets', ({ request }) => {
      asked.push(...request.topics.flatMap(t => t.partitions.map(p => p.partitionIndex)))
      return hang()
    })
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    client.addConsumePartitions({ orders: { 1: Offset.atStart() } })
    await clock.advance(2_000)
    sandbox.clearInterceptions()
    await clock.advance(500)
    expect(asked.filter(p => p === 0)).toHaveLength(1)
  })

  test('setOffsets for what is not consumed is ignored', async () => {
    const { sandbox, make, during } = await setup({ topics: { orders: 2, payments: 1 } })
    for (const p of [0, 1]) sandbox.append('orders', p, values(1, p))
    sandbox.append('payments', 0, values(1, 9))
    const client = make(from(Offset.atStart(), 0))
    client.setOffsets({ orders: { 1: Offset.at(0n) }, payments: { 0: Offset.at(0n) } })
    expect(said(await during(client, 1_000))).toEqual(['v0'])
  })

  test('setOffsets while a fetch waits at the broker is fetched for at once, not after the long poll', async () => {
    const { sandbox, make, clock, during } = await setup(one)
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atEnd(), 0))
    await during(client, 500)
    const before = clock.now()
    client.setOffsets({ orders: { 0: Offset.at(2n) } })
    expect(said(await during(client, 300))).toEqual(names(3, 2))
    expect(clock.now() - before).toBeLessThan(500)
  })

  test('a leader that does not answer holds up no partition of another', async () => {
    const { sandbox, make, read } = await setup()
    for (const p of [0, 1, 2]) sandbox.append('orders', p, values(1, p))
    sandbox.intercept('ListOffsets', { broker: sandbox.leader('orders', 1) }, hang())
    const client = make(from(Offset.atStart(), 0, 1))
    expect(await read(client, 1)).toEqual(['v0'])
    client.addConsumePartitions({ orders: { 2: Offset.atStart() } })
    expect(await read(client, 1)).toEqual(['v2'])
  })

  test('leaders are asked once for all of their partitions', async () => {
    const { sandbox, make, read } = await setup({ brokers: 1, topics: { orders: 20 } })
    for (let p = 0; p < 20; p++) sandbox.append('orders', p, values(1, p))
    const asked = sandbox.intercept('ListOffsets', () => undefined)
    expect(await read(make({ consumer: { topics: ['orders'] } }), 20)).toHaveLength(20)
    expect(asked.count).toBe(1)
  })

  test('the leader epoch goes with the question, so that a stale leader does not answer it', async () => {
    const { sandbox, make, read } = await setup(one)
    sandbox.append('orders', 0, values(1))
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    const epochs: number[] = []
    sandbox.intercept('ListOffsets', ({ request }) => void epochs.push(request.topics[0].partitions[0].currentLeaderEpoch))
    await read(make(from(Offset.atStart(), 0)), 1)
    expect(epochs).toEqual([sandbox.leaderEpoch('orders', 0)])
  })

  test('what failed is asked again a second later; only what does not go away by itself is told', async () => {
    const { sandbox, make, during, clock } = await setup(one)
    sandbox.append('orders', 0, values(1))
    const times: number[] = []
    sandbox.intercept('ListOffsets', () => {
      times.push(clock.now())
      return times.length < 3 ? fail('TOPIC_AUTHORIZATION_FAILED') : undefined
    })
    const came = await during(make(from(Offset.atStart(), 0)), 3_000)
    expect(times[1] - times[0]).toBe(1_000)
    expect(came.filter(p => p.error).map(p => p.error)).toMatchObject([
      { code: 'TOPIC_AUTHORIZATION_FAILED' },
      { code: 'TOPIC_AUTHORIZATION_FAILED' },
    ])
    expect(said(came)).toEqual(['v0'])
  })

  test('a retriable error of a lookup is kept from the poll', async () => {
    const { sandbox, make, during } = await setup(one)
    sandbox.append('orders', 0, values(1))
    let left = 8
    sandbox.intercept('ListOffsets', () => (left-- > 0 ? fail('LEADER_NOT_AVAILABLE') : undefined))
    const came = await during(make(from(Offset.atStart(), 0)), 20_000)
    expect(came.filter(p => p.error)).toEqual([])
    expect(said(came)).toEqual(['v0'])
  })

  test('a committed position is nobody’s without a group: that is told once, and the partition waits for setOffsets', async () => {
    const { sandbox, make, during, read } = await setup(one)
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atCommitted(), 0))
    expect(await during(client, 5_000)).toMatchObject([{ topic: 'orders', partition: 0, error: { code: 'NO_OFFSET' } }])
    client.setOffsets({ orders: { 0: Offset.at(1n) } })
    expect(await read(client, 1)).toEqual(['v1'])
  })
})

describe('an Offset', () => {
  test('is refused with one clear error when it is no whole offset', () => {
    const refusal = (message: string) => expect.objectContaining({ code: 'INVALID_OPTION', message })
    const wanted = 'must be a bigint of 64 bits, such as 5n, not'
    expect(() => Offset.at(1.5 as never)).toThrow(refusal(`what Offset.at takes ${wanted} 1.5`))
    expect(() => Offset.at(2n ** 63n)).toThrow(refusal(`what Offset.at takes ${wanted} 9223372036854775808n`))
    expect(() => Offset.afterMilli(7 as never)).toThrow(refusal(`what Offset.afterMilli takes ${wanted} 7`))
    expect(() => Offset.atEnd().relative('1' as never)).toThrow(refusal(`what Offset.relative takes ${wanted} "1"`))
    expect(() => Offset.at(1n).withEpoch(0.5)).toThrow(refusal('what Offset.withEpoch takes must be a whole number, not 0.5'))
  })

  test('of -1 is the end, and of anything below the start', () => {
    expect([-1n, -2n, -3n].map(n => String(Offset.at(n)))).toEqual(['end', 'start', 'start'])
  })

  test('says what it is', () => {
    const all = [Offset.at(5n).withEpoch(2), Offset.atEnd().relative(-3n), Offset.afterMilli(7n), Offset.noReset(), Offset.atCommitted()]
    expect(all.map(String)).toEqual(['5 e2', 'end-3', 'after 7 ms', 'start, no reset', 'committed'])
  })
})
