/** What is known of topics: the list from one Metadata request, offsets and two config keys for rows on screen. */
import type { ConfigEntry, Fault, PartitionInfo, TopicInfo, TopicList, TopicOffsets } from '../session/protocol.js'
import type { Session } from '../session/session.js'
import { faultOf } from '../session/session.js'
import { type Fact, type LazyFacts, lazyFacts } from './lazy-facts.js'
import { type Remote, remote } from './remote.js'

export interface TopicConfigFacts {
  cleanup: string | null
  /** ms; −1: for good. */
  retention: bigint | null
}

export interface TopicsStore {
  list: Remote<TopicList>
  offsets: LazyFacts<TopicOffsets>
  configs: LazyFacts<TopicConfigFacts>
}

const VIEW = { view: 'topics' }

export function createTopics(session: Session): TopicsStore {
  return {
    list: remote(
      signal => session.call('topics.list', { topics: null }, { ...VIEW, signal }),
      error => faultOf(error, 'Topics not read'),
    ),
    offsets: lazyFacts<TopicOffsets>({
      fetch: async (topics, signal) => {
        const answers = await session.call('topics.offsets', { topics, stable: false }, { ...VIEW, signal })
        return new Map(answers.map(answer => [answer.topic, answer]))
      },
      isFault: (value): value is Fault => 'code' in value,
      faultOf: error => faultOf(error, 'Offsets not read'),
      secondLookMs: 5_000,
    }),
    configs: lazyFacts<TopicConfigFacts>({
      fetch: async (topics, signal) => {
        const answers = await session.call('topics.configs', { topics, keys: ['cleanup.policy', 'retention.ms'] }, { ...VIEW, signal })
        return new Map(answers.map(answer => [answer.topic, answer.fault ?? configFacts(answer.entries)]))
      },
      isFault: (value): value is Fault => 'code' in value,
      faultOf: error => faultOf(error, 'Configs not read'),
      keepMs: 300_000,
    }),
  }
}

function configFacts(entries: ConfigEntry[]): TopicConfigFacts {
  const read = (name: string) => entries.find(entry => entry.name === name)?.value ?? null
  const retention = read('retention.ms')
  return { cleanup: read('cleanup.policy'), retention: retention !== null && /^-?\d+$/.test(retention) ? BigInt(retention) : null }
}

export interface Health {
  leaderless: number
  underReplicated: number
  offline: number
}

export function healthOf(partitions: readonly PartitionInfo[]): Health {
  const health = { leaderless: 0, underReplicated: 0, offline: 0 }
  for (const { leader, isr, replicas, offlineReplicas } of partitions) {
    if (leader < 0) health.leaderless++
    else if (isr.length < replicas.length) health.underReplicated++
    if (offlineReplicas.length > 0) health.offline++
  }
  return health
}

export const isUnhealthy = (topic: TopicInfo): boolean => {
  const health = healthOf(topic.partitions)
  return topic.fault !== null || health.leaderless + health.underReplicated + health.offline > 0
}

/** The replication factor; a topic in mid-reassignment has the most common one. */
export function replicationOf(partitions: readonly PartitionInfo[]): number {
  const counts = new Map<number, number>()
  for (const { replicas } of partitions) counts.set(replicas.length, (counts.get(replicas.length) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

/** Sum of end − start over the partitions that answered; null when none did. It is not the number of records: compaction and markers leave gaps. */
export function offsetSpan(offsets: TopicOffsets): bigint | null {
  let span: bigint | null = null
  for (const { earliest, latest } of offsets.partitions) if (earliest !== null && latest !== null) span = (span ?? 0n) + latest - earliest
  return span
}

/** Offsets written per second between two looks; null before the second one. */
export function inRate(fact: Fact<TopicOffsets>): number | null {
  if (!fact.value || !fact.before || fact.at - fact.before.at < 1000) return null
  const before = new Map(fact.before.value.partitions.map(p => [p.partition, p.latest]))
  let written = 0n
  for (const { partition, latest } of fact.value.partitions) {
    const old = before.get(partition)
    if (latest !== null && old != null && latest > old) written += latest - old
  }
  return (Number(written) * 1000) / (fact.at - fact.before.at)
}
