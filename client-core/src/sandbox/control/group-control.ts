import type { TimerHandle } from '../../clock.js'
import { ClientError } from '../../error.js'
import type { Cluster } from '../state/cluster.js'
import { Group, type GroupState, type GroupType } from '../state/group.js'
import { logCommit } from '../state/offsets-topic.js'
import { type MemberSeed, seedMembers } from './group-seed.js'

/** Offsets by topic and partition, as an object or as maps. */
export type OffsetsByPartition = Record<string, Record<number, bigint>> | ReadonlyMap<string, ReadonlyMap<number, bigint>>

export interface GroupSeed {
  /** `consumer` is the protocol of KIP-848. Default `classic`. */
  type?: GroupType
  /** Default `Stable` with members, `Empty` without. */
  state?: GroupState
  /** The assignor. Default `range`, for a consumer group `uniform`. */
  protocol?: string
  /** What the group reads; spread over members that name no assignment. */
  topics?: readonly string[]
  /** A number of members, or each of them. Default none. */
  members?: number | readonly MemberSeed[]
  offsets?: OffsetsByPartition
}

export interface ConsumeOptions {
  /** Records a second that the whole group can take. */
  perSecond: number
  /** How often it commits. Default 1000. */
  everyMs?: number
  /** Leaves this many records unread on every partition, so that there is always some lag. Default 0. */
  keepBehind?: bigint
}

/** One consumer group of a sandbox: seeded, moved by hand, or by consumers that are only simulated. */
export class GroupControl {
  readonly #group: Group
  readonly #timers = new Set<{ handle?: TimerHandle }>()
  /** What the seeded members read. */
  #assigned: [topic: string, partition: number][] = []

  constructor(
    private readonly cluster: Cluster,
    readonly id: string,
  ) {
    const group = cluster.groups.get(id) ?? new Group(id, 'classic')
    cluster.groups.set(id, group)
    this.#group = group
  }

  get state(): GroupState {
    return this.#group.state
  }
  set state(state: GroupState) {
    this.#group.state = state
  }
  get type(): GroupType {
    return this.#group.type
  }

  /** Replaces type, state, members and assignment; offsets are added to those that are there. */
  seed({ type = 'classic', state, protocol, topics = [], members = [], offsets }: GroupSeed): this {
    const group = this.#group
    const seeds = typeof members === 'number' ? Array.from({ length: members }, () => ({})) : members
    group.type = type
    group.protocolType = seeds.length > 0 ? 'consumer' : group.protocolType
    group.protocol = protocol ?? (type === 'consumer' ? 'uniform' : 'range')
    group.epoch++
    this.#assigned = seedMembers(this.cluster, group, seeds, topics)
    group.state = state ?? (seeds.length > 0 ? 'Stable' : 'Empty')
    if (offsets) this.commit(offsets)
    return this
  }

  /** Commits as a member would, into `__consumer_offsets` too. */
  commit(offsets: OffsetsByPartition, metadata = ''): void {
    const topics: [string, Record<number, bigint> | ReadonlyMap<number, bigint>][] =
      offsets instanceof Map ? [...offsets] : Object.entries(offsets)
    for (const [topic, partitions] of topics) {
      const each: [string | number, bigint][] = partitions instanceof Map ? [...partitions] : Object.entries(partitions)
      for (const [index, offset] of each) this.#commitOne(topic, Number(index), offset, metadata)
    }
  }

  committed(topic: string, partition: number): bigint | undefined {
    return this.#group.committed(topic, partition)?.offset
  }

  /** Records between the committed offsets and the ends of their partitions, all together. */
  get lag(): bigint {
    let lag = 0n
    for (const [topic, partitions] of this.#group.offsets) {
      for (const [index, { offset }] of partitions) {
        const end = this.cluster.partition(topic, index)?.highWatermark ?? offset
        if (end > offset) lag += end - offset
      }
    }
    return lag
  }

  /** Lets the members read and commit, as far as `perSecond` goes, by the sandbox's clock. Returns what stops them. */
  consume({ perSecond, everyMs = 1000, keepBehind = 0n }: ConsumeOptions): () => void {
    if (!(perSecond > 0) || !(everyMs > 0))
      throw new ClientError('INVALID_OPTION', `consume: perSecond and everyMs must be above 0, not ${perSecond} and ${everyMs}`)
    const timer: { handle?: TimerHandle } = {}
    let spare = 0
    const tick = () => {
      spare += (perSecond * everyMs) / 1000
      const whole = Math.floor(spare)
      spare -= whole
      if (this.#group.state === 'Stable') this.#advance(BigInt(whole), keepBehind)
      timer.handle = this.cluster.clock.setTimeout(tick, everyMs)
    }
    timer.handle = this.cluster.clock.setTimeout(tick, everyMs)
    this.#timers.add(timer)
    return () => {
      this.cluster.clock.clearTimeout(timer.handle)
      this.#timers.delete(timer)
    }
  }

  /** Stops every simulated consumer. */
  stop(): void {
    for (const { handle } of this.#timers) this.cluster.clock.clearTimeout(handle)
    this.#timers.clear()
  }

  /** Partitions with something to read get equal shares of `budget`, the shortest first, so that what one does not need goes to the others. */
  #advance(budget: bigint, keepBehind: bigint): void {
    // Who is first takes turns: of a budget below the number of partitions each gets its part in time.
    this.#assigned.push(...this.#assigned.splice(0, 1))
    const open = this.#assigned.map(place => this.#unread(place, keepBehind)).filter(({ unread }) => unread > 0n)
    open.sort((a, b) => (a.unread < b.unread ? -1 : a.unread > b.unread ? 1 : 0))
    let left = budget
    open.forEach(({ topic, index, start, unread }, i) => {
      const others = BigInt(open.length - i)
      const step = min(unread, (left + others - 1n) / others)
      left -= step
      if (step > 0n) this.#commitOne(topic, index, start + step, '')
    })
  }

  #unread([topic, index]: [string, number], keepBehind: bigint) {
    const partition = this.cluster.partition(topic, index)
    const start = max(this.committed(topic, index) ?? 0n, partition?.log.startOffset ?? 0n)
    return { topic, index, start, unread: (partition?.highWatermark ?? 0n) - keepBehind - start }
  }

  #commitOne(topic: string, index: number, offset: bigint, metadata: string): void {
    const leaderEpoch = this.cluster.partition(topic, index)?.epochs.at(offset - 1n) ?? -1
    const committed = { offset, leaderEpoch, metadata, committedAtMs: this.cluster.clock.now() }
    this.#group.commit(topic, index, committed)
    logCommit(this.cluster, this.id, topic, index, committed)
  }
}

const min = (a: bigint, b: bigint) => (a < b ? a : b)
const max = (a: bigint, b: bigint) => (a > b ? a : b)
