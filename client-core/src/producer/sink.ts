import { type Uuid, zeroUuid } from '../bytes/uuid.js'
import type { TimerHandle } from '../clock.js'
import type { Cluster } from '../cluster/cluster.js'
import { isUnreachable } from '../cluster/cluster.js'
import { isRetriable } from '../cluster/retry.js'
import type { Codec } from '../compression/codec.js'
import { ProduceRequest } from '../protocol/api/produce.js'
import type { ResponseTo } from '../protocol/message.js'
import type { Batch } from './batch.js'
import { chooseCodec } from './codecs.js'
import type { ResolvedProducerOptions } from './options.js'
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
  unanswered(sink: Sink, sent: Sent, error: Error): void
  failed(queue: PartitionQueue, error: Error): void
}
export interface Sent {
  queue: PartitionQueue
  batch: Batch
  identity: ProducerIdentity
}
export type ProduceAnswer = ResponseTo<typeof ProduceRequest>
export type PartitionAnswer = ProduceAnswer['responses'][number]['partitionResponses'][number]

const acksCodes = { all: -1, leader: 1, none: 0 } as const
/** Before the first answer a broker's limits are not known; afterwards an idempotent producer may have several requests in flight and keep order. */
const idempotentInflight = 4
/** The part of a request that is not batches: generous per partition, so that the limit on the request is never reached. */
const requestOverhead = 1024
const partitionOverhead = 256 + 64

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

  /** Drains soon: what is produced in the same turn goes along. Costs nothing when that is planned already. */
  kick(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#drain()
    })
  }

  stop(): void {
    this.owner.cluster.clock.clearTimeout(this.#backoff)
  }

  get #limit(): number {
    const { idempotent, maxInflightPerBroker } = this.owner.options
    if (!idempotent) return maxInflightPerBroker
    return this.#answers > 0 ? idempotentInflight : 1
  }

  #drain(): void {
    while (!this.owner.isStopped && !this.#waiting && this.#backoff === undefined && this.#inflight < this.#limit) {
      const ready = [...this.queues].filter(q => q.isReady(this) && this.owner.mayDrain(q))
      if (ready.length === 0) return
      const identity = this.owner.identity()
      if (!identity) return
      const broker = this.owner.cluster.brokers.byId(this.nodeId)
      if (!broker) return this.#backOff()
      const version = broker.versionOf(ProduceRequest, { min: 3 })
      if (version === undefined) return this.#wait(broker.open(ProduceRequest), ready)
      const codec = chooseCodec(this.owner.options.compression, version)
      if (codec instanceof Promise) return this.#wait(codec, ready)
      const sent = this.#take(ready, identity, codec)
      if (sent.length === 0) return
      void this.#send(sent)
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
        if (!isRetriable(error)) for (const queue of queues) this.owner.failed(queue, error)
        else {
          for (const queue of queues) queue.batches[0].tries++
          if (isUnreachable(error)) this.owner.cluster.refreshUrgently()
          this.#backOff()
        }
      },
    )
  }

  /** A pause for this broker alone. */
  #backOff(): void {
    if (this.#backoff !== undefined) return
    const { cluster } = this.owner
    const pause = cluster.options.retryBackoff(++this.#failures, cluster.options.random)
    this.#backoff = cluster.clock.setTimeout(() => {
      this.#backoff = undefined
      this.kick()
    }, pause)
  }

  /** At most one batch of each queue, as many as the request may hold. */
  #take(ready: PartitionQueue[], identity: ProducerIdentity, codec: { codec: Codec | undefined; level: number | undefined }): Sent[] {
    const sent: Sent[] = []
    let room = this.owner.cluster.options.brokerMaxWriteBytes - requestOverhead
    const start = this.#turn++ % ready.length
    for (let i = 0; i < ready.length; i++) {
      const queue = ready[(start + i) % ready.length]
      const batch = queue.batches[queue.drained]
      if (!this.#prepare(queue, batch, codec)) continue
      room -= batch.wireBytes + partitionOverhead
      if (room < 0 && sent.length > 0) break
      sent.push({ queue, batch: queue.drain(), identity })
      this.owner.drained(queue)
    }
    return sent
  }

  /** Whether the batch is compressed; an asynchronous codec brings the sink back when it is done. */
  #prepare(queue: PartitionQueue, batch: Batch, { codec, level }: { codec: Codec | undefined; level: number | undefined }): boolean {
    if (batch.isPrepared) return !batch.isCompressing
    try {
      const work = batch.prepare(codec, level)
      if (!work) return true
      work.then(
        () => this.kick(),
        (error: Error) => this.owner.failed(queue, error),
      )
    } catch (error) {
      this.owner.failed(queue, error as Error)
    }
    return false
  }

  async #send(sent: Sent[]): Promise<void> {
    const { cluster, options } = this.owner
    const broker = cluster.brokers.byId(this.nodeId)
    this.#inflight++
    const ids = new Map<string, Uuid>(sent.map(s => [s.queue.topic, cluster.metadata.topic(s.queue.topic)?.topicId ?? zeroUuid]))
    const hasIds = [...ids.values()].every(id => id !== zeroUuid)
    const topics = new Map<string, { index: number; records: Uint8Array }[]>()
    for (const { queue, batch, identity } of sent) {
      const baseSequence = identity === noProducer ? -1 : batch.sequence
      const records = batch.wire({ producerId: identity.id, producerEpoch: identity.epoch, baseSequence })
      batch.written = true
      batch.tries++
      const partitions = topics.get(queue.topic)
      if (partitions) partitions.push({ index: queue.partition, records })
      else topics.set(queue.topic, [{ index: queue.partition, records }])
    }
    try {
      if (!broker) throw new Error('the broker left the cluster')
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
          minVersion: 3,
          // From version 13 on topics go by id (KIP-516), which a cluster may not have given them.
          maxVersion: hasIds ? undefined : 12,
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

  #settle(sent: Sent[], answer: ProduceAnswer | undefined, ids: ReadonlyMap<string, Uuid>): void {
    this.#answers++
    this.#failures = 0
    for (const one of sent) {
      const { topic, partition } = one.queue
      if (!answer) {
        this.owner.answered(this, one, { ...unacknowledged, index: partition }, [])
        continue
      }
      const found = answer.responses
        .find(r => (r.name === '' ? r.topicId === ids.get(topic) : r.name === topic))
        ?.partitionResponses.find(p => p.index === partition)
      if (found) this.owner.answered(this, one, found, answer.nodeEndpoints)
      else this.owner.unanswered(this, one, new Error(`the answer to Produce leaves out ${topic} partition ${partition}`))
    }
  }

  /** The request may or may not have arrived: with idempotence it is safe to send it again. */
  #lost(sent: Sent[], error: Error): void {
    for (const one of sent) this.owner.unanswered(this, one, error)
    if (isUnreachable(error)) this.owner.cluster.refreshUrgently()
    this.#backOff()
  }
}

/** What acks=0 stands for: no answer, offsets that count from 0 within the batch. */
const unacknowledged: PartitionAnswer = {
  index: 0,
  errorCode: 0,
  baseOffset: 0n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
}
