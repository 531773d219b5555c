import type { Cluster } from '../cluster/cluster.js'
import { leaderOf, type TopicView } from '../cluster/metadata.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import type { MemoryPool } from './memory-pool.js'
import type { ResolvedProducerOptions } from './options.js'
import type { PartitionQueue } from './partition-queue.js'
import type { ProducerIdentity } from './producer-id.js'
import { Sink, type SinkOwner } from './sink.js'
import type { Timers } from './timers.js'
import { TopicQueues } from './topic-queues.js'
import { UnknownTopics, type Unplaced } from './unknown-topics.js'

interface Owner extends SinkOwner {
  readonly options: ResolvedProducerOptions
  /** The topic is known now. */
  place(topic: TopicQueues, waiting: Unplaced): void
  unplaced(topic: string, waiting: Unplaced, error: Error): void
  /** Records that had waited for this topic are in their queues. */
  placed(topic: TopicQueues): void
}
/** Where a purged partition's sequence goes on. */
interface Place {
  sequence: number
  identity: ProducerIdentity | undefined
}

const unknownTopicCodes = new Set([3, 100])
const leaderNotAvailable = 5

/** The topics that are produced to, and which broker's sink each partition belongs to: it follows the metadata. */
export class Leaders {
  readonly topics = new Map<string, TopicQueues>()
  readonly unknown: UnknownTopics
  readonly #sinks = new Map<number, Sink>()
  readonly #purged = new Map<string, Place[]>()
  readonly #unwatch: () => void

  constructor(
    private readonly cluster: Cluster,
    private readonly owner: Owner,
    private readonly pool: MemoryPool,
    private readonly timers: Timers,
  ) {
    this.unknown = new UnknownTopics(owner.options, {
      now: () => cluster.clock.now(),
      pauseAfter: attempt => cluster.retries.pauseAfter(attempt),
      fail: (topic, waiting, error) => owner.unplaced(topic, waiting, error),
    })
    this.#unwatch = cluster.watch({
      topics: () => [...this.topics.keys(), ...this.unknown.ask()],
      onMetadata: error => this.#onMetadata(error),
    })
  }

  *queues(): Iterable<PartitionQueue> {
    for (const topic of this.topics.values()) yield* topic.queues
  }

  kickAll(): void {
    for (const sink of this.#sinks.values()) sink.kick()
  }

  stop(): void {
    this.#unwatch()
    for (const sink of this.#sinks.values()) sink.stop()
  }

  lookUp(): void {
    this.cluster.refreshMetadata().catch(() => {})
  }

  #onMetadata(error?: unknown): void {
    if (this.owner.isStopped) return
    for (const topic of this.topics.values()) this.#follow(topic)
    for (const name of [...this.unknown.names]) {
      const view = this.cluster.metadata.topic(name)
      if (view && view.errorCode === 0 && view.partitions.length > 0) this.#placeAll(name)
      else {
        const pauseMs = this.unknown.missed(name, view?.errorCode, error)
        if (pauseMs !== undefined) this.timers.after(pauseMs, () => this.lookUp())
      }
    }
  }

  /** All records that waited are placed before anything else may be: nobody overtakes them. */
  #placeAll(name: string): void {
    try {
      if (!this.topics.has(name)) this.#add(name)
    } catch (error) {
      // A partitioner that throws.
      return this.unknown.fail(name, error as Error)
    }
    const topic = this.topics.get(name)!
    for (const waiting of this.unknown.take(name)) {
      try {
        this.owner.place(topic, waiting)
      } catch (error) {
        this.owner.unplaced(name, waiting, error as Error)
      }
    }
    this.owner.placed(topic)
  }

  #add(name: string): void {
    const topic = new TopicQueues(name, this.owner.options, this.pool)
    this.topics.set(name, topic)
    this.#follow(topic)
    const places = this.#purged.get(name) ?? []
    this.#purged.delete(name)
    for (const [i, queue] of topic.queues.entries()) Object.assign(queue, places[i])
  }

  #follow(topic: TopicQueues): void {
    const view = this.cluster.metadata.topic(topic.name)
    if (!view) return
    topic.update(view.partitions)
    for (const queue of topic.queues) {
      this.assign(queue)
      if (!queue.sink && queue.batches.length > 0) this.#leaderless(queue, view)
    }
  }

  /** Nobody can be asked: what metadata says of the topic has to do for an answer. */
  #leaderless(queue: PartitionQueue, view: TopicView): void {
    this.cluster.refreshUrgently()
    const code = view.errorCode || view.partitions[queue.partition]?.errorCode || leaderNotAvailable
    const error = new KafkaError(code, `${queue.topic} partition ${queue.partition} was not written: ${errorForCode(code).description}`)
    queue.lastError = error
    if (view.errorCode === 0 || queue.inflight > 0 || queue.batches[0].unsure) return
    const { unknownTopicRetries } = this.owner.options
    const isUnknown = unknownTopicCodes.has(view.errorCode)
    const isFinal = isUnknown ? unknownTopicRetries >= 0 && ++queue.unknownTopicTries > unknownTopicRetries : !error.retriable
    if (isFinal) this.owner.failed(queue, error)
  }

  /** Puts the queue on its leader's sink. What is in flight on another sink is waited for before anything goes out on the new one. */
  assign(queue: PartitionQueue): void {
    // A timer may still know a queue that was purged.
    if (this.topics.get(queue.topic)?.queues[queue.partition] !== queue) return
    const leader = leaderOf(this.cluster.metadata.topic(queue.topic)?.partitions[queue.partition])
    const sink = leader < 0 ? undefined : this.#sink(leader)
    if (queue.sink === sink) return
    queue.sink?.queues.delete(queue)
    queue.sink = sink
    queue.okOnSink = false
    sink?.queues.add(queue)
    if (queue.undrained > 0) sink?.kick()
  }

  #sink(nodeId: number): Sink {
    let sink = this.#sinks.get(nodeId)
    if (!sink) this.#sinks.set(nodeId, (sink = new Sink(nodeId, this.owner)))
    return sink
  }

  /** Forgets a topic. What is buffered for it fails. */
  purge(name: string, error: Error): void {
    this.unknown.fail(name, error)
    const queues = this.topics.get(name)?.queues ?? []
    this.topics.delete(name)
    for (const queue of queues) {
      queue.sink?.queues.delete(queue)
      queue.sink = undefined
      this.owner.failed(queue, error)
    }
    // A queue that began at 0 again would write what the broker takes for old batches sent twice: it would drop them.
    if (queues.some(q => q.identity)) {
      this.#purged.set(
        name,
        queues.map(({ sequence, identity }) => ({ sequence, identity })),
      )
    }
  }
}
