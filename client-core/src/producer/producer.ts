import type { Cluster } from '../cluster/cluster.js'
import { orAborted } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { BatchBuilder, payloadBytes } from '../records/batch-builder.js'
import type { KafkaRecord } from '../records/record.js'
import type { Batch } from './batch.js'
import { ProduceBuffer } from './buffer.js'
import { Deliveries } from './deliveries.js'
import { Expiry } from './expiry.js'
import { Leaders } from './leaders.js'
import { MemoryPool } from './memory-pool.js'
import type { ResolvedProducerOptions } from './options.js'
import { Outcomes } from './outcomes.js'
import type { PartitionQueue } from './partition-queue.js'
import { noProducer, ProducerId, type ProducerIdentity } from './producer-id.js'
import { checkRecord, failedResult, ownRecord, ProducedRecord, type ProducerRecord, unsent } from './record.js'
import { ProduceRecordHooks } from './record-hooks.js'
import { RecordTime } from './record-time.js'
import {
  type PartitionAnswer,
  type ProduceAnswer,
  partitionOverhead,
  requestOverhead,
  type Sent,
  type Sink,
  type SinkOwner,
} from './sink.js'
import { Timers } from './timers.js'
import type { TopicQueues } from './topic-queues.js'
import type { UnknownTopics, Unplaced } from './unknown-topics.js'
import type { Settle } from './waiting.js'

const buffered = Promise.resolve()
/** Without records for so long, memory for their batches is given back. */
const pauseMs = 1000

/**
 * The producing engine: records enter here, wait in partition queues (`leaders.ts`), leave through one sink per broker (`sink.ts`), and are settled by
 * what brokers answer (`outcomes.ts`).
 */
export class Producer implements SinkOwner {
  readonly options: ResolvedProducerOptions
  readonly #buffer: ProduceBuffer
  readonly #deliveries: Deliveries
  readonly #leaders: Leaders
  readonly #topics: ReadonlyMap<string, TopicQueues>
  readonly #unknown: UnknownTopics
  readonly #outcomes: Outcomes
  readonly #expiry: Expiry
  readonly #id: ProducerId
  readonly #time: RecordTime
  readonly #timers: Timers
  readonly #recordHooks: ProduceRecordHooks | undefined
  readonly #closing = new AbortController()
  /** Topics that were not known when somebody asked to wait for no company. */
  readonly #hurried = new Set<string>()
  /** Options that every record meets: an object with so many properties is a hash table to the engine, 0.02 us a look. */
  readonly #defaultTopic: string | undefined
  readonly #countsBytes: boolean
  readonly #hasDeadline: boolean
  readonly #lingers: boolean
  readonly #hurries: boolean
  #flushing = 0
  #aborting = 0
  #fatal: Error | undefined
  #stopped = false
  #takesRecords = true
  /** Whether memory will be given back unless more is produced. */
  #rests = false

