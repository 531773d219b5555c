import { type Uuid, zeroUuid } from '../bytes/uuid.js'
import type { TimerHandle } from '../clock.js'
import type { Broker } from '../cluster/broker.js'
import type { Cluster } from '../cluster/cluster.js'
import { isUnreachable } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import type { ResponseTo } from '../protocol/message.js'
import type { Batch } from './batch.js'
import { type ChosenCodec, chooseCodec } from './codecs.js'
import { isFinal } from './final.js'
import type { ResolvedProducerOptions } from './options.js'
import { PartitionAnswers } from './partition-answers.js'
import type { PartitionQueue } from './partition-queue.js'
import { noProducer, type ProducerIdentity } from './producer-id.js'

/** What a sink tells the producer, which holds the rules. */
export interface SinkOwner {
  readonly cluster: Cluster
  readonly options: ResolvedProducerOptions
  readonly isStopped: boolean
  /** The identity to write under, or undefined while it loads: the sink is kicked when it is there. */
  identity(): ProducerIdentity | undefined
  /** Whether the head batch may still be sent; the owner fails the queue when not. */
  mayDrain(queue: PartitionQueue): boolean
  /** A batch was taken for a request; what is left behind it may wait for company again. */
  drained(queue: PartitionQueue): void
  answered(sink: Sink, sent: Sent, answer: PartitionAnswer, nodes: ProduceAnswer['nodeEndpoints']): void
  /** The request got no answer; or, with `leftOut`, one that says nothing of this partition. */
  unanswered(sink: Sink, sent: Sent, error: Error, leftOut?: boolean): void
  failed(queue: PartitionQueue, error: Error): void
}
export interface Sent {
  queue: PartitionQueue
  batch: Batch
}
export type ProduceAnswer = ResponseTo<typeof ProduceRequest>
export type PartitionAnswer = ProduceAnswer['responses'][number]['partitionResponses'][number]

const acksCodes = { all: -1, leader: 1, none: 0 } as const
/** From then on topics go by id (KIP-516), which a cluster may not have given them. */
const lastNamed = 12
/** The versions that carry records of each magic. */
const versionsOf = [
  { minVersion: 0, maxVersion: 1 },
  { minVersion: 2, maxVersion: 2 },
  { minVersion: 3, maxVersion: undefined },
] as const
/** Before the first answer a broker's limits are not known; afterwards an idempotent producer may have several requests in flight and keep order. */
const idempotentInflight = 4
/** The part of a request that is not batches: generous per partition, so that the limit on the request is never reached. */
export const requestOverhead = 1024
export const partitionOverhead = 256 + 64

/** Sends what the partitions led by one broker have buffered: one request at a time is built from the head batch of every partition that is ready. */
export class Sink {
  readonly queues = new Set<PartitionQueue>()
  #inflight = 0
  #scheduled = false
  #waiting = false
  #answers = 0
  #backoff: TimerHandle | undefined
  #failures = 0
  /** Which queue a request begins with, so that a small limit starves nobody. */
  #turn = 0

  constructor(
    readonly nodeId: number,
    private readonly owner: SinkOwner,
  ) {}

