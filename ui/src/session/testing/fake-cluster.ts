/** The model behind the fake session: brokers, topics and groups of a small shop, the same on every run. */
import type { BrokerStatus, CodecName, GroupMember, PartitionInfo, RecordRow, TopicInfo } from '../protocol.js'

export type Shape = 'json' | 'text' | 'binary' | 'compacted' | 'awkward'

export interface FakePartition {
  info: PartitionInfo
  earliest: bigint
  latest: bigint
  /** Records written after the start, by offset. */
  written: Map<bigint, RecordRow>
}

export interface FakeTopic {
  name: string
  internal: boolean
  shape: Shape
  codec: CodecName
  partitions: FakePartition[]
  configs: Map<string, string>
  /** ms between records of one partition before the start. */
  spacing: number
}

export interface FakeGroup {
  group: string
  state: string
  type: string
  protocolType: string
  protocol: string | null
  coordinator: number
  members: GroupMember[]
  /** Topic to committed offset per partition, as a distance from the end; null: no commit. */
  behind: Map<string, (bigint | null)[]>
}

export interface FakeCluster {
  brokers: BrokerStatus[]
  topics: Map<string, FakeTopic>
  groups: Map<string, FakeGroup>
  /** The moment the cluster was made: records before it are derived from it. */
  startedAt: number
}

