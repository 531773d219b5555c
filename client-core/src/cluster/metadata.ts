import { type Uuid, zeroUuid } from '../bytes/uuid.js'
import type { MetadataResponse } from '../protocol/api/metadata.js'

export interface PartitionView {
  partition: number
  /** The last one that is known; `leaderOf` says whether it leads now. -1: none is known. */
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
  /**
   * 0, or why the topic could not be described: UNKNOWN_TOPIC_OR_PARTITION also when a list of all topics lacks it, UNKNOWN_TOPIC_ID when it was made
   * anew while a role works with the old one.
   */
  errorCode: number
  /** When the broker said so. */
  loadedAtMs: number
  /** When it was first heard of under this id. */
  discoveredAtMs: number
}

/** How many answers with a lower leader epoch are taken for stale before one is believed: a cluster that was restored from a backup has lower epochs for good. */
const staleAnswers = 5
/** How often an answer that names a topic's new id is doubted: the broker may be the one that is behind. */
const doubtedIds = 8
/** In the place of a partition: the topic's id. */
const idItself = -1
const unknownTopicOrPartition = 3
const unknownTopicId = 100
/** Brokers before Metadata v1 say so of a partition whose leader is well, when a replica is not. */
const replicaNotAvailable = 9

const leaderless = new Set([5, 72])
/** The leader to ask; -1 when there is none now, whoever it was last. */
export const leaderOf = (view: PartitionView | undefined): number => (view && !leaderless.has(view.errorCode) ? view.leader : -1)

type AnsweredTopic = MetadataResponse['topics'][number]
type AnsweredPartition = AnsweredTopic['partitions'][number]

/**
 * What is known of topics: immutable views, replaced as answers come. Answers of different brokers may contradict each other for a while; the
 * rules here keep the newer knowledge.
 */
export class MetadataCache {
  readonly #topics = new Map<string, TopicView>()
  readonly #names = new Map<Uuid, string>()
  /** Stale answers in a row, by topic and partition. */
  readonly #refused = new Map<string, Map<number, number>>()

  /**
   * `isHeld`: a role works with the topic, so that it neither vanishes nor changes its id from one answer to the next. `deletedAfterMs`: from when on
   * after its discovery it may vanish all the same.
   */
  constructor(
    private readonly isHeld: (name: string) => boolean,
    private readonly deletedAfterMs: number,
  ) {}

  topic(name: string): TopicView | undefined {
    return this.#topics.get(name)
  }
  nameOf(topicId: Uuid): string | undefined {
    return this.#names.get(topicId)
  }
  get topics(): ReadonlyMap<string, TopicView> {
    return this.#topics
  }

  /** Takes an answer over. `all`: it lists every topic. Returns the topics that are held and are to be taken for deleted. */
  merge(response: MetadataResponse, nowMs: number, all: boolean): string[] {
    const seen = new Set<string>()
    for (const topic of response.topics) {
      // An id that the broker does not know comes back without a name.
      const name = topic.name || this.#names.get(topic.topicId)
      if (!name) continue
      seen.add(name)
      if (topic.topicId !== zeroUuid) this.#names.set(topic.topicId, name)
      this.#topics.set(name, this.#merged(name, topic, this.#topics.get(name), nowMs))
    }
    const deleted: string[] = []
    if (all) for (const view of [...this.#topics.values()]) if (!seen.has(view.name) && this.#vanished(view, nowMs)) deleted.push(view.name)
    return deleted
  }

  /** Returns whether a topic that is held is taken for deleted: a broker may not have heard yet of one that is new. */
  #vanished(view: TopicView, nowMs: number): boolean {
    const isHeld = view.partitions.length > 0 && this.isHeld(view.name)
    if (isHeld) this.#topics.set(view.name, { ...view, errorCode: unknownTopicOrPartition, loadedAtMs: nowMs })
    else this.forget(view.name)
    return isHeld && nowMs - view.discoveredAtMs >= this.deletedAfterMs
  }

  /** As if nobody had ever asked for the topic. */
  forget(name: string): void {
    this.#refused.delete(name)
    this.#topics.delete(name)
  }

  /** Whether a topic that was found once is known without doubt now. One that was made anew is: only a purge changes what is held of it. */
  isSettled(name: string): boolean {
    const { errorCode, partitions = [] } = this.#topics.get(name) ?? {}
    const refused = this.#refused.get(name)
    if (errorCode === unknownTopicId && refused!.get(idItself)! > doubtedIds) return true
    return partitions.length === 0 || (errorCode === 0 && !refused?.size && partitions.every(p => p.errorCode === 0))
  }

  #merged(name: string, topic: AnsweredTopic, before: TopicView | undefined, nowMs: number): TopicView {
    const isOther = before !== undefined && before.topicId !== zeroUuid && topic.topicId !== zeroUuid && before.topicId !== topic.topicId
    // Offsets and sequences of the old topic mean nothing in the new one: whoever works with it has to purge it first.
    if (isOther && this.isHeld(name)) {
      this.#refuse(name, idItself)
      return { ...before, errorCode: unknownTopicId, loadedAtMs: nowMs }
    }
    this.#refused.get(name)?.delete(idItself)
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
      discoveredAtMs: known && known.partitions.length > 0 ? known.discoveredAtMs : nowMs,
    }
  }

  #partitions(name: string, answered: readonly AnsweredPartition[], before: TopicView | undefined): PartitionView[] {
    const partitions = answered.map(p => {
      const old = before?.partitions[p.partitionIndex]
      if (!old) return toView(p)
      if (p.errorCode !== 0 && p.errorCode !== replicaNotAvailable) return { ...old, errorCode: p.errorCode }
      return this.#isStale(name, old, p) ? old : toView(p)
    })
    // Topics do not shrink: a broker that lists less is behind, or the topic is being deleted.
    const missing = before?.partitions.slice(partitions.length) ?? []
    return [...partitions, ...missing.map(old => ({ ...old, errorCode: unknownTopicOrPartition }))]
  }

  /** -1 is a lower epoch too: some brokers of a cluster may be of a release that tells none. */
  #isStale(name: string, old: PartitionView, now: AnsweredPartition): boolean {
    if (now.leaderEpoch < old.leaderEpoch && this.#refuse(name, old.partition) <= staleAnswers) return true
    this.#refused.get(name)?.delete(old.partition)
    return false
  }

  /** Counts an answer that is not believed; returns how many there were in a row. */
  #refuse(name: string, partition: number): number {
    const refused = this.#refused.get(name) ?? new Map<number, number>()
    const tries = (refused.get(partition) ?? 0) + 1
    this.#refused.set(name, refused.set(partition, tries))
    return tries
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
