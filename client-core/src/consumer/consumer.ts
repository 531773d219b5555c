import type { TimerHandle } from '../clock.js'
import type { Cluster } from '../cluster/cluster.js'
import { aborted, isRetriable } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import type { KafkaRecord } from '../records/record.js'
import { Cursor } from './cursor.js'
import { errorPartition, Fetches, type FetchPartition, newErrFetch } from './fetches.js'
import { needsLookup, resolveOffsets } from './list-offsets.js'
import { Offset } from './offset.js'
import type { ResolvedConsumerOptions } from './options.js'
import { Pauses } from './pauses.js'
import type { AnsweredPartition } from './process.js'
import { FetchRecordHooks } from './record-hooks.js'
import { RecordIterator } from './record-iterator.js'
import { type BufferedPartition, Source, type SourceOwner } from './source.js'

let lanes = 0

/** An out-of-date topic id is met a few times before it is called what it is: a topic that was created anew. */
const unknownTopicIdTries = 5

/**
 * The consuming engine without a group: cursors for the partitions that were asked for, one source per broker, and polls that take what sources
 * have. Every decision about what an error means for a position is made here.
 */
export class Consumer implements SourceOwner {
  options: ResolvedConsumerOptions
  readonly lane = `c${++lanes}`
  readonly pauses = new Pauses()
  readonly recordHooks: FetchRecordHooks | undefined
  readonly #cursors = new Map<string, Map<number, Cursor>>()
  readonly #topics = new Map<string, Offset>()
  readonly #sources = new Map<number, Source>()
  /** Errors that belong to no fetch: shown by the next poll. */
  #injected: FetchPartition[] = []
  readonly #wakers = new Set<() => void>()
  readonly #abort = new AbortController()
  readonly #unwatch: () => void
  readonly #timers = new Set<TimerHandle>()
  #stopped = false
  #resolving = false
  #resolveAgain = false
  #active = 0
  /** Sources that wait for one of `maxConcurrentFetches`. */
  #hungry: Source[] = []

  constructor(
    readonly cluster: Cluster,
    options: ResolvedConsumerOptions,
  ) {
    this.options = options
    this.recordHooks = FetchRecordHooks.of(cluster.hooks)
    this.#unwatch = cluster.watch({
      topics: () => new Set([...this.#cursors.keys(), ...this.#topics.keys()]),
      onMetadata: () => this.#onMetadata(),
    })
    for (const topic of options.topics) this.#topics.set(topic, options.resetOffset)
    if (options.partitions.size > 0) this.addPartitions(options.partitions)
    else if (this.#topics.size > 0) this.#refresh()
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
      for (const [partition, offset] of offsets) if (!this.#cursor(topic, partition)) this.#add(new Cursor(topic, partition, offset))
    }
    this.#refresh()
  }

  /** All partitions of these topics, now and when more are added, from `offset`. */
  addTopics(topics: readonly string[], offset = this.options.resetOffset): void {
    for (const topic of topics) if (!this.#topics.has(topic)) this.#topics.set(topic, offset)
    this.#refresh()
  }

  removePartitions(partitions: ReadonlyMap<string, Iterable<number>>): void {
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        const cursor = this.#cursor(topic, partition)
        if (cursor) this.#remove(cursor)
      }
    }
    this.#kickAll()
  }

  removeTopics(topics: readonly string[]): void {
    for (const topic of topics) {
      this.#topics.delete(topic)
      for (const cursor of [...(this.#cursors.get(topic)?.values() ?? [])]) this.#remove(cursor)
    }
    this.#kickAll()
  }

  /** Moves positions; what was fetched for the old ones is thrown away. Partitions that are not consumed are ignored. */
  setOffsets(offsets: ReadonlyMap<string, ReadonlyMap<number, Offset>>): void {
    for (const [topic, partitions] of offsets) {
      for (const [partition, offset] of partitions) {
        const cursor = this.#cursor(topic, partition)
        if (!cursor) continue
        this.#free(cursor)
        this.#begin(cursor, offset)
      }
    }
    this.#kickAll()
    this.#resolve()
  }

  #cursor(topic: string, partition: number): Cursor | undefined {
    return this.#cursors.get(topic)?.get(partition)
  }
  *#allCursors(): Iterable<Cursor> {
    for (const partitions of this.#cursors.values()) yield* partitions.values()
  }

  #add(cursor: Cursor): void {
    const partitions = this.#cursors.get(cursor.topic)
    if (partitions) partitions.set(cursor.partition, cursor)
    else this.#cursors.set(cursor.topic, new Map([[cursor.partition, cursor]]))
    this.#begin(cursor, cursor.wanted)
  }

  #remove(cursor: Cursor): void {
    this.#free(cursor)
    cursor.state = 'stopped'
    cursor.source?.cursors.delete(cursor)
    const partitions = this.#cursors.get(cursor.topic)
    partitions?.delete(cursor.partition)
    if (partitions?.size === 0) this.#cursors.delete(cursor.topic)
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
    if (needsLookup(wanted)) cursor.state = 'loading'
    else {
      cursor.offset = wanted.value
      cursor.state = 'idle'
    }
  }