/** Spreads an integer over 32 bits: every "random" choice of the fake is this over something that names the record. */
export function scatter(...parts: (number | bigint)[]): number {
  let hash = 0x811c9dc5
  for (const part of parts) {
    hash ^= Number(BigInt(part) & 0xffffffffn)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}

interface Plan {
  name: string
  partitions: number
  shape?: Shape
  codec?: CodecName
  base?: number
  span?: number
  spacing?: number
  internal?: boolean
  cleanup?: string
  retention?: string
  sick?: 'leaderless' | 'under-replicated'
}

const plans: Plan[] = [
  { name: 'audit.log', partitions: 6, shape: 'text', span: 3_904_118_227, retention: '31536000000' },
  { name: 'carts.snapshots', partitions: 24, shape: 'compacted', span: 88_210_455, cleanup: 'compact' },
  { name: 'catalog.products', partitions: 6, shape: 'compacted', span: 4_117_902, cleanup: 'compact' },
  { name: 'clickstream.pageviews', partitions: 96, codec: 'lz4', span: 1_284_550_913, retention: '259200000', sick: 'under-replicated' },
  { name: 'clickstream.sessions', partitions: 48, span: 61_044_817 },
  { name: 'customers.profiles', partitions: 12, shape: 'compacted', span: 9_340_118, cleanup: 'compact' },
  { name: 'fraud.scores', partitions: 12, shape: 'binary', codec: 'snappy', span: 740_219_663, retention: '2592000000' },
  { name: 'inventory.levels', partitions: 12, shape: 'compacted', span: 412_006_518, cleanup: 'compact' },
  { name: 'inventory.reservations', partitions: 12, span: 188_340_027 },
  { name: 'notifications.email', partitions: 6, shape: 'text', codec: 'gzip', span: 20_417_733 },
  { name: 'orders.commands', partitions: 12, span: 96_180_442 },
  { name: 'orders.dlq', partitions: 3, shape: 'awkward', span: 18_204, retention: '7776000000', spacing: 240_000 },
  { name: 'orders.events', partitions: 12, codec: 'zstd', base: 48_180_000_000, span: 578_531, cleanup: 'compact,delete', spacing: 900 },
  { name: 'payments.authorizations', partitions: 12, span: 2_204_118, retention: '34560000000' },
  { name: 'payments.captures', partitions: 12, span: 904_221 },
  { name: 'search.index', partitions: 3, shape: 'json', span: 12_011, sick: 'leaderless' },
  { name: 'shipping.labels', partitions: 6, shape: 'binary', span: 40_220 },
  { name: 'empty.topic', partitions: 3, span: 0 },
  { name: '__proto__', partitions: 1, span: 3 },
  { name: '__consumer_offsets', partitions: 50, internal: true, cleanup: 'compact', shape: 'binary', span: 90_000 },
  { name: '__transaction_state', partitions: 50, internal: true, cleanup: 'compact', shape: 'binary', span: 4_000 },
]

export function makeCluster({ startedAt, extraTopics = 0 }: { startedAt: number; extraTopics?: number }): FakeCluster {
  const all = [...plans]
  for (let at = 0; at < extraTopics; at++)
    all.push({ name: `service-${String(at).padStart(5, '0')}.events`, partitions: 1 + (at % 6), span: 1000 + at })
  const topics = new Map(all.map((plan, index) => [plan.name, makeTopic(plan, index)]))
  return { startedAt, topics, brokers: [1, 2, 3].map(makeBroker), groups: new Map(makeGroups(topics).map(group => [group.group, group])) }
}

function makeBroker(nodeId: number): BrokerStatus {
  return {
    nodeId,
    host: `kafka-${nodeId}.shop.internal`,
    port: 9094,
    rack: `eu-1${'abc'[nodeId - 1]}`,
    controller: nodeId === 2,
    state: 'up',
    fault: null,
  }
}

function makeTopic(plan: Plan, index: number): FakeTopic {
  const { name, shape = 'json', codec = 'none', internal = false, spacing = 1400 } = plan
  const configs = new Map([
    ['cleanup.policy', plan.cleanup ?? 'delete'],
    ['retention.ms', plan.cleanup === 'compact' ? '-1' : (plan.retention ?? '604800000')],
  ])
  return {
    name,
    internal,
    shape,
    codec,
    spacing,
    configs,
    partitions: Array.from({ length: plan.partitions }, (_, partition) => makePartition(plan, index, partition)),
  }
}

function makePartition(plan: Plan, index: number, partition: number): FakePartition {
  const replicas = [0, 1, 2].map(at => ((partition + index + at) % 3) + 1)
  const leaderless = plan.sick === 'leaderless' && partition === 1
  const behind = plan.sick === 'under-replicated' && (partition === 7 || partition === 31)
  const share = BigInt(Math.floor((plan.span ?? 1000) / plan.partitions))
  const uneven = share === 0n ? 0n : (share * BigInt(80 + (scatter(index, partition) % 40))) / 100n
  const earliest = BigInt(plan.base ?? 0) + BigInt(plan.base ? scatter(index, partition) % 50_000_000 : 0)
  return {
    info: {
      partition,
      leader: leaderless ? -1 : replicas[0],
      leaderEpoch: 3 + (scatter(partition, index) % 20),
      replicas,
      isr: leaderless ? [] : behind ? replicas.slice(0, 2) : replicas,
      offlineReplicas: leaderless ? replicas : [],
      errorCode: leaderless ? 5 : 0,
      error: leaderless ? 'LEADER_NOT_AVAILABLE' : null,
    },
    earliest,
    latest: earliest + uneven,
    written: new Map(),
  }
}

export function topicInfo(topic: FakeTopic): TopicInfo {
  const id = Array.from(
    { length: 22 },
    (_, at) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[scatter(at, topic.name.length, at * 7) % 64],
  )
  return {
    name: topic.name,
    topicId: id.join(''),
    internal: topic.internal,
    partitions: topic.partitions.map(p => ({ ...p.info })),
    fault: null,
  }
}

function makeGroups(topics: Map<string, FakeTopic>): FakeGroup[] {
  const count = (topic: string) => topics.get(topic)?.partitions.length ?? 0
  const behind = (topic: string, lagOf: (partition: number) => bigint | null): [string, (bigint | null)[]] => [
    topic,
    Array.from({ length: count(topic) }, (_, partition) => lagOf(partition)),
  ]
  const small = (partition: number) => BigInt(scatter(partition, 9) % 240)
  return [
    {
      group: 'order-fulfilment',
      state: 'Stable',
      type: 'classic',
      protocolType: 'consumer',
      protocol: 'cooperative-sticky',
      coordinator: 2,
      members: makeMembers('fulfil', 6, 'orders.events', count('orders.events')),
      behind: new Map([behind('orders.events', p => (p === 7 ? 183_902n : small(p)))]),
    },
    {
      group: 'fraud-detector',
      state: 'Stable',
      type: 'consumer',
      protocolType: 'consumer',
      protocol: 'uniform',
      coordinator: 1,
      members: makeMembers('fraud', 3, 'payments.captures', count('payments.captures')).map(member => ({
        ...member,
        target: member.assignment,
        epoch: 41,
      })),
      behind: new Map([behind('payments.captures', () => 0n), behind('orders.events', p => (p < 3 ? null : 12n))]),
    },
    {
      group: 'search-indexer',
      state: 'PreparingRebalance',
      type: 'classic',
      protocolType: 'consumer',
      protocol: null,
      coordinator: 3,
      members: makeMembers('indexer', 2, 'catalog.products', 0),
      behind: new Map([behind('catalog.products', () => 4_120n)]),
    },
    {
      group: 'nightly-report',
      state: 'Empty',
      type: 'classic',
      protocolType: 'consumer',
      protocol: null,
      coordinator: 1,
      members: [],
      behind: new Map([behind('payments.captures', p => (p === 4 ? -20n : 9_000n))]),
    },
    {
      group: 'never-committed',
      state: 'Empty',
      type: 'classic',
      protocolType: '',
      protocol: null,
      coordinator: 3,
      members: [],
      behind: new Map(),
    },
    {
      group: 'connect-s3-sink',
      state: 'Dead',
      type: 'classic',
      protocolType: 'connect',
      protocol: null,
      coordinator: 2,
      members: [],
      behind: new Map(),
    },
  ]
}

function makeMembers(name: string, members: number, topic: string, partitions: number): GroupMember[] {
  return Array.from({ length: members }, (_, index) => {
    const mine = Array.from({ length: partitions }, (_, partition) => partition).filter(partition => partition % members === index)
    return {
      memberId: `${name}-${index}-${scatter(index, partitions).toString(16).padStart(8, '0')}-4c1f-8a52-0d5e9f217b2c`,
      instanceId: index === 0 ? `${name}-static-0` : null,
      clientId: `${name}-${index}`,
      host: `/10.20.7.${21 + index}`,
      assignment: mine.length > 0 ? [{ topic, partitions: mine }] : [],
      target: null,
      epoch: null,
    }
  })
}
