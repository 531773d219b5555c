import { expect, test } from 'vitest'
import { Random } from '../random.js'
import type { Fault } from '../sandbox/control/verdict.js'
import { answer, close, delay, fail, hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const partitions = 4
const records = 300

/** What brokers do to a request, besides answering it. */
const faults: readonly Fault[] = [
  close(),
  close({ after: true }),
  fail('NOT_LEADER_OR_FOLLOWER'),
  fail('NOT_LEADER_OR_FOLLOWER', { after: true }),
  fail('REQUEST_TIMED_OUT', { after: true }),
  fail('NOT_ENOUGH_REPLICAS'),
  fail('UNKNOWN_TOPIC_OR_PARTITION'),
  delay(300),
  hang(),
]

test.each([1, 2, 3, 4])(
  'whatever brokers and the network do, each record is written once and each partition keeps its order (seed %i)',
  async seed => {
    const random = new Random(seed)
    const p = await producing({
      sandbox: { topics: { orders: partitions, refused: 1 } },
      client: { requestTimeoutOverheadMs: 1_000, random: () => random.next() },
      producer: { requestTimeoutMs: 500, lingerMs: random.pick([0, 5]), batchMaxBytes: 1_024, unknownTopicRetries: -1 },
    })
    p.sandbox.intercept('Produce', () => (random.chance(0.25) ? random.pick(faults) : undefined))
    // Each refusal of a batch that was sent makes the producer begin a new epoch, in the midst of all the rest.
    p.sandbox.intercept('Produce', async ({ proceed }) => {
      const real = (await proceed())!
      const isRefused = (t: { name?: string; topicId?: string }) =>
        t.name === 'refused' || t.topicId === p.client.cachedTopics().get('refused')?.topicId
      if (!real.responses.some(isRefused)) return undefined
      const refusal = [{ index: 0, errorCode: 10, baseOffset: -1n }]
      return answer({ ...real, responses: real.responses.map(t => (isRefused(t) ? { ...t, partitionResponses: refusal } : t)) })
    })
    p.sandbox.intercept('Metadata', () => (random.chance(0.1) ? random.pick([close(), delay(200)]) : undefined))
    p.sandbox.intercept('InitProducerId', () => (random.chance(0.3) ? close() : undefined))
    const told: Promise<string>[] = []
    for (let i = 0; i < records; i++) {
      if (random.chance(0.1)) told.push(p.put('no', { topic: 'refused' }))
      told.push(p.put(`${i}`, { partition: i % partitions }))
      if (random.chance(0.05)) {
        // To one that has all of the log: what another lacks would be lost by the cluster.
        const moved = random.int(0, partitions - 1)
        p.sandbox.moveLeader('orders', moved, random.pick(p.sandbox.partition('orders', moved).isr))
      }
      if (random.chance(0.03)) p.sandbox.broker(random.pick(p.sandbox.brokers)).cut()
      if (random.chance(0.02)) await p.sandbox.broker(random.pick(p.sandbox.brokers)).stop()
      if (random.chance(0.06)) for (const id of p.sandbox.brokers) await p.sandbox.broker(id).start()
      if (random.chance(0.3)) await p.clock.advance(random.next() * 200)
    }
    for (const id of p.sandbox.brokers) await p.sandbox.broker(id).start()
    p.sandbox.clearInterceptions()
    await p.run(Promise.all(told))
    for (let partition = 0; partition < partitions; partition++) {
      const expected = Array.from({ length: records / partitions }, (_, i) => `${i * partitions + partition}`)
      expect(p.values('orders', partition)).toEqual(expected)
    }
    expect(p.client.bufferedProduceRecords).toBe(0)
    expect((await p.client.producerId()).epoch).toBeGreaterThan(3)
  },
)
