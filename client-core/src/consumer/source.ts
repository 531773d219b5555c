import { zeroUuid } from '../bytes/uuid.js'
import type { TimerHandle } from '../clock.js'
import type { SendOptions } from '../cluster/broker.js'
import type { Cluster } from '../cluster/cluster.js'
import { isUnreachable } from '../cluster/cluster.js'
import { isRetriable } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { FetchRequest, type FetchResponse } from '../protocol/api/fetch.js'
import { KafkaError } from '../protocol/errors.js'
import { inRealTime } from '../real-time.js'
import type { RecordBatch } from '../records/batch.js'
import type { Lease } from '../records/lease.js'
import type { Cursor } from './cursor.js'
import { FetchSession, type WantedPartition } from './fetch-session.js'
import type { FetchSlots } from './fetch-slots.js'
import { errorPartition, type FetchPartition, RecordList } from './fetches.js'
import type { Inbox } from './inbox.js'
import type { ResolvedConsumerOptions } from './options.js'
import { type AnsweredPartition, type Processed, processPartition } from './process.js'
import type { FetchRecordHooks } from './record-hooks.js'
import type { Recycler } from './recycler.js'

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
  /** Lends answers their memory; undefined until somebody recycles what was polled. */
  readonly recycler: Recycler | undefined
  isPaused(cursor: Cursor): boolean
  /** Of the fetches that may be under way at once. */
  readonly slots: FetchSlots
  /** For the next poll: what belongs to no fetch, and that something waits. */
  readonly inbox: Inbox
  /** The order in which partitions are to be asked for. */
  order(cursors: Cursor[]): Cursor[]
  /** Looks up where to go on when the log does not have the cursor's offset. */
  reset(cursor: Cursor): void
  /** Asks the leader whether the log was truncated below the cursor's offset. */
  validate(cursor: Cursor): void
  /** All cursors are where they belong: positions that are to be asked for may be. */
  onSettled(): void
  /** The cursor was in a fetch and is free again. */
  onIdle(cursor: Cursor): void
}

/** A replica that the leader named is asked so long, in ms; then the leader may name another, or none (KIP-392). */
const recheckReplicaMs = 30 * 60_000

