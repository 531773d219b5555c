import { describe, expect, test } from 'vitest'
import { hang } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { from, names, setup, values } from './testing/setup.js'

const three = { brokers: 3, topics: { orders: 3 } }

describe('a consumer that is closed', () => {
  test('lets brokers forget its fetch sessions, also where a long poll waits, and leaves no connection and no timer', async () => {
    const { sandbox, make, read, clock } = await setup(three)
    for (const p of [0, 1, 2]) sandbox.append('orders', p, values(1, p))
    const client = make(from(Offset.atStart(), 0, 1, 2))
    expect((await read(client, 3)).sort()).toEqual(names(3))
    await clock.advance(100)
    const sessions = () => sandbox.brokers.reduce((n, id) => n + sandbox.broker(id).fetchSessions, 0)
    expect(sessions()).toBeGreaterThan(0)
    await client.close()
    await clock.settle()
    expect(sessions()).toBe(0)
    expect(sandbox.brokers.map(id => sandbox.broker(id).connections)).toEqual([0, 0, 0])
    await sandbox.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('of a fork leaves the client it was forked from as it is', async () => {
    const { sandbox, make, read, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    const fork = client.fork(from(Offset.atStart(), 0))
    expect([await read(client, 2), await read(fork, 2)]).toEqual([names(2), names(2)])
    await clock.advance(100)
    expect(sandbox.broker(1).fetchSessions).toBe(2)
    await fork.close()
    expect(sandbox.broker(1).fetchSessions).toBe(1)
    sandbox.append('orders', 0, values(1, 2))
    expect(await read(client, 1)).toEqual(['v2'])
  })

  test('waits a second at most for a broker that does not answer, and not at all for one that is gone', async () => {
    for (const [how, most] of [
      ['hangs', 1_000],
      ['gone', 0],
    ] as const) {
      const { sandbox, make, read, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
      sandbox.append('orders', 0, values(1))
      const client = make(from(Offset.atStart(), 0))
      await read(client, 1)
      await clock.advance(100)
      if (how === 'hangs') sandbox.intercept('Fetch', hang())
      else await sandbox.broker(1).stop()
      const began = clock.now()
      let isClosed = false
      const closing = client.close().then(() => {
        isClosed = true
      })
      await new Promise(resolve => setTimeout(resolve, 50))
      for (let i = 0; i < 20 && !isClosed; i++) await clock.advance(100)
      await closing
      expect(clock.now() - began).toBeLessThanOrEqual(most)
    }
  })

  test('twice at a time is closed once, and both who asked wait for it', async () => {
    const { sandbox, make, read, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(1))
    const client = make(from(Offset.atStart(), 0))
    await read(client, 1)
    await clock.advance(100)
    sandbox.intercept('Fetch', hang())
    const ends: string[] = []
    const both = ['first', 'second'].map(name => client.close().then(() => void ends.push(name)))
    await clock.settle()
    expect(ends).toEqual([])
    while (ends.length < 2) await clock.advance(100)
    await Promise.all(both)
    expect(ends).toEqual(['first', 'second'])
  })
})