  /** Drains soon: what is produced in the same turn goes along. Costs nothing when that is planned already, or waits for an answer. */
  kick(): void {
    if (this.#scheduled || this.#isFull()) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#drain()
    })
  }

  stop(): void {
    this.owner.cluster.clock.clearTimeout(this.#backoff)
  }

  // No getters: the engine calls those of private names through its runtime, and these are asked for every record.

  #limit(): number {
    const { idempotent, maxInflightPerBroker } = this.owner.options
    if (!idempotent) return maxInflightPerBroker
    // A broker before 0.11 gives no producer id: nothing but the order of requests keeps the order of records.
    return this.#answers > 0 && this.owner.identity() !== noProducer ? idempotentInflight : 1
  }

  /** Whoever makes room kicks. */
  #isFull(): boolean {
    return this.#waiting || this.#backoff !== undefined || (this.#inflight > 0 && this.#inflight >= this.#limit())
  }

  #drain(): void {
    while (!this.owner.isStopped && !this.#isFull()) {
      const ready = [...this.queues].filter(q => q.isReady(this) && this.owner.mayDrain(q))
      if (ready.length === 0) return
      const identity = this.owner.identity()
      if (!identity) return
      const broker = this.owner.cluster.brokers.byId(this.nodeId)
      if (!broker) return this.#lostBroker()
      const codec = this.#codecFor(broker, ready)
      if (!codec) return
      const sent = this.#take(ready, identity, codec)
      if (sent.length === 0) return
      void this.#send(broker, sent, codec.magic)
    }
  }

  /** A leader that the list of brokers leaves out: it is on its way out or in. */
  #lostBroker(): void {
    this.owner.cluster.refreshUrgently()
    this.#backOff()
  }

  /** Undefined while it is not there yet, or cannot be: then the queues have failed. */
  #codecFor(broker: Broker, ready: readonly PartitionQueue[]): ChosenCodec | undefined {
    try {
      const version = broker.versionOf(ProduceRequest, { max: lastNamed })
      if (version === undefined) return void this.#wait(broker.open(ProduceRequest), ready)
      const codec = chooseCodec(this.owner.options.compression, version)
      return codec instanceof Promise ? void this.#wait(codec, ready) : codec
    } catch (error) {
      for (const queue of ready) this.owner.failed(queue, error as Error)
    }
  }

  /** Goes on once something is there; a failure counts against the queues that wait for it. */
  #wait(work: Promise<unknown>, queues: readonly PartitionQueue[]): void {
    this.#waiting = true
    work.then(
      () => {
        this.#waiting = false
        this.kick()
      },
      (error: Error) => {
        this.#waiting = false
        if (this.owner.isStopped) return
        const { cluster } = this.owner
        cluster.logger.log('warn', 'a broker could not be produced to', { broker: this.nodeId, api: 'Produce', error })
        for (const queue of queues) this.#delayed(queue, error)
        if (isUnreachable(error)) cluster.refreshUrgently()
        this.#backOff()
      },
    )
  }

  #delayed(queue: PartitionQueue, error: Error): void {
    if (isFinal(error)) return this.owner.failed(queue, error)
    queue.lastError = error
    const [head] = queue.batches
    if (head) head.tries++
  }

  /** A pause for this broker alone. */
  #backOff(): void {
    if (this.#backoff !== undefined) return
    const { cluster } = this.owner
    this.#backoff = cluster.clock.setTimeout(
      () => {
        this.#backoff = undefined
        this.kick()
      },
      cluster.retries.pauseAfter(++this.#failures),
    )
  }

  /** At most one batch of each queue, as many as the request may hold. */
  #take(ready: PartitionQueue[], identity: ProducerIdentity, codec: ChosenCodec): Sent[] {
    const sent: Sent[] = []
    let room = this.owner.cluster.options.brokerMaxWriteBytes - requestOverhead
    const start = this.#turn++ % ready.length
    for (let i = 0; i < ready.length; i++) {
      const queue = ready[(start + i) % ready.length]
      const batch = queue.batches[queue.drained]
      // Another batch's failure may have taken this queue's records with it.
      if (!batch || !queue.mayTake(identity) || !this.#prepare(queue, batch, codec)) continue
      room -= batch.wireBytes + partitionOverhead
      if (room < 0 && sent.length > 0) break
      sent.push({ queue, batch: queue.drain(identity) })
      this.owner.drained(queue)
    }
    return sent
  }

  /** Whether the batch is compressed; an asynchronous codec brings the sink back when it is done. */
  #prepare(queue: PartitionQueue, batch: Batch, chosen: ChosenCodec): boolean {
    if (batch.isCompressing) return false
    if (batch.isPreparedFor(chosen.magic)) return true
    try {
      const work = batch.prepare(chosen)
      if (!work) return true
      work.then(
        () => queue.sink?.kick(),
        (error: Error) => this.owner.failed(queue, error),
      )
    } catch (error) {
      this.owner.failed(queue, error as Error)
    }
    return false
  }

  async #send(broker: Broker, sent: Sent[], magic: ChosenCodec['magic']): Promise<void> {
    const { cluster, options } = this.owner
    this.#inflight++
    const ids = new Map<string, Uuid>(sent.map(s => [s.queue.topic, cluster.metadata.topic(s.queue.topic)?.topicId ?? zeroUuid]))
    const hasIds = [...ids.values()].every(id => id !== zeroUuid)
    const topics = new Map<string, { index: number; records: Uint8Array }[]>()
    let eldest = sent[0].batch
    for (const { queue, batch } of sent) {
      const records = batch.wire()
      batch.tries++
      if (batch.tries > eldest.tries) eldest = batch
      const partitions = topics.get(queue.topic)
      if (partitions) partitions.push({ index: queue.partition, records })
      else topics.set(queue.topic, [{ index: queue.partition, records }])
    }
    try {
      const answer = await broker.send(
        ProduceRequest,
        {
          acks: acksCodes[options.acks],
          timeoutMs: options.requestTimeoutMs,
          topicData: [...topics].map(([name, partitionData]) => ({ name, topicId: ids.get(name)!, partitionData })),
        },
        {
          initiator: options.initiator,
          parkMs: options.requestTimeoutMs,
          noResponse: options.acks === 'none',
          minVersion: versionsOf[magic].minVersion,
          maxVersion: versionsOf[magic].maxVersion ?? (hasIds ? undefined : lastNamed),
          attempt: eldest.tries,
          retryOf: eldest.requestId,
          onIssued: requestId => {
            for (const { batch } of sent) {
              batch.written = true
              batch.requestId = requestId
            }
          },
        },
      )
      this.#inflight--
      if (!this.owner.isStopped) this.#settle(sent, answer, ids)
    } catch (error) {
      this.#inflight--
      if (!this.owner.isStopped) this.#lost(sent, error as Error)
    }
    this.kick()
  }

  #settle(sent: readonly Sent[], answer: ProduceAnswer | undefined, ids: ReadonlyMap<string, Uuid>): void {
    this.#answers++
    this.#failures = 0
    const answers = new PartitionAnswers(answer, ids)
    for (const one of sent) {
      const found = answers.of(one.queue.topic, one.queue.partition)
      if (found) this.owner.answered(this, one, found, answer?.nodeEndpoints ?? [])
      else {
        const where = `${one.queue.topic} partition ${one.queue.partition}`
        this.owner.unanswered(
          this,
          one,
          new ClientError('MALFORMED', `broker ${this.nodeId} left ${where} out of its answer to Produce`),
          true,
        )
      }
    }
  }

  /** The request may or may not have arrived: with idempotence it is safe to send it again. */
  #lost(sent: readonly Sent[], error: Error): void {
    const { cluster } = this.owner
    cluster.logger.log('warn', 'a produce request got no answer', { broker: this.nodeId, api: 'Produce', error })
    for (const one of sent) this.owner.unanswered(this, one, error)
    if (isUnreachable(error)) cluster.refreshUrgently()
    this.#backOff()
  }
}