/** Codes of a whole answer that call for a new session. */
const sessionLost = /FETCH_SESSION|INCONSISTENT_TOPIC_ID/
/** A broker that has nothing to say waits, as it was asked to; so many times in a row it may answer all the same, as after changes. */
const mayBeUseless = 3
/** The answer had something of a partition that did not help: asking again at once would spin. */
const stripped = Symbol('stripped')

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
  /** Answers in a row that came at once and helped nothing. */
  #useless = 0
  #backoff: TimerHandle | undefined
  #abort: AbortController | undefined
  #asked = new Map<string, Cursor>()
  /** The request is at the broker, and not answered. */
  #parked = false

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
    const now = this.owner.cluster.clock.now()
    const cursors = [...this.cursors].filter(cursor => {
      if (cursor.state !== 'idle' || this.owner.isPaused(cursor)) return false
      if (cursor.preferredReplica < 0 || now - cursor.preferredAt < recheckReplicaMs) return true
      // Nothing of it is under way now, so that nothing comes twice from two replicas.
      cursor.preferredReplica = -1
      this.owner.onIdle(cursor)
      return false
    })
    this.owner.onSettled()
    if (cursors.length === 0 || this.#fetching || !this.owner.slots.acquire(this)) return
    this.#fetching = true
    void this.#fetch(this.owner.order(cursors))
  }

  /** Ends a long poll that was begun for another position of the cursor. Costs a new connection: what is asked next would wait behind it. */
  interrupt(cursor: Cursor): void {
    if (!this.#parked || !this.#isAsked(cursor)) return
    this.#abort?.abort()
    this.owner.cluster.brokers.byId(this.nodeId)?.closeLane(this.owner.lane)
  }
  #isAsked(cursor: Cursor): boolean {
    return this.#asked.get(keyOf(cursor)) === cursor
  }

  /** The id of the fetch session that the broker keeps for us; 0 for none. */
  get sessionId(): number {
    return this.#session.openId
  }

  stop(): void {
    this.#abort?.abort()
    this.owner.cluster.clock.clearTimeout(this.#backoff)
    for (const { fetched } of this.#buffered) this.owner.recordHooks?.unbuffered(fetched.records, false)
    this.#buffered = []
  }

  /** Takes what waits. The caller moves the cursors, and says what it left. */
  take(): BufferedPartition[] {
    return this.#buffered.splice(0)
  }
  /** Puts back what a limited poll left, which comes first next time; where it left nothing, the next fetch begins. */
  putBack(rest: BufferedPartition[]): void {
    this.#buffered = rest
    if (this.isReady) return
    this.owner.slots.release()
    this.kick()
  }
  /** Throws away what waits for a cursor. */
  drop(cursor: Cursor): void {
    if (!this.isReady) return
    for (const b of this.#buffered) if (b.cursor === cursor) this.owner.recordHooks?.unbuffered(b.fetched.records, false)
    this.#buffered = this.#buffered.filter(b => b.cursor !== cursor)
    if (!this.isReady) this.owner.slots.release()
  }

  async #fetch(cursors: readonly Cursor[]): Promise<void> {
    const { cluster, options } = this.owner
    const abort = new AbortController()
    const eras = new Map(cursors.map(c => [c, c.era]))
    for (const cursor of cursors) cursor.state = 'fetching'
    this.#abort = abort
    let results: BufferedPartition[] = []
    try {
      const broker = cluster.brokers.byId(this.nodeId)
      if (!broker) throw new ClientError('UNKNOWN_BROKER', `broker ${this.nodeId} is not part of the cluster`)
      const wanted = cursors.map(c => this.#wanted(c))
      const hasIds = wanted.every(w => w.topicId !== zeroUuid)
      const asked = this.#session.ask(wanted)
      this.#asked = new Map(cursors.map(c => [keyOf(c), c]))
      const memory = this.owner.recycler?.answer()
      const send: SendOptions = {
        initiator: options.initiator,
        lane: this.owner.lane,
        signal: abort.signal,
        parkMs: options.fetchMaxWaitMs,
        maxVersion: hasIds ? undefined : 12,
        memory,
      }
      this.#parked = true
      const began = cluster.clock.now()
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
      this.#parked = false
      this.#useless++
      const lease = memory?.leaseOf(answer)
      lease?.hold()
      results = await this.#process(answer, eras, lease)
      lease?.release()
      if (results.length > 0 || cluster.clock.now() - began >= options.fetchMaxWaitMs / 2) this.#useless = 0
      if (this.#useless > mayBeUseless) this.#backOff()
    } catch (error) {
      this.#parked = false
      this.#session.reset()
      if (!this.owner.isStopped && !abort.signal.aborted) this.#onFailure(error as Error, cursors, eras)
    }
    this.#fetching = false
    this.#abort = undefined
    this.#finish(cursors, eras, results)
  }

  /** What our side refuses, or cannot read, is for the user to mend; a login that failed is not tried again, since each try counts. */
  #onFailure(error: Error, cursors: readonly Cursor[], eras: ReadonlyMap<Cursor, number>): void {
    const { cluster } = this.owner
    cluster.logger.log('warn', 'a fetch failed', { broker: this.nodeId, api: 'Fetch', error })
    if (isUnreachable(error)) cluster.refreshUrgently()
    else if (!isRetriable(error) && !cluster.isClosed) {
      for (const cursor of cursors) {
        if (cursor.era !== eras.get(cursor)) continue
        if (error instanceof ClientError && error.code === 'AUTHENTICATION_FAILED') cursor.state = 'stopped'
        this.owner.inbox.put(errorPartition(cursor.topic, cursor.partition, error))
      }
    }
    this.#backOff()
  }

  #finish(cursors: readonly Cursor[], eras: ReadonlyMap<Cursor, number>, results: BufferedPartition[]): void {
    if (this.owner.isStopped) return
    this.#buffered = results.filter(r => r.cursor.era === r.era)
    for (const { fetched } of this.#buffered) this.owner.recordHooks?.buffered(fetched.records)
    const waiting = new Set(this.#buffered.map(b => b.cursor))
    for (const cursor of cursors) {
      if (waiting.has(cursor) || cursor.era !== eras.get(cursor) || cursor.state !== 'fetching') continue
      cursor.state = 'idle'
      this.owner.onIdle(cursor)
    }
    this.owner.onSettled()
    if (this.#backoff === undefined) this.#failures = 0
    if (this.isReady) this.owner.inbox.wake()
    else {
      this.owner.slots.release()
      this.kick()
    }
  }

  #wanted(cursor: Cursor): WantedPartition {
    return {
      topic: cursor.topic,
      topicId: cursor.topicId,
      partition: cursor.partition,
      offset: cursor.offset,
      leaderEpoch: cursor.leaderEpoch,
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

  async #process(answer: FetchResponse, eras: ReadonlyMap<Cursor, number>, lease: Lease | undefined): Promise<BufferedPartition[]> {
    if (answer.errorCode !== 0) {
      const error = new KafkaError(answer.errorCode, `broker ${this.nodeId} refused a fetch`)
      if (!sessionLost.test(error.code)) throw error
      this.#session.lost(error.code)
      if (error.code.includes('TOPIC_ID')) this.owner.cluster.refreshUrgently()
      return []
    }
    this.#session.accepted(answer.sessionId)
    const { cluster } = this.owner
    cluster.brokers.merge(
      answer.nodeEndpoints.map(n => ({ nodeId: n.nodeId, host: n.host, port: n.port, rack: n.rack ?? undefined })),
      false,
    )
    const out: BufferedPartition[] = []
    const hasNothing = !answer.responses.some(t => t.partitions.some(p => p.records?.length))
    let hasStripped = false
    for (const topic of answer.responses) {
      const name = topic.topic === '' ? (cluster.metadata.nameOf(topic.topicId) ?? '') : topic.topic
      for (const partition of topic.partitions) {
        const key = keyOf({ partition: partition.partitionIndex, topic: name })
        const cursor = this.#asked.get(key)
        // A broker may name a partition twice, or one that was not asked for: each is read once.
        // The session may still answer for a topic that was there before, under the same name and another id.
        if (!cursor || (topic.topic === '' && topic.topicId !== cursor.topicId)) continue
        if (!this.#asked.delete(key)) continue
        if (cursor.era !== eras.get(cursor)) continue
        const buffered = await this.#partition(cursor, partition, hasNothing, lease)
        if (buffered === stripped) hasStripped = true
        else if (buffered) out.push(buffered)
      }
    }
    if (hasStripped && out.length === 0) this.#backOff()
    return out
  }

  /** `hasNothing`: no partition of the answer has records. */
  async #partition(
    cursor: Cursor,
    answer: AnsweredPartition,
    hasNothing: boolean,
    lease: Lease | undefined,
  ): Promise<BufferedPartition | typeof stripped | undefined> {
    const { era } = cursor
    const base = { cursor, era, nextOffset: cursor.offset, lastEpoch: cursor.lastEpoch }
    if (answer.errorCode !== 0 || answer.preferredReadReplica >= 0) {
      const { meet } = await inRealTime(import('./trouble.js'))
      if (cursor.era !== era) return undefined
      const text = `${cursor.topic} partition ${cursor.partition} could not be fetched from broker ${this.nodeId}`
      const found = answer.errorCode === 0 ? undefined : new KafkaError(answer.errorCode, text)
      // The session was made for the topic that had the name then; asked without it, the broker says what became of that one.
      if (found?.code === 'INCONSISTENT_TOPIC_ID') this.#session.reset()
      const error = meet(this.owner, this.nodeId, cursor, answer, found)
      if (error) this.#backOff()
      if (error) return { ...base, fetched: this.#fetched(cursor, answer, base.nextOffset, [], error) }
      return answer.errorCode !== 0 || cursor.preferredReplica < 0 ? stripped : undefined
    }
    cursor.unknownTopicIds = 0
    cursor.highWatermark = answer.highWatermark
    const processed = await processPartition(answer, cursor, this.owner.options, this.#batchHook(), lease)
    if (cursor.era !== era) return undefined
    const { runs, nextOffset, lastEpoch } = processed
    const isMoved = nextOffset > cursor.offset
    const { keepEmptyFetches, isolation } = this.owner.options
    const end = isolation === 'read_committed' ? answer.lastStableOffset : answer.highWatermark
    // An answer that was not full says that nothing is left up to there, as where the end of a log was compacted away.
    if (keepEmptyFetches && hasNothing && end > cursor.offset) return { ...base, fetched: this.#fetched(cursor, answer, end, []) }
    if (runs.length === 0 && !processed.error && !(isMoved && keepEmptyFetches)) {
      // Markers, aborted records or an emptied batch: nothing to show, but the position moves.
      cursor.offset = nextOffset
      cursor.lastEpoch = lastEpoch
      if (isMoved) this.#useless = 0
      return isMoved || !answer.records?.length ? undefined : stripped
    }
    // What came before a broken batch is given out first; the broken one is met again by the next fetch.
    const error = runs.length === 0 ? processed.error : undefined
    if (error) cursor.state = 'stopped'
    return { ...base, nextOffset, lastEpoch, fetched: this.#fetched(cursor, answer, nextOffset, runs, error) }
  }

  #fetched(cursor: Cursor, answer: AnsweredPartition, nextOffset: bigint, runs: Processed['runs'], error?: Error): FetchPartition {
    return {
      topic: cursor.topic,
      partition: cursor.partition,
      error,
      highWatermark: answer.highWatermark,
      lastStableOffset: answer.lastStableOffset,
      logStartOffset: answer.logStartOffset,
      nextOffset,
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

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${partition} ${topic}`
