/** States as Kafka spells them; `Assigning` and `Reconciling` belong to the consumer protocol (KIP-848). */
export type GroupState = 'Stable' | 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Assigning' | 'Reconciling' | 'Dead'
export type GroupType = 'classic' | 'consumer'

export interface CommittedOffset {
  readonly offset: bigint
  readonly leaderEpoch: number
  readonly metadata: string
  readonly committedAtMs: number
}

/** Partitions by topic. */
export type Assignment = ReadonlyMap<string, readonly number[]>

interface MemberIdentity {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
}
/** The broker does not look into what members of a classic group tell each other. */
export interface ClassicMember extends MemberIdentity {
  readonly metadata: Uint8Array
  readonly assignment: Uint8Array
}
export interface ConsumerMember extends MemberIdentity {
  readonly rackId: string | null
  readonly epoch: number
  readonly topics: readonly string[]
  readonly assignment: Assignment
  readonly target: Assignment
}

/** A consumer group: who is in it, and how far it has come. */
export class Group {
  state: GroupState = 'Empty'
  /** `consumer` for consumers of both protocols; empty for a group that only ever committed offsets. */
  protocolType = ''
  /** The assignor that the group agreed on. */
  protocol = ''
  /** The generation of a classic group, the group epoch of a consumer group. */
  epoch = 0
  readonly classicMembers = new Map<string, ClassicMember>()
  readonly consumerMembers = new Map<string, ConsumerMember>()
  /** The topics that members of a classic group of consumers said they read. */
  subscriptions: ReadonlySet<string> = new Set()
  readonly offsets = new Map<string, Map<number, CommittedOffset>>()

  constructor(
    readonly id: string,
    public type: GroupType,
  ) {}

  get isEmpty(): boolean {
    return this.classicMembers.size === 0 && this.consumerMembers.size === 0
  }

  commit(topic: string, partition: number, offset: CommittedOffset): void {
    let partitions = this.offsets.get(topic)
    if (!partitions) this.offsets.set(topic, (partitions = new Map()))
    partitions.set(partition, offset)
  }

  committed(topic: string, partition: number): CommittedOffset | undefined {
    return this.offsets.get(topic)?.get(partition)
  }

  /** Whether a member reads the topic, as far as the broker can know it. */
  reads(topic: string): boolean {
    const subscribed = [...this.consumerMembers.values()].some(member => member.topics.includes(topic))
    return subscribed || (this.classicMembers.size > 0 && this.subscriptions.has(topic))
  }
}
