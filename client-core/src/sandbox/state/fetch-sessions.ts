import type { Uuid } from '../../bytes/uuid.js'

/** A partition inside a fetch session, with what the client was told last. */
export interface SessionPartition {
  topic: string
  topicId: Uuid
  partition: number
  currentLeaderEpoch: number
  fetchOffset: bigint
  lastFetchedEpoch: number
  partitionMaxBytes: number
  toldHighWatermark: bigint
  toldLogStart: bigint
}

export interface FetchSession {
  readonly id: number
  /** The epoch that the next request must carry. */
  epoch: number
  /** Whether its requests name topics by id (Fetch v13 and later). */
  readonly usesTopicIds: boolean
  /** In the order in which partitions are answered: one that gave records goes to the end. */
  readonly partitions: Map<string, SessionPartition>
  usedAtMs: number
}

/** Sessions idle for this long make room for new ones. */
const EVICTION_MS = 120_000
const MAX_EPOCH = 0x7fffffff

export const nextSessionEpoch = (epoch: number): number => (epoch === MAX_EPOCH ? 1 : epoch + 1)

/** The incremental fetch sessions of one broker (KIP-227). They belong to the broker, not to a connection. */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>()
  #lastId = 0

  constructor(private readonly slots: number) {}

  get size(): number {
    return this.#sessions.size
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id)
  }

  /** A new session, or undefined when all slots are in use: the client then goes on without one. */
  open(partitions: Map<string, SessionPartition>, usesTopicIds: boolean, nowMs: number): FetchSession | undefined {
    if (this.#sessions.size >= this.slots && !this.#evict(nowMs)) return undefined
    const session = { id: ++this.#lastId, epoch: 1, usesTopicIds, partitions, usedAtMs: nowMs }
    this.#sessions.set(session.id, session)
    return session
  }

  close(id: number): void {
    this.#sessions.delete(id)
  }

  /** All sessions end, as when the broker restarts. */
  clear(): void {
    this.#sessions.clear()
  }

  #evict(nowMs: number): boolean {
    let oldest: FetchSession | undefined
    for (const session of this.#sessions.values()) if (!oldest || session.usedAtMs < oldest.usedAtMs) oldest = session
    if (!oldest || nowMs - oldest.usedAtMs < EVICTION_MS) return false
    return this.#sessions.delete(oldest.id)
  }
}
