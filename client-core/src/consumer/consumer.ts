import type { Cluster } from '../cluster/cluster.js'
import { leaderOf, type TopicView } from '../cluster/metadata.js'
import { isRetriable } from '../cluster/retry.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import { inRealTime } from '../real-time.js'
import type { KafkaRecord } from '../records/record.js'
import { Cursor } from './cursor.js'
import { CursorTable } from './cursor-table.js'
import type { inOrder } from './fetch-order.js'
import { FetchSlots } from './fetch-slots.js'
import { errorPartition, type Fetches, type FetchPartition } from './fetches.js'
import { Inbox } from './inbox.js'
import { Offset } from './offset.js'
import type { ResolvedConsumerOptions } from './options.js'
import { Pauses } from './pauses.js'
import { Polls, type PollsOwner } from './polls.js'
import { Positions, type PositionsOwner } from './positions.js'
import { FetchRecordHooks } from './record-hooks.js'
import { RecordIterator } from './record-iterator.js'
import type { Recycler } from './recycler.js'
import { Source, type SourceOwner } from './source.js'
import { TopicPatterns } from './topic-patterns.js'

let lanes = 0

/** A topic whose partitions are consumed as they appear: where the first ones begin, and how many were seen. One that was removed stays away. */
interface Followed {
  offset: Offset
  seen: number
}

/**
 * The consuming engine without a group: cursors for the partitions that were asked for, one source per broker, and polls that take what sources
 * have. What errors mean for a position is in `trouble.ts`, where positions come from in `positions.ts`.
 */
export class Consumer implements SourceOwner, PositionsOwner, PollsOwner {
  options: ResolvedConsumerOptions
  readonly lane = `c${++lanes}`
  readonly pauses = new Pauses()
  readonly recordHooks: FetchRecordHooks | undefined
  recycler: Recycler | undefined
  #recycles: Promise<void> | undefined
  readonly cursors = new CursorTable()
  /** Topics that are consumed whole. */
  readonly #topics = new Map<string, Followed>()
  readonly #patterns: TopicPatterns | undefined
  readonly #sources = new Map<number, Source>()
  readonly #positions = new Positions(this)
  readonly slots: FetchSlots
  readonly inbox = new Inbox()
  readonly #polls = new Polls(this, this.#sources)
  readonly #unwatch: () => void
  #stopped = false
  /** Whether metadata was ever read: a load that fails later is tried again unseen where that may help, since what is known goes on. */
  #hasMetadata = false
  #inOrder: typeof inOrder | undefined
  #turn = 0

  constructor(
    readonly cluster: Cluster,
    options: ResolvedConsumerOptions,
  ) {
    this.options = options
    this.recordHooks = FetchRecordHooks.of(cluster.hooks)
    this.slots = new FetchSlots(options.maxConcurrentFetches)
    if (options.regex) this.#patterns = new TopicPatterns(options.topics)
    else this.#followAll(options.topics, options.resetOffset)
    this.#unwatch = cluster.watch({
      topics: () => new Set([...this.cursors.topics, ...this.#topics.keys()]),
      readsAll: () => this.#patterns !== undefined,
      onDeleted: topics => this.removeTopics(topics),
      onMetadata: error => this.#onMetadata(error),
    })
    if (options.preferLag) {
      // Until it is there, nobody knows a lag either.
      inRealTime(import('./fetch-order.js')).then(
        ({ inOrder }) => {
          this.#inOrder = inOrder
        },
        error => cluster.logger.log('error', 'consumer.preferLag could not be loaded', { error }),
      )
    }
    if (options.partitions.size > 0) this.addPartitions(options.partitions)
    else if (options.topics.length > 0) this.#refresh()
  }

