import { expect, test } from 'vitest'
import type { Client } from '../client/client.js'
import type { FetchRequest } from '../protocol/api/fetch.js'
import { Random } from '../random.js'
import type { KafkaRecord } from '../records/record.js'
import type { Action, Fault } from '../sandbox/control/verdict.js'
import { answer, close, delay, fail, hang, type Sandbox } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { setup, text } from './testing/setup.js'

const partitions = 5
const perPartition = 120
/** No partition may stand still for so long once nothing breaks any more, in ms of virtual time. */
const patienceMs = 90_000

/** What brokers do to a request, besides answering it. */
const faults: readonly Fault[] = [
  close(),
  close({ after: true }),
  fail('NOT_LEADER_OR_FOLLOWER'),
  fail('FENCED_LEADER_EPOCH'),
  fail('UNKNOWN_LEADER_EPOCH'),
  fail('OFFSET_NOT_AVAILABLE'),
  fail('KAFKA_STORAGE_ERROR'),
  fail('UNKNOWN_TOPIC_OR_PARTITION'),
  delay(300),
  delay(2_500),
  hang(),
]
/** Of a Fetch as a whole: the broker knows the session no more, or not as we do. */
const sessionErrors = [70, 71, 6]

/** What was read of each partition, and what is to come next. */
class Seen {
  readonly next = Array.from({ length: partitions }, () => 0)
  readonly #epochs = Array.from({ length: partitions }, (): number[] => [])
  count = 0