  constructor(
    readonly cluster: Cluster,
    options: ResolvedProducerOptions,
  ) {
    // A batch must fit into a request by itself.
    const largest = cluster.options.brokerMaxWriteBytes - requestOverhead - partitionOverhead
    this.options = { ...options, batchMaxBytes: Math.min(options.batchMaxBytes, largest) }
    this.#defaultTopic = options.defaultTopic
    this.#countsBytes = options.maxBufferedBytes > 0
    this.#hasDeadline = options.deliveryTimeoutMs > 0
    this.#lingers = !options.manualFlushing
    this.#hurries = options.lingerMs === 0
    const pool = new MemoryPool(this.options.batchMaxBytes)
    this.#buffer = new ProduceBuffer(options.maxBufferedRecords, options.maxBufferedBytes)
    this.#recordHooks = ProduceRecordHooks.of(cluster.hooks)
    this.#time = new RecordTime(cluster.clock)
    this.#timers = new Timers(cluster.clock)
    this.#deliveries = new Deliveries(cluster.logger, (records, bytes) => {
      this.#buffer.release(records, bytes)
      if (this.#buffer.records === 0 && pool.keepsMuch) this.#restLater(pool)
    })
    this.#id = new ProducerId(cluster, options.initiator, this.#closing.signal, {
      onIdentity: () => this.#leaders.kickAll(),
      onFailed: error => {
        for (const queue of this.queues()) queue.lastError = error
      },
      onRefused: error => {
        for (const queue of this.queues()) if (queue.batches.length > 0) this.failed(queue, error)
      },
    })
    this.#leaders = new Leaders(cluster, this, pool, this.#timers)
    this.#topics = this.#leaders.topics
    this.#unknown = this.#leaders.unknown
    this.#outcomes = new Outcomes(this, this.#id, this.#deliveries, this.#timers)
    this.#expiry = new Expiry(cluster.clock, this.options, this)
  }

  get isStopped(): boolean {
    return this.#stopped
  }
  get bufferedRecords(): number {
    return this.#buffer.total
  }
  get bufferedBytes(): number {
    return this.#buffer.totalBytes
  }

  // Entry ------------------------------------------------------------------------------------------------------------------------------------

  // The way of a record that finds room and an open batch is kept short, and all else out of it: so it is compiled as one.

  /** Resolves when the record is buffered. `onDelivery` is told what became of it, also when it was refused. */
  produce(record: ProducerRecord, onDelivery?: Settle, signal?: AbortSignal): Promise<void> {
    return this.#enter(record, onDelivery, signal, this.#lingers)
  }

  /** Like `produce`, but a full buffer is refused with `MAX_BUFFERED` instead of waited for. */
  tryProduce(record: ProducerRecord, onDelivery?: Settle): Promise<void> {
    return this.#enter(record, onDelivery, undefined, false)
  }

  /**
   * Resolves with the delivered record. A record that goes straight into a batch waits on the batch's promise; with a callback, and two functions to
   * settle a promise of its own, it costs twice as much.
   */
  send(record: ProducerRecord, signal?: AbortSignal): Promise<KafkaRecord> {
    try {
      const topic = this.#recordHooks ? undefined : this.#topics.get(this.#check(record, signal))
      const bytes = this.#countsBytes ? sizeOf(record) : 0
      if (!topic || this.#unknown.has(topic.name) || !this.#buffer.hasRoom(bytes)) return this.#sendByCallback(record, signal)
      const timestampMs = record.timestamp ?? this.#time.now()
      const batch = this.#place(topic, record, undefined, signal, timestampMs)
      this.#entered(batch.countNew())
      return batch.waiting.promise(record, batch.count - 1, timestampMs)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #sendByCallback(record: ProducerRecord, signal: AbortSignal | undefined): Promise<KafkaRecord> {
    return new Promise((resolve, reject) => {
      const settle: Settle = (delivered, error) => (error ? reject(error) : resolve(delivered))
      void this.produce(record, settle, signal)
    })
  }

  #enter(record: ProducerRecord, onDelivery: Settle | undefined, signal: AbortSignal | undefined, wait: boolean): Promise<void> {
    let settle = onDelivery
    try {
      const topic = this.#check(record, signal)
      if (this.#recordHooks) {
        settle = this.#recordHooks.settle(onDelivery)
        this.#recordHooks.buffered(topic, record)
        this.#check(record, signal)
      }
      const bytes = this.#countsBytes ? sizeOf(record) : 0
      if (!this.#buffer.hasRoom(bytes)) return this.#block(topic, record, onDelivery, settle, signal, wait)
      this.#accept(topic, record, settle, signal)
      return buffered
    } catch (error) {
      return this.#refusing(Promise.reject(error), record, settle, onDelivery !== undefined)
    }
  }

  #block(
    topic: string,
    record: ProducerRecord,
    onDelivery: Settle | undefined,
    settle: Settle | undefined,
    signal: AbortSignal | undefined,
    wait: boolean,
  ): Promise<void> {
    const bytes = sizeOf(record)
    this.#refuseTooLarge(record, bytes)
    if (!wait) throw this.#full()
    if (!this.#buffer.isBlocked) this.#drainAll()
    const accepted = this.#buffer.wait(bytes, () => this.#accept(topic, record, settle, signal), signal)
    return this.#refusing(accepted, record, settle, onDelivery !== undefined)
  }

  #check(record: ProducerRecord, signal: AbortSignal | undefined): string {
    if (!this.#takesRecords) throw this.#stopped ? closed() : this.givingUp
    if (signal?.aborted) throw abortedBefore(signal)
    return checkRecord(record, this.#defaultTopic)
  }

  #full(): ClientError {
    const { maxBufferedRecords, maxBufferedBytes } = this.options
    const limit = maxBufferedBytes > 0 ? ` or maxBufferedBytes ${maxBufferedBytes}` : ''
    return new ClientError(
      'MAX_BUFFERED',
      `${this.#buffer.records} records are buffered: the limit is maxBufferedRecords ${maxBufferedRecords}${limit}`,
    )
  }

  /** What will never fit is not waited with. */
  #refuseTooLarge(record: ProducerRecord, bytes: number): void {
    const { maxBufferedBytes, batchMaxBytes } = this.options
    if (worstCase(record) - spare > batchMaxBytes) throw tooLarge(record, batchMaxBytes)
    if (maxBufferedBytes === 0 || bytes <= maxBufferedBytes) return
    throw new ClientError('RECORD_TOO_LARGE', `the record has ${bytes} bytes; producer.maxBufferedBytes is ${maxBufferedBytes}`)
  }

  /** A refusal reaches `settle` as well; a caller that listens there need not look at the promise. */
  #refusing(promise: Promise<void>, record: ProducerRecord, settle: Settle | undefined, isHeard: boolean): Promise<void> {
    if (!settle) return promise
    const told = promise.catch((error: Error) => {
      this.#deliveries.tell(settle, unsent(record, this.#defaultTopic), error)
      throw error
    })
    if (isHeard) told.catch(() => {})
    return told
  }

  #accept(topic: string, record: ProducerRecord, settle: Settle | undefined, signal: AbortSignal | undefined): void {
    const timestampMs = record.timestamp ?? this.#time.now()
    const known = this.#topics.get(topic)
    if (known && !this.#unknown.has(topic)) this.#entered(this.#place(known, record, settle, signal, timestampMs).countNew())
    else this.#entered(this.#hold(topic, record, settle, signal, timestampMs))
  }

  /** Whoever flushes now and then has more to produce: only a pause gives memory back. */
  #restLater(pool: MemoryPool): void {
    if (this.#rests) return
    this.#rests = true
    this.#timers.after(pauseMs, () => {
      this.#rests = false
      if (this.#buffer.records === 0) pool.rest()
    })
  }

  #entered(bytes: number): void {
    this.#buffer.add(bytes)
    if (this.#hasDeadline) this.#expiry.watch()
  }

  /** Until the topic is known. The caller may use its objects again: the record is buffered. Gives its bytes. */
  #hold(
    topic: string,
    record: ProducerRecord,
    settle: Settle | undefined,
    signal: AbortSignal | undefined,
    timestampMs: number | bigint,
  ): number {
    const bytes = sizeOf(record)
    this.#refuseTooLarge(record, bytes)
    if (this.#unknown.add(topic, { record: ownRecord(record), settle, signal, bytes, timestampMs })) this.#leaders.lookUp()
    return bytes
  }

  /** Puts a record into its partition's queue. */
  #place(
    topic: TopicQueues,
    record: ProducerRecord,
    settle: Settle | undefined,
    signal: AbortSignal | undefined,
    timestampMs: number | bigint,
  ): Batch {
    let queue = topic.choose(record)
    let batch = queue.appendToOpen(timestampMs, record.key ?? null, record.value, record.headers)
    if (!batch) {
      queue = topic.chooseForNewBatch(record, queue)
      batch = this.#append(queue, record, timestampMs, signal)
    }
    if (settle) batch.waiting.add(record, batch.count - 1, timestampMs, settle)
    this.#trigger(queue)
    if (this.#recordHooks) this.#recordHooks.partitioned(queue, record)
    return batch
  }

  /** To the open batch of another partition, which the partitioner has chosen instead, or to a new one. */
  #append(queue: PartitionQueue, record: ProducerRecord, timestampMs: number | bigint, signal: AbortSignal | undefined): Batch {
    const { key = null, value, headers } = record
    const batch = queue.appendToOpen(timestampMs, key, value, headers) ?? queue.appendToNew(timestampMs, key, value, headers)
    if (!batch) throw tooLarge(record, this.options.batchMaxBytes)
    if (signal && batch.count === 1) this.#watchSignal(queue, batch, signal)
    return batch
  }

  /** The signal of a batch's first record gives up the partition's records, as soon as it may. */
  #watchSignal(queue: PartitionQueue, batch: Batch, signal: AbortSignal): void {
    const onAbort = () => void this.#expiry.check(queue)
    signal.addEventListener('abort', onAbort, { once: true })
    batch.signal = signal
    batch.unwatch = () => signal.removeEventListener('abort', onAbort)
  }

  // Draining ---------------------------------------------------------------------------------------------------------------------------------

  #trigger(queue: PartitionQueue): void {
    if (queue.undrained > 1) queue.sink?.kick()
    else if (this.#hurries || this.#flushing > 0 || this.#buffer.isBlocked) this.#makeDue(queue)
    else if (this.#lingers) this.#startLinger(queue)
  }

  #startLinger(queue: PartitionQueue): void {
    queue.linger ??= this.cluster.clock.setTimeout(() => {
      queue.linger = undefined
      this.#makeDue(queue)
    }, this.options.lingerMs)
  }

  #makeDue(queue: PartitionQueue): void {
    queue.due = true
    this.#stopLinger(queue)
    if (queue.sink) queue.sink.kick()
    else this.cluster.refreshUrgently()
  }

  #stopLinger(queue: PartitionQueue): void {
    if (queue.linger === undefined) return
    this.cluster.clock.clearTimeout(queue.linger)
    queue.linger = undefined
  }

  #drainAll(): void {
    for (const queue of this.queues()) if (queue.undrained > 0) this.#makeDue(queue)
  }

  /** What is buffered waits for no company. */
  hurry(): void {
    this.#drainAll()
    for (const name of this.#unknown.names) this.#hurried.add(name)
  }

  /** Sends everything that is buffered and resolves when all of it was answered and every callback ran. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.#flushing++
    try {
      this.#drainAll()
      await this.#buffer.empty(signal)
    } finally {
      this.#flushing--
    }
  }

  // Giving up --------------------------------------------------------------------------------------------------------------------------------

  /** Why nothing is taken and everything buffered fails, if so. */
  get givingUp(): Error | undefined {
    return this.#fatal ?? (this.#aborting > 0 ? new ClientError('ABORTING', 'buffered records are being aborted') : undefined)
  }

  /**
   * Fails what is buffered with `ABORTING` and resolves when all of it was told. What is in flight is waited for: the broker may have it already,
   * and calling it failed then would leave a gap in the sequence. Meanwhile nothing new is taken.
   */
  async abort(signal?: AbortSignal): Promise<void> {
    await this.#giveUp(() => this.#expiry.sweep(), signal)
  }

  /** The same without waiting for what is in flight: it may have been written all the same. */
  async abortNow(): Promise<void> {
    await this.#giveUp(error => {
      for (const queue of this.queues()) this.failed(queue, error)
    })
  }

  async #giveUp(fail: (error: Error) => void, signal?: AbortSignal): Promise<void> {
    this.#aborting++
    this.#takesRecords = false
    try {
      this.#failWaiting(this.givingUp!)
      fail(this.givingUp!)
      await this.#buffer.empty(signal)
    } finally {
      this.#aborting--
      this.#takesRecords = !this.#stopped && !this.givingUp
    }
  }

  #failWaiting(error: Error): void {
    this.#buffer.refuse(error)
    this.#unknown.failEverything(error)
  }

  /** Data was lost, and the options say that this ends producing. */
  stopProducing(error: Error): void {
    this.#fatal = error
    this.#takesRecords = false
    this.#failWaiting(error)
    this.#expiry.sweep()
  }

  /** Forgets topics; what is buffered for them fails with `PURGED`. */
  purge(topics: readonly string[]): void {
    for (const name of topics) {
      this.#leaders.purge(name, new ClientError('PURGED', `${name} was purged from the client before the record was written`))
    }
  }

  /** Fails what is buffered with `CLIENT_CLOSED`; call `flush` first to have it written. */
  close(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#takesRecords = false
    this.#closing.abort()
    this.#leaders.stop()
    this.#expiry.stop()
    this.#time.stop()
    this.#timers.stop()
    for (const queue of this.queues()) this.failed(queue, closed())
    this.#failWaiting(closed())
  }

  // What sinks and the rest of the engine ask ------------------------------------------------------------------------------------------------

  /** The id and epoch that records are written under, asked for when there is none yet; -1n and -1 without idempotence. */
  async identify(signal?: AbortSignal): Promise<ProducerIdentity> {
    return this.options.idempotent ? orAborted(this.#id.loaded(), signal) : noProducer
  }

  identity(): ProducerIdentity | undefined {
    if (!this.options.idempotent) return noProducer
    if (!this.#id.current) this.#id.load()
    return this.#id.current
  }

  mayDrain(queue: PartitionQueue): boolean {
    if (this.options.manualFlushing && this.#flushing === 0 && !this.givingUp) return false
    if (this.#expiry.check(queue)) return false
    // While giving up, only what the broker may have goes out again, until it says.
    return !this.givingUp || queue.drained === 0
  }

  drained(queue: PartitionQueue): void {
    this.#stopLinger(queue)
    if (queue.undrained === 1) this.#trigger(queue)
  }

  answered(sink: Sink, sent: Sent, answer: PartitionAnswer, nodes: ProduceAnswer['nodeEndpoints']): void {
    this.#outcomes.answered(sink, sent, answer, nodes)
  }
  unanswered(sink: Sink, sent: Sent, error: Error, leftOut = false): void {
    this.#outcomes.unanswered(sink, sent, error, leftOut)
  }
  failed(queue: PartitionQueue, error: Error): void {
    this.#outcomes.failAll(queue, error)
  }
  assign(queue: PartitionQueue): void {
    this.#leaders.assign(queue)
  }
  expire(queue: PartitionQueue): boolean {
    return this.#expiry.check(queue)
  }

  get unknown(): UnknownTopics {
    return this.#unknown
  }
  queues(): Iterable<PartitionQueue> {
    return this.#leaders.queues()
  }
  hasRecords(): boolean {
    return this.#buffer.records > 0
  }

  /** Of a record that is buffered already. */
  place(topic: TopicQueues, { record, settle, signal, timestampMs }: Unplaced): void {
    this.#place(topic, record, settle, signal, timestampMs).countNew()
  }
  placed({ name, queues }: TopicQueues): void {
    if (!this.#hurried.delete(name)) return
    for (const queue of queues) if (queue.undrained > 0) this.#makeDue(queue)
  }
  unplaced(topic: string, { record, settle, bytes, timestampMs }: Unplaced, error: Error): void {
    const failed = new ProducedRecord(record, failedResult(topic, record.partition ?? -1), 0, timestampMs)
    this.#deliveries.unplaced(failed, settle, bytes, error)
  }
}

const abortedBefore = ({ reason }: AbortSignal) =>
  new ClientError('ABORTED', 'the record was aborted before it was buffered', { cause: reason })
const closed = () => new ClientError('CLIENT_CLOSED', 'the client was closed before the record was written')

const worstCase = (r: ProducerRecord): number => BatchBuilder.worstCaseBytes(r.key ?? null, r.value, r.headers)
/** What a record's varints take less than at worst, at most. */
const spare = 29

const sizeOf = (r: ProducerRecord): number => payloadBytes(r.key ?? null, r.value, r.headers)

function tooLarge(record: ProducerRecord, limit: number): ClientError {
  const bytes = worstCase(record)
  return new ClientError('RECORD_TOO_LARGE', `the record takes ${bytes} bytes with its batch header; producer.batchMaxBytes is ${limit}`)
}