  // Metadata and offsets ---------------------------------------------------------------------------------------------------------------------

  #refresh(): void {
    this.cluster.refreshMetadata().catch((error: Error) => {
      if (this.#stopped || this.cluster.isClosed) return
      this.#inject(errorPartition('', -1, error))
      this.#after(this.cluster.options.metadataMinAgeMs, () => this.#refresh())
    })
  }

  #onMetadata(): void {
    if (this.#stopped) return
    for (const [topic, offset] of this.#topics) this.#follow(topic, offset)
    for (const cursor of this.#allCursors()) this.#assign(cursor)
    this.#resolve()
    this.#kickAll()
  }

  /** Consumes every partition of a topic; those that appear later from their start. */
  #follow(topic: string, offset: Offset): void {
    const view = this.cluster.metadata.topic(topic)
    const before = this.#cursors.get(topic)
    for (const { partition } of view?.partitions ?? []) {
      if (!before?.has(partition)) this.#add(new Cursor(topic, partition, before ? Offset.atStart() : offset))
    }
    if (view && view.errorCode !== 0 && !errorForCode(view.errorCode).retriable) {
      this.#inject(errorPartition(topic, -1, new KafkaError(view.errorCode, `topic ${topic}`)))
    }
  }

  /** Puts a cursor on the source of its leader, or of the replica that the leader prefers. A cursor in a fetch moves when it is free. */
  #assign(cursor: Cursor): void {
    const view = this.cluster.metadata.topic(cursor.topic)?.partitions[cursor.partition]
    const preferred = cursor.preferredReplica >= 0 && this.cluster.brokers.byId(cursor.preferredReplica) ? cursor.preferredReplica : -1
    const nodeId = preferred >= 0 ? preferred : (view?.leader ?? -1)
    if (cursor.state === 'fetching' || cursor.source?.nodeId === nodeId) return
    cursor.source?.cursors.delete(cursor)
    cursor.source = nodeId >= 0 ? this.#source(nodeId) : undefined
    cursor.source?.cursors.add(cursor)
    if (!cursor.source) this.cluster.refreshUrgently()
  }

