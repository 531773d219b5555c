import { EpochHistory } from './epochs.js'
import { Log } from './log.js'
import { OpenTransactions } from './open-transactions.js'
import { ProducerStates } from './producer-state.js'
import type { Topic } from './topic.js'

/** How far one replica has come. */
export interface Copy {
  readonly endOffset: bigint
  /** What it knows to be committed. */
  readonly highWatermark: bigint
}
/** On its way to other brokers (KIP-455). */
export interface Reassignment {
  readonly before: readonly number[]
  readonly target: readonly number[]
}
interface HeldCopy extends Copy {
  /** Until somebody lets go; otherwise until its broker runs and there is a leader to follow. */
  readonly byHand: boolean
}

/**
 * One partition. Its replicas share one log: what the leader has, every follower has at once, unless it is held back; then its copy is the log up
 * to where it stands. A held follower that becomes the leader takes the others back to there, as an unclean election does.
 */
export class Partition {
  readonly log: Log
  readonly epochs = new EpochHistory()
  readonly producers = new ProducerStates()
  readonly transactions = new OpenTransactions()
  /** -1 while no replica can lead. */
  leader = -1
  leaderEpoch = -1
  /** Where the present leader's epoch began. */
  epochStartOffset = 0n
  /** Undefined unless it is on its way to other brokers. */
  reassignment: Reassignment | undefined
  #held = new Map<number, HeldCopy>()
  #watchers = new Set<() => void>()
  #retentionCheckedAt = 0

  constructor(
    readonly topic: Topic,
    readonly index: number,
    /** Brokers that hold a copy; the first is the preferred leader. */
    public replicas: readonly number[],
    public isr: readonly number[],
    startOffset = 0n,
  ) {
    this.log = new Log(startOffset)
  }

  /** What every replica in sync has. */
  get highWatermark(): bigint {
    let committed = this.log.endOffset
    for (const [id, { endOffset }] of this.#held) if (endOffset < committed && this.isr.includes(id)) committed = endOffset
    return committed
  }
  get lastStableOffset(): bigint {
    return this.transactions.lastStableOffset(this.highWatermark)
  }
  /** The copy on a broker. */
  copyOf(broker: number): Copy {
    const held = this.#held.get(broker)
    if (!held) return { endOffset: this.log.endOffset, highWatermark: this.highWatermark }
    return { endOffset: atLeast(held.endOffset, this.log.startOffset), highWatermark: atLeast(held.highWatermark, this.log.startOffset) }
  }
  /** Up to where a consumer may read on a broker. */
  readableEnd(readCommitted: boolean, broker = this.leader): bigint {
    const { highWatermark } = this.copyOf(broker)
    return readCommitted ? this.transactions.lastStableOffset(highWatermark) : highWatermark
  }

  /** Begins a new leader epoch under `leader`; -1 leaves the partition without one. What `leader` does not have is lost. */
  lead(leader: number): void {
    const own = this.#held.get(leader)
    this.#held.delete(leader)
    if (own) this.#loseFrom(own.endOffset)
    this.leader = leader
    this.leaderEpoch++
    if (leader !== -1) {
      this.epochStartOffset = this.log.endOffset
      this.epochs.assign(this.leaderEpoch, this.log.endOffset)
    }
    this.changed()
  }

  /** The copy on a follower stays as it is. Held `byHand`, it stays so until `release`. */
  hold(broker: number, byHand: boolean, copy: Copy = this.copyOf(broker)): void {
    if (this.#held.has(broker)) return
    this.#held.set(broker, { ...copy, byHand })
  }

  isHeld(broker: number): boolean {
    return this.#held.get(broker)?.byHand ?? false
  }

  /** The copy is the leader's again. */
  release(broker: number): void {
    this.#held.delete(broker)
  }

  /** Runs `fn` after every append and every change of leadership or of the readable range. */
  watch(fn: () => void): () => void {
    this.#watchers.add(fn)
    return () => this.#watchers.delete(fn)
  }

  changed(): void {
    for (const fn of [...this.#watchers]) fn()
  }

  deleteBefore(offset: bigint): void {
    this.log.deleteBefore(offset)
    this.#startMoved()
    this.changed()
  }

  /** What an unclean election does: the records from `offset` on are gone, under a new leader epoch. */
  truncateTo(offset: bigint): void {
    this.#loseFrom(offset)
    this.lead(this.leader)
  }

  /**
   * Deletes what retention no longer keeps. Size is looked at each time; age, as in Kafka, once per `log.retention.check.interval.ms`, so that
   * records with an old timestamp can be read for a while.
   */
  retain(nowMs: number, ageCheckIntervalMs: number): void {
    const { deletes, retentionBytes, retentionMs } = this.topic.settings
    if (!deletes) return
    if (this.#retentionCheckedAt === 0) this.#retentionCheckedAt = nowMs
    const checkAge = retentionMs >= 0 && nowMs - this.#retentionCheckedAt >= ageCheckIntervalMs
    if (checkAge) this.#retentionCheckedAt = nowMs
    const oldest = checkAge ? BigInt(Math.floor(nowMs - retentionMs)) : undefined
    const dropped = this.log.dropOldestWhile(
      (batch, size) =>
        (oldest !== undefined && batch.maxTimestamp < oldest) ||
        (retentionBytes >= 0 && size > Math.max(retentionBytes, batch.bytes.length)),
    )
    if (dropped) this.#startMoved()
  }

  #loseFrom(offset: bigint): void {
    this.log.truncateTo(offset)
    const { endOffset } = this.log
    this.epochs.truncateTo(endOffset)
    this.producers.truncateTo(endOffset)
    this.transactions.truncateTo(endOffset)
    for (const [id, held] of this.#held) {
      const highWatermark = atMost(held.highWatermark, endOffset)
      this.#held.set(id, { ...held, endOffset: atMost(held.endOffset, endOffset), highWatermark })
    }
  }

  #startMoved(): void {
    this.epochs.deleteBefore(this.log.startOffset)
    this.transactions.deleteBefore(this.log.startOffset)
  }
}

const atLeast = (offset: bigint, least: bigint) => (offset < least ? least : offset)
const atMost = (offset: bigint, most: bigint) => (offset > most ? most : offset)