  get isStopped(): boolean {
    return this.#stopped
  }
  get bufferedRecords(): number {
    let n = 0
    for (const source of this.#sources.values()) n += source.bufferedRecords
    return n
  }
  get bufferedBytes(): number {
    let n = 0
    for (const source of this.#sources.values()) n += source.bufferedBytes
    return n
  }

  // Assignment -------------------------------------------------------------------------------------------------------------------------------

  /** Partitions that are consumed already keep their position. */
  addPartitions(partitions: ReadonlyMap<string, ReadonlyMap<number, Offset>>): void {
    for (const [topic, offsets] of partitions) {
      for (const [partition, offset] of offsets) if (!this.cursors.get(topic, partition)) this.#add(new Cursor(topic, partition, offset))
    }
    this.#refresh()
  }

  /** All partitions of these topics, now and when more are added, from `offset`. With `regex` it does nothing: the expressions say what is consumed. */
  addTopics(topics: readonly string[], offset = this.options.resetOffset): void {
    if (this.#patterns) return
    this.#followAll(topics, offset)
    this.#refresh()
  }
  #followAll(topics: Iterable<string>, offset: Offset): void {
    for (const topic of topics) if (!this.#topics.has(topic)) this.#topics.set(topic, { offset, seen: 0 })
  }

  removePartitions(partitions: ReadonlyMap<string, Iterable<number>>): void {
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        const cursor = this.cursors.get(topic, partition)
        if (cursor) this.#remove(cursor)
      }
      // A topic without partitions is no longer consumed, also when it gets new ones.
      if (!this.cursors.of(topic)) this.#topics.delete(topic)
    }
    this.#kickAll()
  }

  /** Nothing is kept of the topics. A regular expression may meet one again, if it is still there: then from the beginning. */
  removeTopics(topics: readonly string[]): void {
    for (const topic of topics) {
      this.#topics.delete(topic)
      this.#patterns?.forget(topic)
      for (const cursor of [...(this.cursors.of(topic)?.values() ?? [])]) this.#remove(cursor)
    }
    this.#kickAll()
  }

  /** Moves positions; what was fetched or asked for the old ones is thrown away. Partitions that are not consumed are ignored. */
  setOffsets(offsets: ReadonlyMap<string, ReadonlyMap<number, Offset>>): void {
    for (const [topic, partitions] of offsets) {
      for (const [partition, offset] of partitions) {
        const cursor = this.cursors.get(topic, partition)
        if (!cursor) continue
        if (cursor.state === 'fetching') cursor.source?.interrupt(cursor)
        this.#free(cursor)
        this.#begin(cursor, offset)
      }
    }
    this.#positions.find()
    this.#kickAll()
  }

  #add(cursor: Cursor): void {
    this.cursors.add(cursor)
    this.#begin(cursor, cursor.wanted)
  }

