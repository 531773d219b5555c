import { EpochHistory } from './epochs.js'
import { Log } from './log.js'
import { OpenTransactions } from './open-transactions.js'
import { ProducerStates } from './producer-state.js'
import type { Topic } from './topic.js'

/**
 * One partition. Its replicas share one log: what the leader has, every in-sync replica has at once, so the high watermark is the end of the log.
 */
export class Partition {
  readonly log: Log
  readonly epochs = new EpochHistory()
  readonly producers = new ProducerStates()
  readonly transactions = new OpenTransactions()
  /** -1 while no replica can lead. */
  leader = -1
  leaderEpoch = -1
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

  get highWatermark(): bigint {
    return this.log.endOffset
  }
  get lastStableOffset(): bigint {
    return this.transactions.lastStableOffset(this.highWatermark)
  }
  /** Up to where a consumer may read. */
  readableEnd(readCommitted: boolean): bigint {
    return readCommitted ? this.lastStableOffset : this.highWatermark
  }

  /** Begins a new leader epoch under `leader`; -1 leaves the partition without one. */
  lead(leader: number): void {
    this.leader = leader
    this.leaderEpoch++
    if (leader !== -1) this.epochs.assign(this.leaderEpoch, this.log.endOffset)
    this.changed()
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
    this.log.truncateTo(offset)
    this.epochs.truncateTo(this.log.endOffset)
    this.producers.truncateTo(this.log.endOffset)
    this.transactions.truncateTo(this.log.endOffset)
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

  #startMoved(): void {
    this.epochs.deleteBefore(this.log.startOffset)
    this.transactions.deleteBefore(this.log.startOffset)
  }
}
