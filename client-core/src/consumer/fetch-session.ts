import type { Uuid } from '../bytes/uuid.js'
import type { FetchRequest } from '../protocol/api/fetch.js'

/** What a fetch is to ask of one partition. */
export interface WantedPartition {
  topic: string
  topicId: Uuid
  partition: number
  offset: bigint
  leaderEpoch: number
  lastFetchedEpoch: number
  maxBytes: number
}

type Asked = Pick<FetchRequest, 'topics' | 'forgottenTopicsData' | 'sessionId' | 'sessionEpoch'>

/** A topic that was made anew under its name is another one for the broker too. */
const key = (w: WantedPartition) => `${w.partition} ${w.topicId} ${w.topic}`

/**
 * An incremental fetch session with one broker (KIP-227): the broker remembers the partitions, so that a request names only what changed. Our
 * memory changes when a request is built and counts no longer when the request fails.
 */
export class FetchSession {
  #id = 0
  /** 0 asks for a new session; -1 for none at all. */
  #epoch: number
  #known = new Map<string, WantedPartition>()

  /** `epoch`: where to begin to count. */
  constructor(
    private isOn: boolean,
    epoch = 0,
  ) {
    this.#epoch = isOn ? epoch : -1
  }

  ask(wanted: readonly WantedPartition[]): Asked {
    const isFull = this.#epoch <= 0
    const before = isFull ? new Map<string, WantedPartition>() : this.#known
    const now = new Map(wanted.map(w => [key(w), w]))
    const changed = wanted.filter(w => !isSame(before.get(key(w)), w))
    const gone = [...before.values()].filter(w => !now.has(key(w)))
    this.#known = now
    return { sessionId: this.#id, sessionEpoch: this.#epoch, topics: toTopics(changed), forgottenTopicsData: toForgotten(gone) }
  }

  /** The broker answered without an error for the whole: a session id, or 0 when it keeps none for us. */
  accepted(sessionId: number): void {
    if (!this.isOn) return
    if (sessionId === 0) this.#epoch = 0
    else this.#epoch = this.#epoch >= 0x7fffffff ? 1 : this.#epoch + 1
    this.#id = sessionId
  }

  /** What the broker still keeps for us; 0 for nothing that we know of. */
  get openId(): number {
    return this.#epoch > 0 ? this.#id : 0
  }

  /** The broker does not know the session, or not as we do. One that cannot even begin a session is asked without from now on. */
  lost(code: string): void {
    if (code === 'FETCH_SESSION_ID_NOT_FOUND') {
      this.isOn &&= this.#epoch !== 0
      this.#id = 0
    }
    this.reset()
  }

  /** The next request makes a new session; naming the old one lets the broker forget it. */
  reset(): void {
    this.#epoch = this.isOn ? 0 : -1
  }
}

function isSame(before: WantedPartition | undefined, now: WantedPartition): boolean {
  return (
    before !== undefined &&
    before.offset === now.offset &&
    before.leaderEpoch === now.leaderEpoch &&
    before.lastFetchedEpoch === now.lastFetchedEpoch &&
    before.maxBytes === now.maxBytes
  )
}

function toTopics(wanted: readonly WantedPartition[]): Asked['topics'] {
  const topics = new Map<string, { topic: string; topicId: Uuid; partitions: FetchRequest['topics'][number]['partitions'][number][] }>()
  for (const w of wanted) {
    let topic = topics.get(w.topic)
    if (!topic) topics.set(w.topic, (topic = { topic: w.topic, topicId: w.topicId, partitions: [] }))
    topic.partitions.push({
      partition: w.partition,
      currentLeaderEpoch: w.leaderEpoch,
      fetchOffset: w.offset,
      lastFetchedEpoch: w.lastFetchedEpoch,
      partitionMaxBytes: w.maxBytes,
    })
  }
  return [...topics.values()]
}

function toForgotten(gone: readonly WantedPartition[]): Asked['forgottenTopicsData'] {
  const topics = new Map<string, { topic: string; topicId: Uuid; partitions: number[] }>()
  for (const w of gone) {
    const topic = topics.get(w.topicId + w.topic)
    if (topic) topic.partitions.push(w.partition)
    else topics.set(w.topicId + w.topic, { topic: w.topic, topicId: w.topicId, partitions: [w.partition] })
  }
  return [...topics.values()]
}
