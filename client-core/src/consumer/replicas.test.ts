import { describe, expect, test } from 'vitest'
import { answer, fail, type SandboxOptions } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { from, names, setup, values } from './testing/setup.js'

const near: SandboxOptions = {
  brokers: [{ rack: 'far' }, { rack: 'near' }, { rack: 'other' }],
  topics: { orders: 1 },
  brokerConfigs: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
}
const halfAnHour = 30 * 60_000

async function rackAware() {
  const made = await setup(near, { rack: 'near' })
  const { sandbox } = made
  sandbox.moveLeader('orders', 0, 1)
  const asked: number[] = []
  sandbox.intercept('Fetch', ({ broker, request }) => {
    if (request.topics.length > 0) asked.push(broker)
    return undefined
  })
  return { ...made, asked }
}

describe('reading from a near replica (KIP-392)', () => {
  test('the replica that the leader names is read from', async () => {
    const { sandbox, make, read, asked } = await rackAware()
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 3)).toEqual(names(3))
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
    expect(asked[0]).toBe(1)
    expect(new Set(asked.slice(1))).toEqual(new Set([2]))
  })

  test('after half an hour the leader is asked once more, and nothing comes twice', async () => {
    const { sandbox, make, read, asked, clock, during } = await rackAware()
    // Timestamps of today: old ones would fall to the retention in so long a time.
    for (const value of names(3)) sandbox.append('orders', 0, [{ value }])
    const client = make(from(Offset.atStart(), 0))
    const seen = await read(client, 3)
    asked.length = 0
    for (let i = 0; i < 6; i++) {
      sandbox.append('orders', 0, [{ value: `v${3 + i}` }])
      seen.push(...(await read(client, 1)))
      await clock.advance(halfAnHour / 4)
    }
    expect(seen).toEqual(names(9))
    expect(asked.filter(broker => broker === 1)).toHaveLength(1)
    expect((await during(client, 1_000)).flatMap(p => p.records.toArray())).toEqual([])
  })

  test('a replica that metadata does not know strands nothing: metadata is read, and the leader is asked meanwhile, with a pause', async () => {
    const { sandbox, make, read, during } = await setup({ topics: { orders: 1 } }, { rack: 'near' })
    sandbox.append('orders', 0, values(3))
    let isAway = true
    let asked = 0
    sandbox.intercept('Fetch', async request => {
      asked++
      const response = await request.proceed()
      if (!isAway || !response) return undefined
      const responses = response.responses.map(t => ({
        ...t,
        partitions: t.partitions.map(p => ({ ...p, records: null, preferredReadReplica: 99 })),
      }))
      return answer({ ...response, responses })
    })
    const loaded = sandbox.intercept('Metadata', () => undefined)
    const client = make(from(Offset.atStart(), 0))
    await during(client, 2_000)
    expect(loaded.count).toBeGreaterThan(1)
    expect(asked).toBeLessThan(15)
    isAway = false
    expect(await read(client, 3)).toEqual(names(3))
  })

  test('an offset below the follower’s log start goes back to the leader, and no offsets are listed', async () => {
    const { sandbox, make, read, asked } = await rackAware()
    sandbox.append('orders', 0, values(3))
    const listed = sandbox.intercept('ListOffsets', () => undefined)
    const client = make(from(Offset.at(0n), 0))
    expect(await read(client, 3)).toEqual(names(3))
    const refused = sandbox.intercept('Fetch', { broker: 2 }, ({ request }) =>
      request.topics.length === 0 ? undefined : fail('OFFSET_OUT_OF_RANGE'),
    )
    asked.length = 0
    sandbox.append('orders', 0, values(1, 3))
    const reading = read(client, 1)
    await refused.met(1)
    refused.remove()
    expect(await reading).toEqual(['v3'])
    expect(asked).toContain(1)
    expect(listed.count).toBe(0)
  })

  test('an offset beyond the follower’s end is validated by the leader; the follower is given time to catch up', async () => {
    const { sandbox, make, read } = await rackAware()
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.at(0n), 0))
    expect(await read(client, 3)).toEqual(names(3))
    const validated = sandbox.intercept('OffsetForLeaderEpoch', { broker: 1 }, () => undefined)
    const listed = sandbox.intercept('ListOffsets', () => undefined)
    let left = 2
    sandbox.intercept('Fetch', { broker: 2 }, ({ request }) => {
      const [topic] = request.topics
      if (!topic || left-- <= 0) return undefined
      return answer({
        errorCode: 0,
        sessionId: 0,
        responses: [
          {
            topic: topic.topic,
            topicId: topic.topicId,
            partitions: [
              {
                partitionIndex: 0,
                errorCode: 1,
                highWatermark: 2n,
                lastStableOffset: 2n,
                logStartOffset: 0n,
                abortedTransactions: null,
                records: null,
              },
            ],
          },
        ],
      })
    })
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
    expect(validated.count).toBeGreaterThanOrEqual(1)
    expect(listed.count).toBe(0)
  })

  test.each([
    ['OFFSET_NOT_AVAILABLE', 2],
    ['UNKNOWN_LEADER_EPOCH', 2],
    ['KAFKA_STORAGE_ERROR', 1],
    ['TOPIC_AUTHORIZATION_FAILED', 1],
  ] as const)('that answers %s: broker %d is asked next, and the user hears nothing', async (code, next) => {
    const { sandbox, make, read, asked, during } = await rackAware()
    sandbox.append('orders', 0, values(3))
    const client = make({ consumer: { ...from(Offset.at(0n), 0).consumer, fetchSessions: false, fetchMaxWaitMs: 100 } })
    expect(await read(client, 3)).toEqual(names(3))
    expect(asked.at(-1)).toBe(2)
    const order: number[] = []
    let refusedAt = -1
    sandbox.intercept('Fetch', ({ broker }) => {
      order.push(broker)
      if (broker !== 2 || refusedAt >= 0) return undefined
      refusedAt = order.length
      return fail(code)
    })
    expect(await during(client, 1_000)).toEqual([])
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
    expect(order[refusedAt]).toBe(next)
  })

  test('a replica that dies is left for the leader', async () => {
    const { sandbox, make, read } = await rackAware()
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.at(0n), 0))
    await read(client, 3)
    await sandbox.broker(2).stop()
    sandbox.append('orders', 0, values(2, 3))
    expect(await read(client, 2)).toEqual(names(2, 3))
  })
})
