import type { TimerHandle } from '../clock.js'
import type { Cluster } from '../cluster/cluster.js'
import { isRetriable, orAborted } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import { BatchBuilder } from '../records/batch-builder.js'
import { RecordAttrs } from '../records/record.js'
import { judge } from './answers.js'
import type { Batch, Settle } from './batch.js'
import { ProduceBuffer } from './buffer.js'
import { Deliveries } from './deliveries.js'
import { MemoryPool } from './memory-pool.js'
import type { ResolvedProducerOptions } from './options.js'
import type { PartitionQueue } from './partition-queue.js'
import { noProducer, ProducerId, type ProducerIdentity } from './producer-id.js'
import { type BatchResult, checkRecord, failedResult, ProducedRecord, type ProducerRecord, unsent } from './record.js'
import { ProduceRecordHooks } from './record-hooks.js'
import { type PartitionAnswer, type ProduceAnswer, type Sent, Sink, type SinkOwner } from './sink.js'
import { TopicQueues } from './topic-queues.js'
import { UnknownTopics } from './unknown-topics.js'

const buffered = Promise.resolve()

/**
 * The producing engine: records enter here, wait in partition queues, and leave through one sink per broker. Every decision about what an answer
 * means is made here; `client-core/DESIGN.md` has the invariants.
 */
export class Producer implements SinkOwner {
  readonly #buffer: ProduceBuffer
  readonly #topics = new Map<string, TopicQueues>()
  readonly #unknown: UnknownTopics
  readonly #sinks = new Map<number, Sink>()
  readonly #id: ProducerId
  readonly #deliveries: Deliveries
  readonly #pool: MemoryPool
  readonly #unwatch: () => void
  readonly #recordHooks: ProduceRecordHooks | undefined
  #flushing = 0
  #aborting = 0
  /** Topics that were not known when somebody asked to wait for no company. */
  readonly #hurried = new Set<string>()
  #stopped = false
  #loadingId = false
  #expiry: TimerHandle | undefined
  readonly #timers = new Set<TimerHandle>()