  #remove(cursor: Cursor): void {
    this.#free(cursor)
    cursor.state = 'stopped'
    cursor.source?.cursors.delete(cursor)
    this.cursors.delete(cursor)
  }

  /** What is under way for the cursor no longer counts. */
  #free(cursor: Cursor): void {
    cursor.era++
    cursor.source?.drop(cursor)
  }

  #begin(cursor: Cursor, wanted: Offset): void {
    cursor.wanted = wanted
    cursor.outOfRange = undefined
    cursor.lastEpoch = wanted.epoch
    cursor.lastTimestamp = -1n
    cursor.unknownTopicIds = 0
    const isKnown = !wanted.isPlace
    if (isKnown) cursor.offset = wanted.value
    cursor.validating = isKnown && wanted.epoch >= 0
    if (isKnown && !cursor.validating) cursor.state = 'idle'
    else this.#positions.add(cursor)
  }

  // Metadata and positions -------------------------------------------------------------------------------------------------------------------

  /** The metadata loop tries again by itself; `#onMetadata` hears of each try. */
  #refresh(): void {
    this.cluster.refreshMetadata().catch(() => {})
  }

  #onMetadata(error: unknown): void {
    if (this.#stopped || this.cluster.isClosed) return
    if (error !== undefined && !(this.#hasMetadata && isRetriable(error))) this.inbox.put(errorPartition('', -1, error as Error))
    if (error !== undefined) return
    this.#hasMetadata = true
    const { metadata } = this.cluster
    const { resetOffset } = this.options
    for (const view of this.#patterns ? metadata.topics.values() : [])
      if (this.#patterns?.has(view)) this.#followAll([view.name], resetOffset)
    for (const [topic, followed] of this.#topics) this.#follow(metadata.topic(topic), followed)
    for (const topic of new Set([...this.cursors.topics, ...this.#topics.keys()])) this.#tellError(metadata.topic(topic))
    for (const cursor of this.cursors) this.#assign(cursor)
    this.#positions.find()
    this.#kickAll()
  }

  /** Consumes every partition of a topic; those that appear later from their start. */
  #follow(view: TopicView | undefined, followed: Followed): void {
    const { offset, seen } = followed
    for (const { partition } of view?.partitions.slice(seen) ?? []) {
      followed.seen++
      if (!this.cursors.get(view!.name, partition)) this.#add(new Cursor(view!.name, partition, seen > 0 ? Offset.atStart() : offset))
    }
  }

  #tellError(view: TopicView | undefined): void {
    if (view && view.errorCode !== 0 && !errorForCode(view.errorCode).retriable)
      this.inbox.put(errorPartition(view.name, -1, new KafkaError(view.errorCode, `topic ${view.name}`)))
  }

  /**
   * Puts a cursor on the source of its leader, or of the replica that the leader prefers. A cursor in a fetch moves when it is free. Under another
   * leader what was read may have been lost: that is asked before it is fetched from.
   */
  #assign(cursor: Cursor): void {
    if (cursor.state === 'fetching') return
    const topic = this.cluster.metadata.topic(cursor.topic)
    const view = topic?.partitions[cursor.partition]
    const preferred = cursor.preferredReplica >= 0 && this.cluster.brokers.byId(cursor.preferredReplica) ? cursor.preferredReplica : -1
    const nodeId = preferred >= 0 ? preferred : leaderOf(view)
    if (cursor.source?.nodeId !== nodeId) {
      cursor.source?.cursors.delete(cursor)
      cursor.source = nodeId >= 0 ? this.#source(nodeId) : undefined
      cursor.source?.cursors.add(cursor)
      if (!cursor.source) this.cluster.refreshUrgently()
    }
    if (!topic || !view) return
    // Zero before the broker told one; after that it stays.
    if (cursor.leaderEpoch < 0) cursor.topicId = topic.topicId
    const { leaderEpoch } = cursor
    cursor.leaderEpoch = view.leaderEpoch
    const isNew = leaderEpoch >= 0 && view.leaderEpoch > Math.max(leaderEpoch, cursor.lastEpoch)
    if (isNew && cursor.lastEpoch >= 0 && cursor.state === 'idle') this.validate(cursor)
  }

  #source(nodeId: number): Source {
    let source = this.#sources.get(nodeId)
    if (!source) this.#sources.set(nodeId, (source = new Source(nodeId, this)))
    return source
  }

  reset(cursor: Cursor): void {
    cursor.outOfRange = cursor.offset
    cursor.wanted = cursor.lastTimestamp >= 0n ? Offset.afterMilli(cursor.lastTimestamp) : this.options.resetOffset
    this.#positions.add(cursor)
  }
  validate(cursor: Cursor): void {
    cursor.validating = true
    this.#positions.add(cursor)
  }
  onPlaced(cursor: Cursor): void {
    this.onIdle(cursor)
  }
  onTaken(cursor: Cursor): void {
    this.#assign(cursor)
  }

  // Sources ----------------------------------------------------------------------------------------------------------------------------------

  isPaused(cursor: Cursor): boolean {
    return this.pauses.has(cursor.topic, cursor.partition)
  }
  onSettled(): void {
    this.#positions.find()
  }
  onIdle(cursor: Cursor): void {
    this.#assign(cursor)
    if (!cursor.source?.isReady) cursor.source?.kick()
  }

  /** Partitions take turns at the front: what comes first is served first. */
  order(cursors: Cursor[]): Cursor[] {
    const turn = this.#turn++ % cursors.length
    const turned = [...cursors.slice(turn), ...cursors.slice(0, turn)]
    return this.#inOrder?.(turned, this.options.preferLag!, this.cluster.logger) ?? turned
  }

  #kickAll(): void {
    if (this.#stopped) return
    for (const source of this.#sources.values()) source.kick()
  }

  // Polls ------------------------------------------------------------------------------------------------------------------------------------

  poll(max: number, signal: AbortSignal | undefined, wait: boolean): Promise<Fetches> {
    return this.#polls.poll(max, signal, wait)
  }
  /** Records one by one; see `RecordIterator`. */
  records(signal: AbortSignal | undefined): AsyncIterableIterator<KafkaRecord> {
    return new RecordIterator(
      () => this.poll(Number.POSITIVE_INFINITY, signal, true),
      offsets => this.setOffsets(offsets),
    )
  }

  recycle(partitions: readonly FetchPartition[]): void {
    this.recycler?.recycle(partitions)
    this.#recycles ??= inRealTime(import('./recycler.js')).then(
      ({ Recycler }) => {
        if (!this.#stopped) this.recycler = new Recycler(this.cluster.clock)
      },
      // Without it memory is not used again; nothing else is lost.
      () => {},
    )
  }

  /** From the next fetch on. */
  updateFetchMaxBytes(fetchMaxBytes: number, fetchMaxPartitionBytes: number): void {
    this.options = { ...this.options, fetchMaxBytes, fetchMaxPartitionBytes }
  }

  pause(change: () => void): void {
    change()
    this.#kickAll()
  }

  /** Resolves when brokers have let go of what they kept for us, or after a second. */
  async close(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#unwatch()
    this.#positions.stop()
    const sessions = [...this.#sources.values()].map(({ nodeId, sessionId }) => ({ nodeId, sessionId })).filter(s => s.sessionId > 0)
    for (const source of this.#sources.values()) source.stop()
    this.recycler?.close()
    for (const broker of this.cluster.brokers.all) broker.closeLane(this.lane)
    this.inbox.wake()
    // What a broker keeps in vain makes room by itself, later.
    if (sessions.length > 0)
      await inRealTime(import('./end-sessions.js'))
        .then(m => m.endSessions(this, sessions))
        .catch(() => {})
  }
}
