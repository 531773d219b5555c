import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, type Answer, ask, Body } from './wire.js'

export interface TopicSpec {
  partitions?: number
  replicationFactor?: number
  /** The brokers of each partition, the preferred leader first. Instead of the two above. */
  replicas?: readonly (readonly number[])[]
  configs?: Readonly<Record<string, string>>
}

export interface PartitionState {
  partition: number
  /** -1: none. */
  leader: number
  replicas: number[]
  isr: number[]
}

/** The broker's error code, whole: the numbers are Kafka's own. */
export class BrokerError extends Error {
  constructor(
    readonly errno: number,
    what: string,
  ) {
    super(`${what}: error ${errno}`)
  }
}

const check = (errno: number, what: string) => {
  if (errno !== 0) throw new BrokerError(errno, what)
}

/**
 * The ids of the live brokers as this one knows them (Metadata v0, which brokers of all times speak). Without topics it brings all; asking for one
 * by name makes it.
 */
export async function liveBrokers(at: Address, topics: readonly string[] = []): Promise<number[]> {
  const body = new Body()
  body.array(topics, topic => body.string(topic))
  return readBrokers(await ask(at, { key: 3, version: 0, body, timeoutMs: 2000 }))
}

/** The partitions of a topic as this broker knows them, by number; none when it does not exist (Metadata v4). */
export async function partitions(at: Address, topic: string): Promise<PartitionState[]> {
  const body = new Body()
  body.array([topic], name => body.string(name)).int8(0)
  const answer = await ask(at, { key: 3, version: 4, body })
  answer.int32()
  readBrokers(answer, true)
  answer.string()
  answer.int32()
  const [found] = answer.array(() => {
    answer.int16()
    answer.string()
    answer.int8()
    return answer.array((): PartitionState => {
      answer.int16()
      return {
        partition: answer.int32(),
        leader: answer.int32(),
        replicas: answer.array(() => answer.int32()),
        isr: answer.array(() => answer.int32()),
      }
    })
  })
  return (found ?? []).sort((a, b) => a.partition - b.partition)
}

function readBrokers(answer: Answer, withRack = false): number[] {
  return answer.array(() => {
    const id = answer.int32()
    answer.string()
    answer.int32()
    if (withRack) answer.string()
    return id
  })
}

/** Makes a topic; resolves when each of these brokers knows a leader of every partition (CreateTopics v4). */
export async function createTopic(brokers: readonly Address[], name: string, spec: TopicSpec = {}): Promise<void> {
  const { partitions: count = 1, replicationFactor = -1, replicas, configs = {} } = spec
  const body = new Body()
  body.array([name], topic => {
    body.string(topic)
    body.int32(replicas ? -1 : count).int16(replicas ? -1 : replicationFactor)
    body.array([...(replicas ?? []).entries()], ([partition, ids]) => body.int32(partition).array(ids, id => body.int32(id)))
    body.array(Object.entries(configs), ([key, value]) => body.string(key).string(value))
  })
  body.int32(10_000).int8(0)
  const answer = await ask(brokers[0], { key: 19, version: 4, body })
  answer.int32()
  answer.array(() => {
    answer.string()
    check(answer.int16(), `creating topic ${name}: ${answer.string() ?? ''}`)
  })
  const wanted = replicas?.length ?? count
  await until(`topic ${name} has leaders`, async () => {
    const views = await Promise.all(brokers.map(broker => partitions(broker, name)))
    return views.every(view => view.length === wanted && view.every(partition => partition.leader >= 0))
  })
}

/** DeleteTopics v1. */
export async function deleteTopic(at: Address, name: string): Promise<void> {
  const body = new Body()
  body.array([name], topic => body.string(topic)).int32(10_000)
  const answer = await ask(at, { key: 20, version: 1, body })
  answer.int32()
  answer.array(() => {
    answer.string()
    check(answer.int16(), `deleting topic ${name}`)
  })
}

/**
 * Puts `to` first among the partition's replicas and elects it (AlterPartitionReassignments v0, ListPartitionReassignments v0, ElectLeaders v1).
 * Resolves when this broker's metadata names it: that may be a moment after the election was answered.
 */
export async function moveLeader(at: Address, topic: string, partition: number, to: number): Promise<void> {
  const now = (await partitions(at, topic))[partition]
  if (now === undefined) throw new Error(`topic ${topic} has no partition ${partition}`)
  await reassign(at, topic, partition, [to, ...now.replicas.filter(id => id !== to).slice(0, Math.max(0, now.replicas.length - 1))])
  await until(`the replicas of ${topic}-${partition} moved`, async () => !(await reassigning(at)))
  await until(`broker ${to} leads ${topic}-${partition}`, async () => {
    await elect(at, topic, partition)
    return (await partitions(at, topic))[partition]?.leader === to
  })
}

