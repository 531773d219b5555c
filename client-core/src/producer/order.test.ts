import { describe, expect, test } from 'vitest'
import type { BrokerWriteEvent } from '../hooks/hooks.js'
import { at, readInt32, readInt64 } from '../records/layout.js'
import { answer, close, delay, fail, hang } from '../sandbox/index.js'
import { nextSequence } from './partition-queue.js'
import { producing } from './testing/producing.js'

const numbered = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `v${from + i}`)

describe('the order of a partition', () => {
  test('is the order of produce, through errors, lost answers and lost requests', async () => {
    const p = await producing()
    let n = 0
    const faults = [
      close(),
      fail('NOT_LEADER_OR_FOLLOWER'),
      undefined,
      close({ after: true }),
      fail('REQUEST_TIMED_OUT', { after: true }),
      undefined,
      undefined,
    ]
    p.sandbox.intercept('Produce', () => faults[n++ % faults.length])
    const all: Promise<string>[] = []
    for (const value of numbered(60)) {
      all.push(p.put(value))
      if (all.length % 4 === 0) await p.clock.advance(20)
    }
    await p.run(Promise.all(all))
    expect(p.values()).toEqual(numbered(60))
    expect(p.told).toEqual(numbered(60).map((v, i) => `${v}@${i}`))
  })

  test('stays when the leader moves again and again', async () => {
    const p = await producing()
    const all: Promise<string>[] = []
    for (const value of numbered(40)) {
      all.push(p.put(value))
      if (all.length % 8 === 0) p.sandbox.moveLeader('orders', 0, p.other())
      await p.clock.advance(3)
    }
    await p.run(Promise.all(all))
    expect(p.values()).toEqual(numbered(40))
  })

  test('stays when brokers die and come back', async () => {
    const p = await producing()
    const all: Promise<string>[] = []
    for (const value of numbered(30)) {
      all.push(p.put(value))
      if (all.length % 10 === 5) await p.sandbox.broker(p.sandbox.leader('orders', 0)).stop()
      if (all.length % 10 === 9) for (const id of p.sandbox.brokers) await p.sandbox.broker(id).start()
      await p.clock.advance(100)
    }
    await p.run(Promise.all(all))
    expect(p.values()).toEqual(numbered(30))
  })

  test('a batch that failed is not overtaken: nothing follows on a new leader before its answer', async () => {
    const p = await producing()
    await p.run(p.puts(['a', 'b']))
    const old = p.sandbox.leader('orders', 0)
    const held = p.sandbox.intercept('Produce', { broker: old }, hang())
    const c = p.put('c')
    await held.met(1)
    const d = p.put('d')
    await p.clock.advance(100)
    p.sandbox.moveLeader('orders', 0, p.other())
    await p.run(p.client.forceMetadataRefresh())
    const e = p.put('e')
    await p.clock.advance(1_000)
    expect(p.values()).toEqual(['a', 'b'])
    held.remove()
    await p.run(Promise.all([c, d, e]))
    expect(p.values()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('one request is in flight until the broker has answered well, then at most four', async () => {
    let written = 0
    const hooks = [{ onBrokerWrite: ({ apiKey }: { apiKey: number }) => void (apiKey === 0 && written++) }]
    const p = await producing({ client: { hooks }, producer: { batchMaxBytes: 1_024 } })
    const large = (i: number) => `${i}${'x'.repeat(900)}`
    const held = p.sandbox.intercept('Produce', hang())
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(i => p.put(large(i)))
    await held.met(1)
    await p.clock.advance(100)
    expect(written).toBe(1)
    held.release()
    await p.clock.advance(100)
    expect(written).toBe(1 + 4)
    held.remove()
    await p.run(Promise.all(all))
    expect(p.values().map(v => v?.[0])).toEqual([...'0123456789'])
  })

  test('of a partition whose broker has not answered for it yet, one batch is in flight, however well it answered for others', async () => {
    let written = 0
    const hooks = [{ onBrokerWrite: ({ apiKey }: { apiKey: number }) => void (apiKey === 0 && written++) }]
    const p = await producing({ sandbox: { brokers: 1, topics: { orders: 2 } }, client: { hooks }, producer: { batchMaxBytes: 1_024 } })
    await p.run(p.put('warm', { partition: 1 }))
    written = 0
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    const all = p.puts(['a', 'b', 'c'].map(v => v + 'x'.repeat(900)))
    await p.clock.advance(100)
    expect(written).toBe(1)
    held.release()
    await p.run(all)
    expect(p.values().map(v => v?.[0])).toEqual(['a', 'b', 'c'])
  })

  test('a new epoch begins behind what is in flight under the old one: its first batch would be taken where that is refused', async () => {
    const p = await producing({ sandbox: { brokers: 2, topics: { orders: { partitions: 2, replicationFactor: 1 } } } })
    await p.run(Promise.all([p.put('w', { partition: 0 }), p.put('w', { partition: 1 })]))
    const held = p.sandbox.intercept('Produce', { broker: p.sandbox.leader('orders', 0), once: true }, async () => {
      await new Promise<void>(resolve => p.clock.setTimeout(resolve, 1_000))
      return fail('NOT_ENOUGH_REPLICAS')
    })
    const a = p.put('a')
    await held.met(1)
    p.sandbox.intercept('Produce', { broker: p.sandbox.leader('orders', 1), once: true }, fail('MESSAGE_TOO_LARGE'))
    await p.run(p.put('refused', { partition: 1 }), 1)
    const b = p.put('b')
    await p.run(Promise.all([a, b]))
    expect(p.values()).toEqual(['w', 'a', 'b'])
    expect(p.sandbox.records('orders', 0).map(r => r.producerEpoch)).toEqual([0, 0, 1])
  })

  test('a batch whose old leader never answers goes to the new one as soon as that is certain, without anybody asking', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    const old = p.sandbox.leader('orders', 0)
    const held = p.sandbox.intercept('Produce', { broker: old }, hang())
    const a = p.put('a')
    await held.met(1)
    p.sandbox.moveLeader('orders', 0, p.other())
    await p.run(p.client.forceMetadataRefresh())
    const started = p.clock.now()
    p.sandbox.broker(old).cut()
    expect(await p.run(a)).toBe('a@1')
    expect(p.clock.now()).toBe(started)
  })

  test('requests to one broker are settled in the order in which they were sent', async () => {
    const p = await producing({ sandbox: { brokers: 1, topics: { orders: 6 } } })
    await p.run(Promise.all([0, 1, 2, 3, 4, 5].map(partition => p.put('warm', { partition }))))
    p.told.length = 0
    p.sandbox.intercept('Produce', { once: true }, delay(500))
    const all = [3, 1, 4, 0, 5].map(async partition => {
      const told = p.put(`p${partition}`, { partition })
      return told
    })
    await p.run(Promise.all(all))
    expect(p.told).toHaveLength(5)
    expect(p.told.map(t => t.split('@')[1])).toEqual(['1', '1', '1', '1', '1'])
  })
})

describe('nothing is doubled', () => {
  test('when the broker wrote and its answer was lost: it knows the batch again', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    for (let i = 0; i < 3; i++) p.sandbox.intercept('Produce', { once: true }, close({ after: true }))
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@1', 'b@2'])
    expect(p.values()).toEqual(['warm', 'a', 'b'])
  })

  test('when an answer is late: the connection is given up, the batch recognised', async () => {
    const p = await producing({ producer: { requestTimeoutMs: 1_000 } })
    await p.run(p.put('warm'))
    p.sandbox.intercept('Produce', { once: true }, async ({ proceed }) => {
      await proceed()
      return hang()
    })
    expect(await p.run(p.put('a'))).toBe('a@1')
    expect(p.values()).toEqual(['warm', 'a'])
  })

  test('when a new epoch begins for one partition while another waits for an answer that is lost', async () => {
    const p = await producing({ sandbox: { brokers: 1, topics: { orders: 2 } } })
    await p.run(Promise.all([p.put('warm', { partition: 0 }), p.put('warm', { partition: 1 })]))
    // Partition 1 is written, and its answer lost; meanwhile partition 0 makes the producer begin a new epoch.
    const parked = p.sandbox.intercept('Produce', { once: true }, async ({ proceed }) => {
      await proceed()
      return hang()
    })
    const one = p.put('one', { partition: 1 })
    await parked.met(1)
    p.sandbox.forgetProducers('orders', 0)
    p.sandbox.deleteRecords('orders', 0, 1n)
    const zero = p.put('zero', { partition: 0 })
    await p.clock.advance(50)
    p.sandbox.broker(1).cut()
    await p.run(Promise.all([zero, one]))
    expect([p.values('orders', 0), p.values('orders', 1)]).toEqual([['zero'], ['warm', 'one']])
    // And both go on.
    await p.run(Promise.all([p.put('z2', { partition: 0 }), p.put('o2', { partition: 1 })]))
    expect([p.values('orders', 0), p.values('orders', 1)]).toEqual([
      ['zero', 'z2'],
      ['warm', 'one', 'o2'],
    ])
  })
})

describe('sequence numbers', () => {
  test.each([
    [0, 5, 5],
    [2_147_483_646, 1, 2_147_483_647],
    [2_147_483_647, 1, 0],
    [2_147_483_640, 20, 12],
  ])('after %i and %i records comes %i', (sequence, count, next) => {
    expect(nextSequence(sequence, count)).toBe(next)
  })

  test('a batch that is sent again has the same, under the same id and epoch', async () => {
    const p = await producing()
    const seen: string[] = []
    let n = 0
    p.sandbox.intercept('Produce', ({ request }) => {
      const records = request.topicData[0].partitionData[0].records!
      seen.push(`${readInt64(records, at.producerId)} ${readInt32(records, at.baseSequence)}`)
      return n++ < 2 ? fail('NOT_LEADER_OR_FOLLOWER') : undefined
    })
    await p.run(p.puts(['a', 'b', 'c']))
    await p.run(p.put('d'))
    expect(seen.map(s => s.split(' ')[1])).toEqual(['0', '0', '0', '3'])
    expect(new Set(seen.map(s => s.split(' ')[0])).size).toBe(1)
  })
})

describe('a request that is sent again', () => {
  test('says which try it is, and of which request', async () => {
    const tries: [attempt: number, requestId: number, retryOf: number | undefined][] = []
    const onBrokerWrite = ({ apiKey, attempt, requestId, retryOf }: BrokerWriteEvent) =>
      void (apiKey === 0 && tries.push([attempt, requestId, retryOf]))
    const p = await producing({ client: { hooks: [{ onBrokerWrite }] } })
    p.sandbox.intercept('Produce', { once: true }, close())
    p.sandbox.intercept('Produce', { once: true }, fail('NOT_LEADER_OR_FOLLOWER'))
    await p.run(p.put('a'))
    const [first, second] = tries.map(([, requestId]) => requestId)
    expect(tries.map(([attempt, , retryOf]) => [attempt, retryOf])).toEqual([
      [1, undefined],
      [2, first],
      [3, second],
    ])
  })
})

describe('a leader that moved', () => {
  test('is followed by the hint in the answer, without asking for metadata and without a pause (KIP-951)', async () => {
    const p = await producing()
    await p.run(p.put('a'))
    const loads = p.sandbox.intercept('Metadata', () => undefined)
    p.sandbox.moveLeader('orders', 0, p.other())
    const started = p.clock.now()
    expect(await p.run(p.put('b'))).toBe('b@1')
    expect([loads.count, p.clock.now() - started]).toEqual([0, 0])
  })

  test('that nobody hints at is found by metadata', async () => {
    const p = await producing()
    for (const id of p.sandbox.brokers) p.sandbox.broker(id).limitVersions({ Produce: [0, 9] })
    await p.run(p.put('a'))
    const loads = p.sandbox.intercept('Metadata', () => undefined)
    p.sandbox.moveLeader('orders', 0, p.other())
    expect(await p.run(p.put('b'))).toBe('b@1')
    expect(loads.count).toBe(1)
  })

  const hinting =
    (leaderId: () => number, leaderEpoch: () => number) =>
    async ({ proceed }: { proceed(): Promise<unknown> }) => {
      const real = (await proceed()) as { responses: { partitionResponses: object[] }[] }
      const moved = { errorCode: 6, baseOffset: -1n, currentLeader: { leaderId: leaderId(), leaderEpoch: leaderEpoch() } }
      return answer({
        ...real,
        responses: real.responses.map(t => ({ ...t, partitionResponses: t.partitionResponses.map(x => ({ ...x, ...moved })) })),
      } as never)
    }

  test('hints in a circle do not make it spin', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    let epoch = 10
    const asks: number[] = []
    const circle = p.sandbox.intercept('Produce', async request => {
      asks.push(p.clock.now())
      return hinting(
        () => (request.broker % 3) + 1,
        () => ++epoch,
      )(request)
    })
    const a = p.put('a')
    await p.clock.advance(3_000)
    expect(asks.length).toBeLessThan(12)
    circle.remove()
    await p.run(a)
  })

  test('a hint that names the leader in use, or a broker that nobody knows, waits for metadata', async () => {
    for (const leader of [() => -2, () => 99]) {
      const p = await producing()
      await p.run(p.put('warm'))
      const own = p.sandbox.leader('orders', 0)
      let asks = 0
      const odd = p.sandbox.intercept('Produce', async request => {
        asks++
        return hinting(
          () => (leader() === -2 ? own : leader()),
          () => 1_000 + asks,
        )(request)
      })
      const a = p.put('a')
      await p.clock.advance(1_000)
      expect(asks).toBeLessThan(6)
      odd.remove()
      await p.run(a)
    }
  })

  test('one that is nowhere yet is waited for, and asked after within a quarter of a second', async () => {
    const p = await producing({ sandbox: { brokers: 2, topics: { orders: { partitions: 1, replicationFactor: 1 } } } })
    await p.run(p.put('a'))
    const leader = p.sandbox.leader('orders', 0)
    await p.sandbox.broker(leader).stop()
    const b = p.put('b')
    await p.clock.advance(20_000)
    await p.sandbox.broker(leader).start()
    const started = p.clock.now()
    expect(await p.run(b)).toBe('b@1')
    expect(p.clock.now() - started).toBeLessThanOrEqual(5_000)
  })

  test('records that come while nobody leads make it look for a leader', async () => {
    const p = await producing({ sandbox: { brokers: 2, topics: { orders: { partitions: 1, replicationFactor: 1 } } } })
    await p.run(p.put('a'))
    const leader = p.sandbox.leader('orders', 0)
    await p.sandbox.broker(leader).stop()
    await p.run(p.client.forceMetadataRefresh())
    await p.clock.advance(60_000)
    await p.sandbox.broker(leader).start()
    const started = p.clock.now()
    expect(await p.run(p.put('b'))).toBe('b@1')
    expect(p.clock.now() - started).toBeLessThanOrEqual(1_000)
  })
})
