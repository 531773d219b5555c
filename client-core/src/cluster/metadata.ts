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
const unknownTopicOrPartition = 3

type AnsweredTopic = MetadataResponse['topics'][number]
type AnsweredPartition = AnsweredTopic['partitions'][number]

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

  /** Takes an answer over. `all`: it lists every topic, so that others are gone. */
  merge(response: MetadataResponse, nowMs: number, all: boolean): void {
    const seen = new Set<string>()
    for (const topic of response.topics) {
      // An id that the broker does not know comes back without a name.
      const name = topic.name || this.#names.get(topic.topicId)
      if (!name) continue
      seen.add(name)
      if (topic.topicId !== zeroUuid) this.#names.set(topic.topicId, name)
      this.#topics.set(name, this.#merged(name, topic, this.#topics.get(name), nowMs))
    }
    if (all) for (const name of [...this.#topics.keys()]) if (!seen.has(name)) this.forget(name)
  }

  /** As if nobody had ever asked for the topic. */
  forget(name: string): void {
    for (const { partition } of this.#topics.get(name)?.partitions ?? []) this.#refused.delete(refusalKey(name, partition))
    this.#topics.delete(name)
  }

  #merged(name: string, topic: AnsweredTopic, before: TopicView | undefined, nowMs: number): TopicView {
    const isOther = before !== undefined && before.topicId !== zeroUuid && topic.topicId !== zeroUuid && before.topicId !== topic.topicId
    const known = isOther ? undefined : before
    const answered = [...topic.partitions].sort((a, b) => a.partitionIndex - b.partitionIndex)
    // With a gap the answer is not whole: how many partitions there are, which keys depend on, cannot be told from it.
    const isWhole = answered.every((p, i) => p.partitionIndex === i)
    const errorCode = topic.errorCode || (isWhole ? 0 : unknownTopicOrPartition)
    return {
      name,
      topicId: topic.topicId === zeroUuid ? (before?.topicId ?? zeroUuid) : topic.topicId,
      isInternal: topic.isInternal,
      partitions: errorCode === 0 ? this.#partitions(name, answered, known) : (before?.partitions ?? []),
      errorCode,
      loadedAtMs: nowMs,
    }
  }

  #partitions(name: string, answered: readonly AnsweredPartition[], before: TopicView | undefined): PartitionView[] {
    const partitions = answered.map(p => {
      const old = before?.partitions[p.partitionIndex]
      if (!old) return toView(p)
      if (this.#isStale(name, old, p)) return old
      // Without a leader some brokers tell no epoch; the next leader's is higher than the last one's all the same.
      return { ...toView(p), leaderEpoch: p.leaderEpoch < 0 ? old.leaderEpoch : p.leaderEpoch }
    })
    // Topics do not shrink: a broker that lists less is behind, or the topic is being deleted.
    const missing = before?.partitions.slice(partitions.length) ?? []
    return [...partitions, ...missing.map(old => ({ ...old, errorCode: unknownTopicOrPartition }))]
  }

  #isStale(name: string, old: PartitionView, now: AnsweredPartition): boolean {
    const key = refusalKey(name, now.partitionIndex)
    if (now.leaderEpoch < 0 || old.leaderEpoch < 0 || now.leaderEpoch >= old.leaderEpoch) {
      this.#refused.delete(key)
      return false
    }
    const refused = (this.#refused.get(key) ?? 0) + 1
    if (refused <= staleAnswers) this.#refused.set(key, refused)
    else this.#refused.delete(key)
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

const refusalKey = (name: string, partition: number): string => `${partition} ${name}`

function toView(p: AnsweredPartition): PartitionView {
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