async function reassign(at: Address, topic: string, partition: number, replicas: readonly number[]): Promise<void> {
  const body = new Body().int32(10_000)
  body.compactArray([topic], name => {
    body.compactString(name)
    body.compactArray([partition], index =>
      body
        .int32(index)
        .compactArray(replicas, id => body.int32(id))
        .noTags(),
    )
    body.noTags()
  })
  const answer = await ask(at, { key: 45, version: 0, body: body.noTags(), flexible: true })
  answer.int32()
  check(answer.int16(), `reassigning ${topic}: ${answer.compactString() ?? ''}`)
  answer.compactArray(() => {
    answer.compactString()
    answer.compactArray(() => {
      answer.int32()
      check(answer.int16(), `reassigning ${topic}-${partition}: ${answer.compactString() ?? ''}`)
      answer.tags()
    })
    answer.tags()
  })
}

async function reassigning(at: Address): Promise<boolean> {
  const answer = await ask(at, {
    key: 46,
    version: 0,
    body: new Body()
      .int32(10_000)
      .compactArray(null, () => {})
      .noTags(),
    flexible: true,
  })
  answer.int32()
  check(answer.int16(), `listing reassignments: ${answer.compactString() ?? ''}`)
  return answer.compactArray(() => answer.compactString()).length > 0
}

/** ELECTION_NOT_NEEDED: it leads already. PREFERRED_LEADER_NOT_AVAILABLE: it is not in sync yet, ask again. */
const electionLater = new Set([84, 80])

async function elect(at: Address, topic: string, partition: number): Promise<void> {
  const body = new Body().int8(0)
  body.array([topic], name => body.string(name).array([partition], index => body.int32(index))).int32(10_000)
  const answer = await ask(at, { key: 43, version: 1, body })
  answer.int32()
  check(answer.int16(), 'electing leaders')
  answer.array(() => {
    answer.string()
    answer.array(() => {
      answer.int32()
      const errno = answer.int16()
      const message = answer.string() ?? ''
      if (!electionLater.has(errno)) check(errno, `electing a leader of ${topic}-${partition}: ${message}`)
    })
  })
}

/** The offset after the last record of a partition; `at` must lead it (ListOffsets v1). */
export async function endOffset(at: Address, topic: string, partition: number): Promise<bigint> {
  const body = new Body().int32(-1)
  body.array([topic], name => body.string(name).array([partition], index => body.int32(index).int64(-1n)))
  const answer = await ask(at, { key: 2, version: 1, body })
  const [[offset]] = answer.array(() => {
    answer.string()
    return answer.array(() => {
      answer.int32()
      check(answer.int16(), `the end offset of ${topic}-${partition}`)
      answer.int64()
      return answer.int64()
    })
  })
  return offset
}

/** The first use of a coordinator makes its internal topic: COORDINATOR_LOAD_IN_PROGRESS, _NOT_AVAILABLE, NOT_COORDINATOR are its first answers. */
const coordinatorLater = new Set([14, 15, 16])

/** Makes the group's and the transactions' coordinators ready to answer (FindCoordinator v1, Heartbeat v0, InitProducerId v0). */
export async function warmCoordinators(brokers: readonly Address[]): Promise<void> {
  const name = 'warm-up'
  await coordinator(brokers, name, 0, at => ask(at, { key: 12, version: 0, body: new Body().string(name).int32(-1).string('nobody') }))
  await coordinator(brokers, name, 1, async at => {
    const answer = await ask(at, { key: 22, version: 0, body: new Body().string(name).int32(1000) })
    answer.int32()
    return answer
  })
}

async function coordinator(brokers: readonly Address[], name: string, type: 0 | 1, touch: (at: Address) => Promise<Answer>): Promise<void> {
  await until(`the coordinator of ${type === 0 ? 'groups' : 'transactions'} answers`, async () => {
    const found = await ask(brokers[0], { key: 10, version: 1, body: new Body().string(name).int8(type) })
    found.int32()
    if (coordinatorLater.has(found.int16())) return false
    found.string()
    found.int32()
    const at = { host: found.string() ?? '', port: found.int32() }
    return !coordinatorLater.has((await touch(at)).int16())
  })
}

/** Polls until it holds; refusals and broken connections count as not yet. The last of them is the cause when time is up. */
export async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs
  let cause: unknown
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      cause = error
    }
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause })
    await sleep(25)
  }
}
