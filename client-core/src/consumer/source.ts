import { zeroUuid } from '../bytes/uuid.js'
import type { TimerHandle } from '../clock.js'
import type { SendOptions } from '../cluster/broker.js'
import type { Cluster } from '../cluster/cluster.js'
import { isUnreachable } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import { FetchRequest, type FetchResponse } from '../protocol/api/fetch.js'
import { errorForCode } from '../protocol/errors.js'
import type { RecordBatch } from '../records/batch.js'
import type { Cursor } from './cursor.js'
import { FetchSession, type WantedPartition } from './fetch-session.js'
import { type FetchPartition, RecordList } from './fetches.js'
import type { ResolvedConsumerOptions } from './options.js'
import { type AnsweredPartition, type Processed, processPartition } from './process.js'
import type { FetchRecordHooks } from './record-hooks.js'

/** A partition's records that wait to be polled, and how the cursor goes on afterwards. */
export interface BufferedPartition {
  cursor: Cursor
  era: number
  fetched: FetchPartition
  nextOffset: bigint
  lastEpoch: number
}

/** What a source tells the consumer, which holds the rules. */
export interface SourceOwner {
  readonly cluster: Cluster
  readonly options: ResolvedConsumerOptions
  readonly isStopped: boolean
  /** Names the connections that this consumer has for itself: its long polls must not hold up another's. */
  readonly lane: string
  readonly recordHooks: FetchRecordHooks | undefined
  isPaused(cursor: Cursor): boolean
  /** Takes one of the fetches that may be under way at once; false when none is left. */
  acquire(source: Source): boolean
  /** Takes one all the same: for what a limited poll put back. */
  reacquire(): void
  release(): void
  /** Something waits to be polled. */
  onReady(): void
  /** An answer's error for one partition. Returns what a poll should show of it. */
  onPartitionError(source: Source, cursor: Cursor, answer: AnsweredPartition): Error | undefined
  /** The cursor was in a fetch and is free again. */
  onIdle(cursor: Cursor): void
}

const sessionLost = new Set([
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
  'INCONSISTENT_TOPIC_ID',
])

/**
 * Fetches from one broker for all partitions that it leads: one long poll at a time, and no new one before what it brought was taken, so that a
 * slow reader bounds what is in memory.
 */
export class Source {
  readonly cursors = new Set<Cursor>()
  #session: FetchSession
  #fetching = false
  #buffered: BufferedPartition[] = []
  #failures = 0
  #backoff: TimerHandle | undefined
  #abort: AbortController | undefined
  #asked = new Map<string, Cursor>()

  constructor(
    readonly nodeId: number,
    private readonly owner: SourceOwner,
  ) {
    this.#session = new FetchSession(owner.options.fetchSessions)
  }

