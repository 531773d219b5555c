import { type Uuid, zeroUuid } from '../bytes/uuid.js'
import type { MetadataResponse } from '../protocol/api/metadata.js'

export interface PartitionView {
  partition: number
  /** -1: there is none now. */
  leader: number
  /** -1 where the broker does not tell (before Metadata v7). */
  leaderEpoch: number
  replicas: readonly number[]
  isr: readonly number[]
  offlineReplicas: readonly number[]
  /** 0, or why the broker could not describe it (LEADER_NOT_AVAILABLE ...). */
  errorCode: number
}
export interface TopicView {
  name: string
  /** Zero before Metadata v10. */
  topicId: Uuid
  isInternal: boolean
  /** Index = partition. Empty when the topic could not be loaded. */
  partitions: readonly PartitionView[]
  /** 0, or why the topic could not be described (UNKNOWN_TOPIC_OR_PARTITION ...). */
  errorCode: number
  /** When the broker said so. */
  loadedAtMs: number
}

/** How many answers with a lower leader epoch are taken for stale before one is believed: a cluster that was restored from a backup has lower epochs for good. */
const staleAnswers = 5

/**
 * What is known of topics: immutable views, replaced as answers come. Answers of different brokers may contradict each other for a while; the
 * rules here keep the newer knowledge.
 */
export class MetadataCache {
  readonly #topics = new Map<string, TopicView>()
  readonly #names = new Map<Uuid, string>()
  readonly #refused = new Map<string, number>()

  topic(name: string): TopicView | undefined {
    return this.#topics.get(name)
  }
  nameOf(topicId: Uuid): string | undefined {
    return this.#names.get(topicId)
  }
  get topics(): ReadonlyMap<string, TopicView> {
    return this.#topics
  }

  forget(name: string): void {
    this.#topics.delete(name)
  }

  /** Takes an answer over. `all`: it lists every topic, so that others are gone. */
  merge(response: MetadataResponse, nowMs: number, all: boolean): void {
    const seen = new Set<string>()
    for (const topic of response.topics) {
      const name = topic.name ?? this.#names.get(topic.topicId)
      if (name === undefined) continue
      seen.add(name)
      const before = this.#topics.get(name)
      if (topic.topicId !== zeroUuid) this.#names.set(topic.topicId, name)
      const isOther = before !== undefined && before.topicId !== zeroUuid && topic.topicId !== zeroUuid && before.topicId !== topic.topicId
      this.#topics.set(name, {
        name,
        topicId: topic.topicId === zeroUuid ? (before?.topicId ?? zeroUuid) : topic.topicId,
        isInternal: topic.isInternal,
        partitions:
          topic.errorCode !== 0 ? (before?.partitions ?? []) : this.#partitions(name, topic.partitions, isOther ? undefined : before),
        errorCode: topic.errorCode,
        loadedAtMs: nowMs,
      })
    }
    if (all) for (const name of [...this.#topics.keys()]) if (!seen.has(name)) this.#topics.delete(name)
  }

  #partitions(name: string, answered: MetadataResponse['topics'][number]['partitions'], before: TopicView | undefined): PartitionView[] {
    const partitions: PartitionView[] = []
    for (const p of [...answered].sort((a, b) => a.partitionIndex - b.partitionIndex)) {
      // A gap means that the answer is not whole: what stands behind it cannot be placed.
      if (p.partitionIndex !== partitions.length) break
      const old = before?.partitions[p.partitionIndex]
      partitions.push(old && this.#isStale(name, old, p) ? old : toView(p))
    }
    for (const old of before?.partitions.slice(partitions.length) ?? []) partitions.push(old)
    return partitions
  }

  #isStale(name: string, old: PartitionView, now: { partitionIndex: number; leaderEpoch: number }): boolean {
    const key = `${now.partitionIndex} ${name}`
    if (now.leaderEpoch < 0 || old.leaderEpoch < 0 || now.leaderEpoch >= old.leaderEpoch) {
      this.#refused.delete(key)
      return false
    }
    const refused = (this.#refused.get(key) ?? 0) + 1
    this.#refused.set(key, refused)
    return refused <= staleAnswers
  }

  /** A leader named by an answer to Produce or Fetch (KIP-951). Returns whether that was news. */
  hint(name: string, partition: number, leader: number, leaderEpoch: number): boolean {
    const topic = this.#topics.get(name)
    const old = topic?.partitions[partition]
    if (!topic || !old || leader < 0 || leaderEpoch <= old.leaderEpoch) return false
    const partitions = topic.partitions.map(p => (p.partition === partition ? { ...p, leader, leaderEpoch, errorCode: 0 } : p))
    this.#topics.set(name, { ...topic, partitions })
    return true
  }
}

function toView(p: MetadataResponse['topics'][number]['partitions'][number]): PartitionView {
  return {
    partition: p.partitionIndex,
    leader: p.leaderId,
    leaderEpoch: p.leaderEpoch,
    replicas: p.replicaNodes,
    isr: p.isrNodes,
    offlineReplicas: p.offlineReplicas,
    errorCode: p.errorCode,
  }
}