  constructor(
    readonly cluster: Cluster,
    readonly options: ResolvedProducerOptions,
  ) {
    this.#buffer = new ProduceBuffer(options.maxBufferedRecords, options.maxBufferedBytes)
    this.#pool = new MemoryPool(options.batchMaxBytes)
    this.#recordHooks = ProduceRecordHooks.of(cluster.hooks)
    this.#id = new ProducerId(cluster, options.initiator)
    this.#deliveries = new Deliveries(cluster.logger, batch => this.#buffer.release(batch.count, batch.bufferedBytes))
    this.#unknown = new UnknownTopics(options, {
      place: (topic, waiting) =>
        this.#place(this.#topics.get(topic)!, waiting.record, waiting.settle, waiting.signal, waiting.bytes, waiting.timestampMs),
      fail: (topic, waiting, error) => this.#failUnplaced(topic, waiting.record, waiting.settle, waiting.timestampMs, waiting.bytes, error),
    })
    this.#unwatch = cluster.watch({
      topics: () => [...this.#topics.keys(), ...this.#unknown.names],
      onMetadata: error => this.#onMetadata(error),
    })
  }

  get isStopped(): boolean {
    return this.#stopped
  }
  get bufferedRecords(): number {
    return this.#buffer.total
  }
  get bufferedBytes(): number {
    return this.#buffer.bytes
  }

  // Entry ------------------------------------------------------------------------------------------------------------------------------------

  /** Resolves when the record is buffered. `onDelivery` is told what became of it, also when it was refused. */
  produce(record: ProducerRecord, onDelivery?: Settle, signal?: AbortSignal): Promise<void> {
    return this.#enter(record, onDelivery, signal, !this.options.manualFlushing)
  }

  /** Like `produce`, but a full buffer is refused with `MAX_BUFFERED` instead of waited for. */
  tryProduce(record: ProducerRecord, onDelivery?: Settle): Promise<void> {
    return this.#enter(record, onDelivery, undefined, false)
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
      const bytes = this.options.maxBufferedBytes > 0 ? sizeOf(record) : 0
      if (this.#buffer.hasRoom(bytes)) {
        this.#accept(topic, record, settle, signal, bytes)
        return buffered
      }
      this.#refuseTooLarge(bytes)
      if (!wait) throw this.#full()
      this.#drainAll()
      const accepted = this.#buffer.wait(bytes, () => this.#accept(topic, record, settle, signal, bytes), signal)
      return this.#refusing(accepted, record, settle, onDelivery !== undefined)
    } catch (error) {
      return this.#refusing(Promise.reject(error), record, settle, onDelivery !== undefined)
    }
  }

  #check(record: ProducerRecord, signal: AbortSignal | undefined): string {
    if (this.#stopped) throw closed()
    if (this.#aborting > 0) throw aborting()
    if (signal?.aborted) throw new ClientError('ABORTED', 'the record was aborted before it was buffered', { cause: signal.reason })
    return checkRecord(record, this.options.defaultTopic)
  }

  #full(): ClientError {
    const { maxBufferedRecords, maxBufferedBytes } = this.options
    const limit = maxBufferedBytes > 0 ? ` or maxBufferedBytes ${maxBufferedBytes}` : ''
    return new ClientError(
      'MAX_BUFFERED',
      `${this.#buffer.records} records are buffered: the limit is maxBufferedRecords ${maxBufferedRecords}${limit}`,
    )
  }

  #refuseTooLarge(bytes: number): void {
    const { maxBufferedBytes } = this.options
    if (maxBufferedBytes === 0 || bytes <= maxBufferedBytes) return
    throw new ClientError('RECORD_TOO_LARGE', `the record has ${bytes} bytes; producer.maxBufferedBytes is ${maxBufferedBytes}`)
  }

  /** A refusal reaches `settle` as well; a caller that listens there need not look at the promise. */
  #refusing(promise: Promise<void>, record: ProducerRecord, settle: Settle | undefined, isHeard: boolean): Promise<void> {
    if (!settle) return promise
    const told = promise.catch((error: Error) => {
      this.#deliveries.tell(settle, unsent(record, this.options.defaultTopic), error)
      throw error
    })
    if (isHeard) told.catch(() => {})
    return told
  }

  #accept(topic: string, record: ProducerRecord, settle: Settle | undefined, signal: AbortSignal | undefined, bytes: number): void {
    const timestampMs = record.timestamp ?? this.cluster.clock.wallNow()
    const known = this.#topics.get(topic)
    if (known && !this.#unknown.has(topic)) this.#place(known, record, settle, signal, bytes, timestampMs)
    else {
      this.#unknown.add(topic, { record, settle, signal, bytes, timestampMs })
      this.#buffer.add(bytes)
      this.#lookUp()
    }
    this.#watchExpiry()
  }

  /** Puts a record into its partition's queue. Counts it, unless it waited for its topic and is counted already. */
  #place(
    topic: TopicQueues,
    record: ProducerRecord,
    settle: Settle | undefined,
    signal: AbortSignal | undefined,
    bytes: number,
    timestampMs: number | bigint,
  ): void {
    const key = record.key ?? null
    let queue = topic.choose(record)
    let batch = queue.appendToOpen(timestampMs, key, record.value, record.headers)
    if (!batch) {
      const chosen = topic.chooseForNewBatch(record, queue)
      if (chosen !== queue) batch = chosen.appendToOpen(timestampMs, key, record.value, record.headers)
      queue = chosen
      batch ??= queue.appendToNew(timestampMs, key, record.value, record.headers)
    }
    if (!batch) throw tooLarge(record, this.options.batchMaxBytes)
    if (settle) batch.waiting.push({ record, index: batch.count - 1, timestampMs, settle })
    if (batch.count === 1) batch.signal = signal
    batch.bufferedBytes += bytes
    if (!this.#unknown.isPlacing) this.#buffer.add(bytes)
    this.#trigger(queue)
    this.#recordHooks?.partitioned(queue, record)
  }

  // Draining ---------------------------------------------------------------------------------------------------------------------------------

  #trigger(queue: PartitionQueue): void {
    if (queue.undrained > 1) queue.sink?.kick()
    else if (this.options.lingerMs === 0 || this.#flushing > 0 || this.#buffer.isBlocked) this.#makeDue(queue)
    else this.#startLinger(queue)
  }

  #startLinger(queue: PartitionQueue): void {
    queue.linger ??= this.cluster.clock.setTimeout(() => {
      queue.linger = undefined
      this.#makeDue(queue)
    }, this.options.lingerMs)
  }

  #makeDue(queue: PartitionQueue): void {
    queue.due = true
    this.cluster.clock.clearTimeout(queue.linger)
    queue.linger = undefined
    queue.sink?.kick()
  }

  *#queues(): Iterable<PartitionQueue> {
    for (const topic of this.#topics.values()) yield* topic.queues
  }

  #drainAll(): void {
    for (const queue of this.#queues()) if (queue.undrained > 0) this.#makeDue(queue)
  }

  /** What is buffered waits for no company. */
  hurry(): void {
    this.#drainAll()
    for (const name of this.#unknown.names) this.#hurried.add(name)
  }

  drained(queue: PartitionQueue): void {
    if (queue.undrained === 1) this.#trigger(queue)
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

  /**
   * Fails what is buffered with `ABORTING` and resolves when all of it was told. What is in flight is waited for: the broker may have it already,
   * and calling it failed then would leave a gap in the sequence. Meanwhile nothing new is taken.
   */
  async abort(signal?: AbortSignal): Promise<void> {
    await this.#giveUp(() => this.#sweep(), signal)
  }

  /** The same without waiting for what is in flight: it may have been written all the same. */
  async abortNow(): Promise<void> {
    await this.#giveUp(() => {
      for (const queue of this.#queues()) this.#failAll(queue, aborting())
    })
  }

  async #giveUp(fail: () => void, signal?: AbortSignal): Promise<void> {
    this.#aborting++
    try {
      this.#buffer.refuse(aborting())
      this.#unknown.failEverything(aborting())
      fail()
      await this.#buffer.empty(signal)
    } finally {
      this.#aborting--
    }
  }

  /** Fails what may be failed now. */
  #sweep(): void {
    for (const queue of this.#queues()) {
      const error = this.#expired(queue)
      if (error) this.#failAll(queue, error)
    }
  }

  /** The id and epoch that records are written under, asked for when there is none yet; -1n and -1 without idempotence. */
  async identify(signal?: AbortSignal): Promise<ProducerIdentity> {
    return this.options.idempotent ? orAborted(this.#id.load(this.cluster.closing), signal) : noProducer
  }

  /** Forgets topics; what is buffered for them fails with `PURGED`. */
  purge(topics: readonly string[]): void {
    for (const name of topics) {
      const error = new ClientError('PURGED', `${name} was purged from the client before the record was written`)
      this.#unknown.fail(name, error)
      const queues = this.#topics.get(name)?.queues ?? []
      this.#topics.delete(name)
      const before = this.#id.current
      for (const queue of queues) {
        queue.sink?.queues.delete(queue)
        queue.sink = undefined
        this.#failAll(queue, error)
      }
      // A queue that began at 0 again would write what the broker takes for old batches sent twice: it would drop them.
      const sequences = queues.map(q => q.sequence)
      if (this.#id.current === before && sequences.some(n => n > 0)) this.#purged.set(name, sequences)
    }
  }
  /** Where the sequences of purged partitions go on, should the topic come back within the same epoch. */
  readonly #purged = new Map<string, number[]>()

  identity(): ProducerIdentity | undefined {
    if (!this.options.idempotent) return noProducer
    if (!this.#id.current) void this.#loadId()
    return this.#id.current
  }

  /** A failure to get an id is final only when the broker refuses; a broker that cannot be reached may come back. */
  async #loadId(): Promise<void> {
    if (this.#loadingId) return
    this.#loadingId = true
    try {
      await this.#id.load(this.cluster.closing)
    } catch (error) {
      if (this.#stopped) return
      if (isRetriable(error)) {
        this.#after(this.cluster.options.retryBackoff(3, this.cluster.options.random), () => this.#kickAll())
        return
      }
      for (const queue of this.#queues()) if (queue.batches.length > 0) this.#failAll(queue, error as Error)
    } finally {
      this.#loadingId = false
    }
    this.#kickAll()
  }

  #kickAll(): void {
    for (const sink of this.#sinks.values()) sink.kick()
  }

  #after(ms: number, fn: () => void): void {
    const timer = this.cluster.clock.setTimeout(() => {
      this.#timers.delete(timer)
      fn()
    }, ms)
    this.#timers.add(timer)
  }

  // Expiry -----------------------------------------------------------------------------------------------------------------------------------

  mayDrain(queue: PartitionQueue): boolean {
    if (this.options.manualFlushing && this.#flushing === 0 && this.#aborting === 0) return false
    const error = this.#expired(queue)
    // While aborting, only what the broker may have goes out again, until it says.
    if (!error) return this.#aborting === 0 || queue.drained === 0
    this.#failAll(queue, error)
    return false
  }

  /** Why the head batch should be given up, if it should be and may be: what the broker may still write must not be called failed. */
  #expired(queue: PartitionQueue): Error | undefined {
    const head = queue.batches[0]
    if (!head || (this.options.idempotent && head.written && (head.unsure || queue.inflight > 0))) return undefined
    const { recordRetries, deliveryTimeoutMs } = this.options
    if (this.#aborting > 0) return aborting()
    if (head.signal?.aborted) return new ClientError('ABORTED', 'the record was aborted by its signal', { cause: head.signal.reason })
    if (head.tries > recordRetries)
      return new ClientError('RECORD_RETRIES', `the batch failed ${head.tries} times; producer.recordRetries is ${recordRetries}`)
    if (deliveryTimeoutMs > 0 && this.#isLate(Number(head.builder.firstTimestamp))) return this.#lateError(queue.topic, queue.partition)
    return undefined
  }

  #isLate(timestampMs: number): boolean {
    return this.cluster.clock.wallNow() - timestampMs >= this.options.deliveryTimeoutMs
  }
  #lateError(topic: string, partition?: number): ClientError {
    const where = partition === undefined ? topic : `${topic} partition ${partition}`
    const last = this.#lastError ? ` (last error: ${this.#lastError.message})` : ''
    return new ClientError(
      'RECORD_TIMEOUT',
      `the record for ${where} was not written within deliveryTimeoutMs ${this.options.deliveryTimeoutMs}${last}`,
      {
        cause: this.#lastError,
      },
    )
  }
  #lastError: Error | undefined

  #watchExpiry(): void {
    const { deliveryTimeoutMs } = this.options
    if (deliveryTimeoutMs === 0 || this.#expiry !== undefined) return
    this.#expiry = this.cluster.clock.setTimeout(
      () => {
        this.#expiry = undefined
        this.#sweep()
        this.#unknown.expire(
          timestampMs => this.#isLate(Number(timestampMs)),
          topic => this.#lateError(topic),
        )
        if (this.#buffer.records > 0) this.#watchExpiry()
      },
      Math.max(10, deliveryTimeoutMs / 4),
    )
  }

  // Answers ----------------------------------------------------------------------------------------------------------------------------------

  answered(sink: Sink, { queue, batch, identity }: Sent, answer: PartitionAnswer, nodes: ProduceAnswer['nodeEndpoints']): void {
    queue.inflight--
    if (this.#aborting > 0) queueMicrotask(() => this.#sweep())
    if (queue.batches[0] !== batch || queue.drained === 0) return void queue.sink?.kick()
    const verdict = judge(answer, queue.lastAckedOffset)
    switch (verdict.do) {
      case 'finish':
        return this.#finish(sink, queue, answer, identity)
      case 'new-epoch':
        this.#newEpoch()
        return this.#again(queue)
      case 'data-loss':
        return this.#dataLoss(queue, answer)
      case 'move':
        return this.#move(queue, verdict.leader, verdict.leaderEpoch, nodes)
      case 'retry':
        if (verdict.unsure) batch.unsure = true
        this.#lastError = toError(answer, queue)
        if (verdict.unknownTopic) return this.#unknownTopic(queue, answer)
        return this.#retry(queue)
      case 'fail':
        return this.#failAll(queue, toError(answer, queue))
    }
  }

  unanswered(_sink: Sink, { queue, batch }: Sent, error: Error): void {
    queue.inflight--
    if (this.#aborting > 0) queueMicrotask(() => this.#sweep())
    this.#lastError = error
    if (queue.batches[0] !== batch || queue.drained === 0) return
    const final = !isRetriable(error) && error instanceof ClientError && error.code !== 'FIRST_READ_EOF'
    if (final) this.#failAll(queue, error)
    else queue.rewind()
  }

  failed(queue: PartitionQueue, error: Error): void {
    this.#failAll(queue, error)
  }

  #finish(sink: Sink, queue: PartitionQueue, answer: PartitionAnswer, identity: ProducerIdentity): void {
    const batch = queue.shift()
    if (queue.sink === sink) queue.okOnSink = true
    queue.unknownTopicTries = 0
    queue.metadataTries = 0
    if (answer.baseOffset >= 0n) queue.lastAckedOffset = answer.baseOffset + BigInt(batch.count) - 1n
    this.#deliveries.push(batch, resultOf(queue, batch, answer, identity))
    const { hooks, brokers } = this.cluster
    hooks.onProduceBatchWritten?.({
      broker: brokers.byId(sink.nodeId)?.metadata ?? { nodeId: sink.nodeId, host: '', port: 0 },
      topic: queue.topic,
      partition: queue.partition,
      numRecords: batch.count,
      uncompressedBytes: batch.uncompressedBytes,
      compressedBytes: batch.compressedBytes,
      compressionType: batch.compressionType,
    })
    // Without an answer nobody knows when the bytes have left.
    if (this.options.acks !== 'none') batch.release(this.#pool)
    queue.sink?.kick()
  }

  #again(queue: PartitionQueue): void {
    queue.rewind()
    queue.sink?.kick()
  }

  /** Waits for fresh metadata before the next try, longer each time that did not help. */
  #retry(queue: PartitionQueue): void {
    queue.rewind()
    queue.failing = true
    const { options } = this.cluster
    const pause = queue.metadataTries++ === 0 ? 0 : options.retryBackoff(queue.metadataTries - 1, options.random)
    const refresh = () => {
      const after = () => {
        queue.failing = false
        this.#assign(queue)
        queue.sink?.kick()
      }
      this.cluster.refreshMetadata().then(after, after)
    }
    if (pause === 0) refresh()
    else this.#after(pause, refresh)
  }

  #unknownTopic(queue: PartitionQueue, answer: PartitionAnswer): void {
    const { unknownTopicRetries } = this.options
    if (unknownTopicRetries >= 0 && ++queue.unknownTopicTries > unknownTopicRetries) this.#failAll(queue, toError(answer, queue))
    else this.#retry(queue)
  }

  #move(queue: PartitionQueue, leader: number, leaderEpoch: number, nodes: ProduceAnswer['nodeEndpoints']): void {
    this.cluster.brokers.merge(
      nodes.map(n => ({ nodeId: n.nodeId, host: n.host, port: n.port, rack: n.rack ?? undefined })),
      false,
    )
    // A hint that names the leader in use would make us spin.
    if (!this.cluster.metadata.hint(queue.topic, queue.partition, leader, leaderEpoch)) return this.#retry(queue)
    queue.rewind()
    this.#assign(queue)
    queue.sink?.kick()
  }

  #newEpoch(): void {
    this.#id.bump()
    this.#purged.clear()
    for (const queue of this.#queues()) queue.needsSequenceReset = true
  }

  #dataLoss(queue: PartitionQueue, answer: PartitionAnswer): void {
    if (this.options.stopOnDataLoss) {
      this.#newEpoch()
      return this.#failAll(
        queue,
        new ClientError(
          'DATA_LOSS',
          `${queue.topic} partition ${queue.partition}: the broker lost records (${errorForCode(answer.errorCode).code})`,
        ),
      )
    }
    const { onDataLoss } = this.options
    if (onDataLoss) queueMicrotask(() => onDataLoss(queue.topic, queue.partition))
    this.#newEpoch()
    this.#again(queue)
  }

  /** Fails everything that the partition has buffered: behind a gap in the sequence nothing can be written. */
  #failAll(queue: PartitionQueue, error: Error): void {
    const batches = queue.batches.splice(0)
    queue.drained = 0
    queue.okOnSink = false
    queue.unknownTopicTries = 0
    queue.metadataTries = 0
    this.cluster.clock.clearTimeout(queue.linger)
    queue.linger = undefined
    if (batches.length > 0 && batches[0].sequence >= 0) queue.sequence = batches[0].sequence
    // The broker may have a batch of ours that we call failed: under a new epoch its sequence cannot be taken for another batch's.
    if (this.options.idempotent && batches.some(b => b.written)) this.#newEpoch()
    for (const batch of batches) this.#deliveries.push(batch, failedResult(queue.topic, queue.partition), error)
  }

  // Metadata ---------------------------------------------------------------------------------------------------------------------------------

  #lookUp(): void {
    this.cluster.refreshMetadata().catch(() => {})
  }

  #onMetadata(error?: unknown): void {
    if (this.#stopped) return
    if (error !== undefined) this.#lastError = error as Error
    for (const topic of this.#topics.values()) this.#follow(topic)
    for (const name of [...this.#unknown.names]) {
      const view = this.cluster.metadata.topic(name)
      if (view && view.errorCode === 0 && view.partitions.length > 0) {
        if (!this.#topics.has(name)) this.#add(name)
        this.#unknown.placeAll(name)
        if (this.#hurried.delete(name)) this.#drainAll()
      } else if (this.#unknown.failed(name, view?.errorCode, error)) {
        const { options } = this.cluster
        this.#after(options.retryBackoff(this.#unknown.tries(name), options.random), () => this.#lookUp())
      }
    }
  }

  #add(name: string): void {
    const topic = new TopicQueues(name, this.options, this.#pool)
    this.#topics.set(name, topic)
    this.#follow(topic)
    const sequences = this.#purged.get(name) ?? []
    this.#purged.delete(name)
    for (const queue of topic.queues) queue.sequence = sequences[queue.partition] ?? 0
  }

  #follow(topic: TopicQueues): void {
    const view = this.cluster.metadata.topic(topic.name)
    if (!view) return
    topic.update(view.partitions)
    for (const queue of topic.queues) this.#assign(queue)
  }

  /** Puts the queue on its leader's sink. What is in flight on another sink is waited for before anything goes out on the new one. */
  #assign(queue: PartitionQueue): void {
    // A timer may still know a queue that was purged.
    if (this.#topics.get(queue.topic)?.queues[queue.partition] !== queue) return
    const leader = this.cluster.metadata.topic(queue.topic)?.partitions[queue.partition]?.leader ?? -1
    const sink = leader < 0 ? undefined : this.#sink(leader)
    if (queue.sink === sink) return
    queue.sink?.queues.delete(queue)
    queue.sink = sink
    queue.okOnSink = false
    sink?.queues.add(queue)
    if (queue.undrained > 0) sink?.kick()
    if (!sink) this.cluster.refreshUrgently()
  }

  #sink(nodeId: number): Sink {
    let sink = this.#sinks.get(nodeId)
    if (!sink) this.#sinks.set(nodeId, (sink = new Sink(nodeId, this)))
    return sink
  }

  #failUnplaced(
    topic: string,
    record: ProducerRecord,
    settle: Settle | undefined,
    timestampMs: number | bigint,
    bytes: number,
    error: Error,
  ): void {
    const failed = new ProducedRecord(record, failedResult(topic, record.partition ?? -1), 0, timestampMs)
    queueMicrotask(() => {
      if (settle) this.#deliveries.tell(settle, failed, error)
      this.#buffer.release(1, bytes)
    })
  }

  /** Fails what is buffered with `CLIENT_CLOSED`; call `flush` first to have it written. */
  close(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#unwatch()
    for (const sink of this.#sinks.values()) sink.stop()
    this.cluster.clock.clearTimeout(this.#expiry)
    for (const timer of this.#timers) this.cluster.clock.clearTimeout(timer)
    for (const queue of this.#queues()) this.#failAll(queue, closed())
    this.#unknown.failEverything(closed())
    this.#buffer.refuse(new ClientError('CLIENT_CLOSED', 'the client was closed before the record was buffered'))
  }
}

const aborting = () => new ClientError('ABORTING', 'buffered records are being aborted')
const closed = () => new ClientError('CLIENT_CLOSED', 'the client was closed')

const sizeOf = (r: ProducerRecord): number =>
  BatchBuilder.worstCaseBytes(r.key ?? null, r.value, r.headers) - BatchBuilder.worstCaseBytes(null, null)

function tooLarge(record: ProducerRecord, limit: number): ClientError {
  const bytes = BatchBuilder.worstCaseBytes(record.key ?? null, record.value, record.headers)
  return new ClientError('RECORD_TOO_LARGE', `the record takes ${bytes} bytes with its batch header; producer.batchMaxBytes is ${limit}`)
}

function toError(answer: PartitionAnswer, queue: PartitionQueue): KafkaError {
  const detail = answer.errorMessage ?? answer.recordErrors.find(e => e.batchIndexErrorMessage)?.batchIndexErrorMessage
  return new KafkaError(answer.errorCode, `${queue.topic} partition ${queue.partition} was not written${detail ? `: ${detail}` : ''}`)
}

function resultOf(queue: PartitionQueue, batch: Batch, answer: PartitionAnswer, identity: ProducerIdentity): BatchResult {
  return {
    topic: queue.topic,
    partition: queue.partition,
    baseOffset: answer.baseOffset,
    logAppendTimeMs: answer.logAppendTimeMs,
    attrs: new RecordAttrs(batch.attributes | (answer.logAppendTimeMs >= 0n ? 0x08 : 0)),
    producerId: identity.id,
    producerEpoch: identity.epoch,
  }
}