  take({ partition, value, leaderEpoch }: KafkaRecord): void {
    expect(`${partition}: ${text(value)}`).toBe(`${partition}: ${this.next[partition]++}`)
    this.#epochs[partition][this.next[partition] - 1] = leaderEpoch
    this.count++
  }
  /** Where the partition is to go on, as a reader knows it that kept offset and epoch. */
  position(partition: number): Offset {
    const next = this.next[partition]
    return Offset.at(BigInt(next)).withEpoch(this.#epochs[partition][next - 1] ?? -1)
  }
  get isAll(): boolean {
    return this.next.every(next => next === perPartition)
  }
}

test.each([1, 2, 3, 4])(
  'whatever brokers, the network and the user do, each record is seen once, in order, and no partition is stuck (seed %i)',
  async seed => {
    const random = new Random(seed)
    const { sandbox, make, clock } = await setup({ topics: { orders: { partitions, replicationFactor: 3 } } })
    const seen = new Seen()
    const client = make({
      requestTimeoutOverheadMs: 1_000,
      random: () => random.next(),
      consumer: {
        partitions: { orders: Object.fromEntries(Array.from({ length: partitions }, (_, p) => [p, Offset.atStart()])) },
        fetchMaxWaitMs: random.pick([100, 500, 5_000]),
        fetchMaxBytes: random.pick([400, 5_000, 50_000_000]),
        fetchMaxPartitionBytes: random.pick([300, 1_048_576]),
        maxConcurrentFetches: random.pick([0, 1, 2]),
        fetchSessions: random.chance(0.8),
      },
    })
    const written = Array.from({ length: partitions }, () => 0)
    sandbox.intercept('Fetch', refusals(random, 0.2))
    const perhaps = () => (random.chance(0.3) ? random.pick(faults) : undefined)
    sandbox.intercept('ListOffsets', perhaps)
    sandbox.intercept('OffsetForLeaderEpoch', perhaps)
    sandbox.intercept('Metadata', () => (random.chance(0.1) ? random.pick([close(), delay(200)]) : undefined))

    for (let step = 0; step < 250; step++) {
      write(sandbox, random, written)
      await disturb(sandbox, random)
      use(client, random, seen)
      await poll(client, random, seen)
      if (random.chance(0.7)) await clock.advance(random.next() * random.pick([20, 300, 3_000]))
    }

    sandbox.clearInterceptions()
    for (const id of sandbox.brokers) await sandbox.broker(id).start()
    client.resumeFetchTopics('orders')
    client.resumeFetchPartitions({ orders: [...seen.next.keys()] })
    client.addConsumePartitions({ orders: Object.fromEntries(seen.next.map((next, p) => [p, Offset.at(BigInt(next))])) })
    while (written.some(n => n < perPartition)) write(sandbox, random, written)
    for (let stuckMs = 0, before = -1; !seen.isAll; stuckMs += 100) {
      if (seen.count !== before) stuckMs = 0
      before = seen.count
      expect(stuckMs, `stuck at ${seen.next}`).toBeLessThan(patienceMs)
      await poll(client, random, seen)
      await clock.advance(100)
    }
  },
)

function refusals(random: Random, chance: number): Action<typeof FetchRequest> {
  return async ({ proceed, request }) => {
    if (!random.chance(chance)) return undefined
    if (random.chance(0.25)) return answer({ errorCode: random.pick(sessionErrors), responses: [] })
    if (random.chance(0.3)) {
      // An error of one partition, beside records of others.
      const real = await proceed()
      if (!real || request.sessionEpoch < 0) return undefined
      const spoil = (p: object) => (random.chance(0.5) ? { ...p, errorCode: random.pick([3, 6, 9, 74, 78]), records: null } : p)
      return answer({ ...real, responses: real.responses.map(t => ({ ...t, partitions: t.partitions.map(p => spoil(p) as typeof p) })) })
    }
    return random.pick(faults)
  }
}

/** Some batches more. */
function write(sandbox: Sandbox, random: Random, written: number[]): void {
  for (let p = 0; p < partitions; p++) {
    const count = Math.min(random.int(0, 3), perPartition - written[p])
    if (count > 0 && random.chance(0.5) && sandbox.leader('orders', p) >= 0)
      sandbox.append(
        'orders',
        p,
        Array.from({ length: count }, () => ({ value: `${written[p]++}`, timestamp: BigInt(1_000 + written[p]) })),
      )
  }
}

async function disturb(sandbox: Sandbox, random: Random): Promise<void> {
  if (random.chance(0.06)) {
    // To one that has all of the log: what another lacks would be lost by the cluster.
    const moved = random.int(0, partitions - 1)
    const isr = sandbox.partition('orders', moved).isr.filter(id => sandbox.broker(id).running)
    if (isr.length > 0) sandbox.moveLeader('orders', moved, random.pick(isr))
  }
  if (random.chance(0.04)) sandbox.broker(random.pick(sandbox.brokers)).cut()
  if (random.chance(0.03)) await sandbox.broker(random.pick(sandbox.brokers)).stop()
  if (random.chance(0.1)) for (const id of sandbox.brokers) await sandbox.broker(id).start()
}

/** The user changes their mind. */
function use(client: Client, random: Random, seen: Seen): void {
  const p = random.int(0, partitions - 1)
  const at = () => Offset.at(BigInt(seen.next[p]))
  if (random.chance(0.05)) client.pauseFetchPartitions({ orders: [p] })
  if (random.chance(0.1)) client.resumeFetchPartitions({ orders: [p] })
  if (random.chance(0.02)) client.pauseFetchTopics('orders')
  if (random.chance(0.15)) client.resumeFetchTopics('orders')
  if (random.chance(0.05)) client.removeConsumePartitions({ orders: [p] })
  // Does nothing to one that is consumed.
  if (random.chance(0.2)) client.addConsumePartitions({ orders: { [p]: at() } })
  if (random.chance(0.06)) {
    if (random.chance(0.5)) seen.next[p] = random.int(0, seen.next[p])
    client.setOffsets({ orders: { [p]: random.chance(0.5) ? at() : seen.position(p) } })
    // Of one that is not consumed nothing moves.
    client.addConsumePartitions({ orders: { [p]: at() } })
  }
}

async function poll(client: Client, random: Random, seen: Seen): Promise<void> {
  if (random.chance(0.3)) return
  const max = random.pick([1, 3, 1_000])
  const fetches = await client.pollRecords(max, { wait: false })
  expect(fetches.numRecords()).toBeLessThanOrEqual(max)
  expect(fetches.errors()).toEqual([])
  for (const record of fetches.records()) seen.take(record)
}