  #source(nodeId: number): Source {
    let source = this.#sources.get(nodeId)
    if (!source) this.#sources.set(nodeId, (source = new Source(nodeId, this)))
    return source
  }

  /** Looks up offsets, one round at a time; what failed for now is tried again. */
  #resolve(): void {
    if (this.#resolving) {
      this.#resolveAgain = true
      return
    }
    const loading = [...this.#allCursors()].filter(
      c => c.state === 'loading' && this.cluster.metadata.topic(c.topic)?.partitions[c.partition],
    )
    if (loading.length === 0) return
    this.#resolving = true
    void this.#lookUp(loading).finally(() => {
      this.#resolving = false
      if (!this.#resolveAgain || this.#stopped) return
      this.#resolveAgain = false
      this.#resolve()
    })
  }

  async #lookUp(loading: readonly Cursor[]): Promise<void> {
    const eras = new Map(loading.map(c => [c, c.era]))
    const { resetOffset, isolation, initiator } = this.options
    let resolved: Map<Cursor, bigint | Error>
    try {
      resolved = await resolveOffsets(this.cluster, loading, resetOffset, isolation === 'read_committed', initiator, this.#abort.signal)
    } catch (error) {
      resolved = new Map(loading.map(c => [c, error as Error]))
    }
    if (this.#stopped) return
    let again = false
    for (const [cursor, result] of resolved) {
      if (cursor.era !== eras.get(cursor) || cursor.state !== 'loading') continue
      if (typeof result === 'bigint') {
        cursor.offset = result
        cursor.outOfRange = undefined
        cursor.state = 'idle'
        this.#assign(cursor)
        continue
      }
      again = true
      if (!isRetriable(result) || this.options.keepRetryableFetchErrors)
        this.#inject(errorPartition(cursor.topic, cursor.partition, result))
    }
    if (again) this.#after(1_000, () => this.#resolve())
    this.#kickAll()
  }

  #after(ms: number, fn: () => void): void {
    const timer = this.cluster.clock.setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#stopped) fn()
    }, ms)
    this.#timers.add(timer)
  }

  // Sources ----------------------------------------------------------------------------------------------------------------------------------

  isPaused(cursor: Cursor): boolean {
    return this.pauses.has(cursor.topic, cursor.partition)
  }
  acquire(source: Source): boolean {
    const { maxConcurrentFetches } = this.options
    if (maxConcurrentFetches > 0 && this.#active >= maxConcurrentFetches) {
      if (!this.#hungry.includes(source)) this.#hungry.push(source)
      return false
    }
    this.#active++
    return true
  }
  reacquire(): void {
    this.#active++
  }
  /** Who was refused first comes first: the source that lets go would otherwise take the place again. */
  release(): void {
    this.#active--
    this.#hungry.shift()?.kick()
  }
  onReady(): void {
    for (const wake of [...this.#wakers]) wake()
  }
  onIdle(cursor: Cursor): void {
    this.#assign(cursor)
    if (!cursor.source?.isReady) cursor.source?.kick()
  }

  #kickAll(): void {
    if (this.#stopped) return
    for (const source of this.#sources.values()) source.kick()
  }

  #inject(partition: FetchPartition): void {
    // The same trouble again and again is one entry until somebody polls it.
    const known = this.#injected.some(
      p => p.topic === partition.topic && p.partition === partition.partition && p.error?.message === partition.error?.message,
    )
    if (!known) this.#injected.push(partition)
    this.onReady()
  }

  onPartitionError(source: Source, cursor: Cursor, answer: AnsweredPartition): Error | undefined {
    const { code, retriable } = errorForCode(answer.errorCode)
    const error = new KafkaError(
      answer.errorCode,
      `${cursor.topic} partition ${cursor.partition} could not be fetched from broker ${source.nodeId}`,
    )
    if (cursor.preferredReplica >= 0) {
      // The replica is behind, or no longer one: the leader knows.
      cursor.preferredReplica = -1
      return undefined
    }
    if (code === 'OFFSET_OUT_OF_RANGE') return this.#outOfRange(cursor, error)
    const { leaderId, leaderEpoch } = answer.currentLeader
    if (leaderId >= 0 && this.cluster.metadata.hint(cursor.topic, cursor.partition, leaderId, leaderEpoch)) return undefined
    this.cluster.refreshMetadata().catch(() => {})
    if (code === 'UNKNOWN_TOPIC_ID' && ++cursor.unknownTopicIds > unknownTopicIdTries) {
      cursor.state = 'stopped'
      return error
    }
    if (retriable) return this.options.keepRetryableFetchErrors ? error : undefined
    return error
  }

  /** Below the log's start the reader goes on at the start; beyond its end `resetOffset` says where. */
  #outOfRange(cursor: Cursor, error: KafkaError): Error | undefined {
    const { resetOffset } = this.options
    if (cursor.wanted.kind === 'no-reset' || resetOffset.kind === 'no-reset') {
      cursor.state = 'stopped'
      return error
    }
    cursor.state = 'loading'
    cursor.outOfRange = cursor.offset
    cursor.wanted = resetOffset
    this.#resolve()
    return undefined
  }

  // Polls ------------------------------------------------------------------------------------------------------------------------------------

  /** What sources have, at most `max` records; waits for something unless told not to. */
  async poll(max: number, signal: AbortSignal | undefined, wait: boolean): Promise<Fetches> {
    for (;;) {
      if (this.#stopped) return newErrFetch(new ClientError('CLIENT_CLOSED', 'the client was closed'))
      if (signal?.aborted) return newErrFetch(aborted(signal))
      const partitions = this.#takeReady(max)
      if (partitions.length > 0) return new Fetches(partitions)
      if (!wait) return new Fetches([])
      await this.#something(signal)
    }
  }

  #something(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#wakers.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#wakers.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #takeReady(max: number): FetchPartition[] {
    const out = this.#injected
    this.#injected = []
    let left = max
    for (const source of this.#sources.values()) {
      if (!source.isReady) continue
      if (left <= 0) break
      const rest: BufferedPartition[] = []
      for (const buffered of source.take()) {
        if (left <= 0) rest.push(buffered)
        else left -= this.#takePartition(buffered, left, out, rest)
      }
      if (rest.length > 0) source.putBack(rest)
      else source.kick()
    }
    return out
  }

  /** Moves the cursor behind what is given out. Data of a paused partition is dropped; it is fetched again from the same place. */
  #takePartition(buffered: BufferedPartition, max: number, out: FetchPartition[], rest: BufferedPartition[]): number {
    const { cursor, fetched } = buffered
    const isCurrent = cursor.era === buffered.era
    if (!isCurrent || this.isPaused(cursor)) {
      if (isCurrent) cursor.state = 'idle'
      this.recordHooks?.unbuffered(fetched.records, false)
      return 0
    }
    const [now, later] = fetched.records.split(max)
    this.recordHooks?.unbuffered(now, true)
    if (now.length > 0 || fetched.error) out.push({ ...fetched, records: now })
    if (later.length > 0) {
      cursor.offset = later.runs[0].firstOffset!
      rest.push({ ...buffered, fetched: { ...fetched, error: undefined, records: later } })
      return now.length
    }
    cursor.offset = buffered.nextOffset
    cursor.lastEpoch = buffered.lastEpoch
    if (cursor.state === 'fetching') cursor.state = 'idle'
    this.#assign(cursor)
    return now.length
  }

  /** Records one by one; see `RecordIterator`. */
  records(signal: AbortSignal | undefined): AsyncIterableIterator<KafkaRecord> {
    return new RecordIterator(
      () => this.poll(Number.POSITIVE_INFINITY, signal, true),
      offsets => this.setOffsets(offsets),
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

  close(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#unwatch()
    this.#abort.abort()
    for (const timer of this.#timers) this.cluster.clock.clearTimeout(timer)
    for (const source of this.#sources.values()) source.stop()
    for (const broker of this.cluster.brokers.all) broker.closeLane(this.lane)
    this.onReady()
  }
}