  get isReady(): boolean {
    return this.#buffered.length > 0
  }
  get bufferedRecords(): number {
    let n = 0
    for (const b of this.#buffered) n += b.fetched.records.length
    return n
  }
  get bufferedBytes(): number {
    let n = 0
    for (const b of this.#buffered) for (const run of b.fetched.records.runs) n += run.batch.uncompressedBytes
    return n
  }

  /** Begins a fetch if one is due. Costs nothing otherwise. */
  kick(): void {
    if (this.#fetching || this.isReady || this.#backoff !== undefined || this.owner.isStopped) return
    const cursors = [...this.cursors].filter(c => c.state === 'idle' && !this.owner.isPaused(c))
    if (cursors.length === 0 || !this.owner.acquire(this)) return
    this.#fetching = true
    void this.#fetch(cursors)
  }

  stop(): void {
    this.#abort?.abort()
    this.owner.cluster.clock.clearTimeout(this.#backoff)
    for (const { fetched } of this.#buffered) this.owner.recordHooks?.unbuffered(fetched.records, false)
    this.#buffered = []
  }

  /** Takes what waits. The caller moves the cursors; `kick` begins the next fetch. */
  take(): BufferedPartition[] {
    const taken = this.#buffered
    this.#buffered = []
    this.owner.release()
    return taken
  }
  /** Puts back what a limited poll left; it comes first next time. */
  putBack(rest: BufferedPartition[]): void {
    this.#buffered = rest
    this.owner.reacquire()
  }
  /** Throws away what waits for a cursor. */
  drop(cursor: Cursor): void {
    if (!this.isReady) return
    for (const b of this.#buffered) if (b.cursor === cursor) this.owner.recordHooks?.unbuffered(b.fetched.records, false)
    this.#buffered = this.#buffered.filter(b => b.cursor !== cursor)
    if (!this.isReady) this.owner.release()
  }

  async #fetch(cursors: readonly Cursor[]): Promise<void> {
    const { cluster, options } = this.owner
    const eras = new Map(cursors.map(c => [c, c.era]))
    for (const cursor of cursors) cursor.state = 'fetching'
    this.#abort = new AbortController()
    let results: BufferedPartition[] = []
    let failed = false
    try {
      const broker = cluster.brokers.byId(this.nodeId)
      if (!broker) throw new ClientError('UNKNOWN_BROKER', `broker ${this.nodeId} is not part of the cluster`)
      const wanted = cursors.map(c => this.#wanted(c))
      const hasIds = wanted.every(w => w.topicId !== zeroUuid)
      const asked = this.#session.ask(wanted)
      this.#asked = new Map(cursors.map(c => [`${c.partition} ${c.topic}`, c]))
      const send: SendOptions = {
        initiator: options.initiator,
        lane: this.owner.lane,
        signal: this.#abort.signal,
        parkMs: options.fetchMaxWaitMs,
        maxVersion: hasIds ? undefined : 12,
      }
      const answer = await broker.send(
        FetchRequest,
        {
          maxWaitMs: options.fetchMaxWaitMs,
          minBytes: options.fetchMinBytes,
          maxBytes: options.fetchMaxBytes,
          isolationLevel: options.isolation === 'read_committed' ? 1 : 0,
          rackId: cluster.options.rack ?? '',
          ...asked,
        },
        send,
      )
      results = await this.#process(answer, eras)
    } catch (error) {
      failed = true
      this.#session.reset()
      if (!this.owner.isStopped && !this.#abort.signal.aborted) {
        cluster.logger.log('warn', 'a fetch failed', { broker: this.nodeId, error })
        if (isUnreachable(error)) cluster.refreshUrgently()
        this.#backOff()
      }
    }
    this.#fetching = false
    this.#abort = undefined
    this.#finish(cursors, eras, results, failed)
  }

  #finish(cursors: readonly Cursor[], eras: ReadonlyMap<Cursor, number>, results: BufferedPartition[], failed: boolean): void {
    if (this.owner.isStopped) return
    this.#buffered = results.filter(r => r.cursor.era === r.era)
    for (const { fetched } of this.#buffered) this.owner.recordHooks?.buffered(fetched.records)
    const waiting = new Set(this.#buffered.map(b => b.cursor))
    for (const cursor of cursors) {
      if (waiting.has(cursor) || cursor.era !== eras.get(cursor) || cursor.state !== 'fetching') continue
      cursor.state = 'idle'
      this.owner.onIdle(cursor)
    }
    if (!failed) this.#failures = 0
    if (this.isReady) this.owner.onReady()
    else {
      this.owner.release()
      this.kick()
    }
  }

  #wanted(cursor: Cursor): WantedPartition {
    const topic = this.owner.cluster.metadata.topic(cursor.topic)
    return {
      topic: cursor.topic,
      topicId: topic?.topicId ?? zeroUuid,
      partition: cursor.partition,
      offset: cursor.offset,
      leaderEpoch: topic?.partitions[cursor.partition]?.leaderEpoch ?? -1,
      // Only followers tell it: a broker that reads it from us would answer with a diverging epoch instead of records.
      lastFetchedEpoch: -1,
      maxBytes: this.owner.options.fetchMaxPartitionBytes,
    }
  }

  /** A pause for this broker alone. */
  #backOff(): void {
    if (this.#backoff !== undefined) return
    const { options, clock } = this.owner.cluster
    this.#backoff = clock.setTimeout(
      () => {
        this.#backoff = undefined
        this.kick()
      },
      options.retryBackoff(++this.#failures, options.random),
    )
  }

  async #process(answer: FetchResponse, eras: ReadonlyMap<Cursor, number>): Promise<BufferedPartition[]> {
    if (answer.errorCode !== 0) {
      const { code } = errorForCode(answer.errorCode)
      this.#session.reset()
      if (!sessionLost.has(code)) this.#backOff()
      if (code === 'FETCH_SESSION_TOPIC_ID_ERROR' || code === 'INCONSISTENT_TOPIC_ID') this.owner.cluster.refreshUrgently()
      return []
    }
    this.#session.accepted(answer.sessionId)
    const { cluster } = this.owner
    cluster.brokers.merge(
      answer.nodeEndpoints.map(n => ({ nodeId: n.nodeId, host: n.host, port: n.port, rack: n.rack ?? undefined })),
      false,
    )
    const out: BufferedPartition[] = []
    let stripped = 0
    for (const topic of answer.responses) {
      const name = topic.topic === '' ? (cluster.metadata.nameOf(topic.topicId) ?? '') : topic.topic
      for (const partition of topic.partitions) {
        const key = `${partition.partitionIndex} ${name}`
        const cursor = this.#asked.get(key)
        // A broker may name a partition twice, or one that was not asked for: each is read once.
        if (!cursor || !this.#asked.delete(key)) continue
        if (cursor.era !== eras.get(cursor)) continue
        const buffered = await this.#partition(cursor, partition)
        if (buffered) out.push(buffered)
        else stripped++
      }
    }
    // Errors alone, which all will go away: asking again at once would spin.
    if (stripped > 0 && out.length === 0 && answer.responses.some(t => t.partitions.some(p => p.errorCode !== 0))) this.#backOff()
    return out
  }

  async #partition(cursor: Cursor, answer: AnsweredPartition): Promise<BufferedPartition | undefined> {
    const { era } = cursor
    const base = { cursor, era, nextOffset: cursor.offset, lastEpoch: cursor.lastEpoch }
    if (answer.errorCode !== 0) {
      const error = this.owner.onPartitionError(this, cursor, answer)
      if (error) this.#backOff()
      return error && { ...base, fetched: this.#fetched(cursor, answer, [], error) }
    }
    cursor.unknownTopicIds = 0
    if (answer.preferredReadReplica >= 0) {
      cursor.preferredReplica = answer.preferredReadReplica
      return undefined
    }
    const processed = await processPartition(answer, cursor, this.owner.options, this.#batchHook())
    if (cursor.era !== era) return undefined
    if (processed.runs.length === 0 && !processed.error) {
      // Markers, aborted records or an emptied batch: nothing to show, but the position moves.
      cursor.offset = processed.nextOffset
      cursor.lastEpoch = processed.lastEpoch
      return undefined
    }
    // What came before a broken batch is given out first; the broken one is met again by the next fetch.
    const error = processed.runs.length === 0 ? processed.error : undefined
    if (error) cursor.state = 'stopped'
    return {
      ...base,
      nextOffset: processed.nextOffset,
      lastEpoch: processed.lastEpoch,
      fetched: this.#fetched(cursor, answer, processed.runs, error),
    }
  }

  #fetched(cursor: Cursor, answer: AnsweredPartition, runs: Processed['runs'], error?: Error): FetchPartition {
    return {
      topic: cursor.topic,
      partition: cursor.partition,
      error,
      highWatermark: answer.highWatermark,
      lastStableOffset: answer.lastStableOffset,
      logStartOffset: answer.logStartOffset,
      records: new RecordList(runs),
    }
  }

  #batchHook() {
    const { hooks, brokers } = this.owner.cluster
    if (!hooks.onFetchBatchRead) return undefined
    const broker = brokers.byId(this.nodeId)?.metadata ?? { nodeId: this.nodeId, host: '', port: 0 }
    return (batch: RecordBatch) =>
      hooks.onFetchBatchRead?.({
        broker,
        topic: batch.topic,
        partition: batch.partition,
        numRecords: batch.numRecords,
        uncompressedBytes: batch.uncompressedBytes,
        compressedBytes: batch.compressedBytes,
        compressionType: batch.codec ?? 'none',
      })
  }
}
