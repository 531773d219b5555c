/// <reference lib="esnext.disposable" preserve="true" />
import type { CallOptions } from '../cluster/cluster.js'
import { Cluster } from '../cluster/cluster.js'
import { leaderOf, type TopicView } from '../cluster/metadata.js'
import { type ResponseShard, sendRequest, sendSharded } from '../cluster/routing.js'
import { Consumer } from '../consumer/consumer.js'
import { type Fetches, newErrFetch } from '../consumer/fetches.js'
import { type OffsetsInput, offsetsByPartition } from '../consumer/options.js'
import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import { Producer } from '../producer/producer.js'
import type { ProducerIdentity } from '../producer/producer-id.js'
import { type ProducerRecord, unsent } from '../producer/record.js'
import { type ProduceResult, ProduceResults } from '../producer/results.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'
import { inRealTime } from '../real-time.js'
import type { KafkaRecord } from '../records/record.js'
import { type BrokerHandle, brokerHandle } from './broker-handle.js'
import { type OptionAt, type OptionPath, optionAt } from './option-path.js'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.js'

export interface CallSettings {
  signal?: AbortSignal
}
export interface RequestSettings extends CallSettings {
  /** Shown to `onBrokerWrite` hooks. Default `request`. */
  initiator?: string
  /** Pins the request's version, both included; a broker without such a version gives `UNSUPPORTED_VERSION`. Default: whatever both sides know. */
  minVersion?: number
  maxVersion?: number
}
export interface PollSettings extends CallSettings {
  /** False: take what is there, if anything, at once. Default true. */
  wait?: boolean
}
export interface ProduceSettings extends CallSettings {
  /** Runs once Kafka answered, in produce order per partition; or when the record was refused or given up. */
  onDelivery?: (record: KafkaRecord, error?: Error) => void
}
type Partitions = Readonly<Record<string, readonly number[]>> | ReadonlyMap<string, Iterable<number>>

/**
 * A Kafka client: one producer, one direct consumer, and any request of the protocol, over shared connections. Nothing is sent before it is
 * needed. Close it when done.
 */
export class Client {
  #options: ResolvedOptions
  readonly #cluster: Cluster
  readonly #ownsCluster: boolean
  #producer: Producer | undefined
  #consumer: Consumer | undefined
  #closed = false
  #closing = Promise.resolve()
  readonly #forks = new Set<Client>()
  #onClosed = () => {}

  /**
   * `shared` is for `fork` alone.
   * @throws ClientError `INVALID_OPTION` naming the path of an option that is wrong or unknown.
   */
  constructor(options: ClientOptions, shared?: { cluster: Cluster; options: ResolvedOptions }) {
    this.#options = shared?.options ?? resolveOptions(options)
    this.#ownsCluster = shared === undefined
    this.#cluster = shared?.cluster ?? new Cluster(this.options)
    if (this.#ownsCluster) this.#cluster.hooks.onNewClient?.({ clientId: this.options.clientId })
    const { topics, partitions } = this.options.consumer
    if (topics.length > 0 || partitions.size > 0) this.#consume()
  }

  /** A client with roles of its own over this one's connections and metadata. Closing it leaves this one as it is; closing this one closes it. */
  fork(options: Pick<ClientOptions, 'producer' | 'consumer'> = {}): Client {
    this.#open()
    const { transport } = this.options
    const { producer, consumer } = resolveOptions({ transport, ...options })
    const fork = new Client({ transport }, { cluster: this.#cluster, options: { ...this.options, producer, consumer } })
    this.#forks.add(fork)
    fork.#onClosed = () => this.#forks.delete(fork)
    return fork
  }

  /** What the client was made with, defaults filled in. */
  get options(): ResolvedOptions {
    return this.#options
  }
  /** One of the options: `client.option('producer.lingerMs')`. @throws ClientError `INVALID_OPTION` for a path that leads nowhere. */
  option<P extends OptionPath>(path: P): OptionAt<P> {
    return optionAt(this.#options, path)
  }

  #open(): void {
    if (this.#closed || this.#cluster.isClosed) throw closedError()
  }
  #produce(): Producer {
    this.#open()
    this.#producer ??= new Producer(this.#cluster, this.options.producer)
    return this.#producer
  }
  #consume(): Consumer {
    this.#open()
    this.#consumer ??= new Consumer(this.#cluster, this.options.consumer)
    return this.#consumer
  }

  // Producing --------------------------------------------------------------------------------------------------------------------------------

  /**
   * Buffers a record. Resolves when it is buffered, so that awaiting it is the back-pressure; `onDelivery` is told what became of it.
   * @throws (rejects) ClientError `INVALID_RECORD`, `RECORD_TOO_LARGE`, `MAX_BUFFERED` (manual flushing), `CLIENT_CLOSED`, `ABORTED`, `ABORTING`.
   */
  produce(record: ProducerRecord, { onDelivery, signal }: ProduceSettings = {}): Promise<void> {
    return this.#closed ? this.#refuse(record, onDelivery) : this.#produce().produce(record, onDelivery, signal)
  }

  /** As `produce`, but a full buffer rejects at once with `MAX_BUFFERED`. */
  tryProduce(record: ProducerRecord, onDelivery?: ProduceSettings['onDelivery']): Promise<void> {
    return this.#closed ? this.#refuse(record, onDelivery) : this.#produce().tryProduce(record, onDelivery)
  }
  #refuse(record: ProducerRecord, onDelivery: ProduceSettings['onDelivery']): Promise<void> {
    const refused = Promise.reject(closedError())
    if (onDelivery) refused.catch((error: Error) => onDelivery(unsent(record, this.#options.producer.defaultTopic), error))
    return refused
  }

  /** Resolves with the delivered record, its partition and offset filled in; rejects with why it was not delivered. */
  send(record: ProducerRecord, { signal }: CallSettings = {}): Promise<KafkaRecord> {
    return this.#closed ? Promise.reject(closedError()) : this.#produce().send(record, signal)
  }

  /** Produces all and resolves when all were answered, in their order; does not reject for a record. */
  async produceSync(records: readonly ProducerRecord[], { signal }: CallSettings = {}): Promise<ProduceResults> {
    const producer = this.#produce()
    const all = records.map(
      record => new Promise<ProduceResult>(resolve => void producer.produce(record, (r, error) => resolve({ record: r, error }), signal)),
    )
    producer.hurry()
    return new ProduceResults(await Promise.all(all))
  }

  /** Sends all that is buffered; resolves when it was answered and every `onDelivery` ran. */
  async flush({ signal }: CallSettings = {}): Promise<void> {
    await this.#producer?.flush(signal)
  }
  /**
   * Fails all that is buffered with `ABORTING` and resolves when every `onDelivery` ran. Waits for what is in flight, since the broker may have
   * it: with `signal` one leaves the waiting, not the aborting. Until it is done, `produce` rejects with `ABORTING`.
   */
  async abortBufferedRecords({ signal }: CallSettings = {}): Promise<void> {
    await this.#producer?.abort(signal)
  }
  /** The same at once: also what is in flight is called failed, although it may be written. */
  async unsafeAbortBufferedRecords(): Promise<void> {
    await this.#producer?.abortNow()
  }
  /** The id and epoch that an idempotent producer writes under, asked for when there is none yet; -1n and -1 for any other. */
  async producerId({ signal }: CallSettings = {}): Promise<ProducerIdentity> {
    return this.#produce().identify(signal)
  }
  /** Records between `produce` and the end of their `onDelivery`, those that wait for room included. */
  get bufferedProduceRecords(): number {
    return this.#producer?.bufferedRecords ?? 0
  }
  /** Their bytes: keys, values, header keys and header values. */
  get bufferedProduceBytes(): number {
    return this.#producer?.bufferedBytes ?? 0
  }

  // Consuming --------------------------------------------------------------------------------------------------------------------------------

  /** What brokers have sent; waits for something. Never rejects: what went wrong is in the fetches. */
  pollFetches(settings: PollSettings = {}): Promise<Fetches> {
    return this.pollRecords(Number.POSITIVE_INFINITY, settings)
  }
  /** The same, at most `max` records (0: no limit); the rest comes first next time. */
  async pollRecords(max: number, { signal, wait = true }: PollSettings = {}): Promise<Fetches> {
    if (this.#closed) return newErrFetch(closedError())
    return this.#consume().poll(max > 0 ? max : Number.POSITIVE_INFINITY, signal, wait)
  }
  /** Record by record, until the signal or `close` ends it; throws a fetch's error that will not go away by itself. */
  records({ signal }: CallSettings = {}): AsyncIterableIterator<KafkaRecord> {
    return this.#consume().records(signal)
  }
  addConsumePartitions(partitions: OffsetsInput): void {
    this.#consume().addPartitions(offsetsByPartition(partitions, 'partitions'))
  }
  addConsumeTopics(...topics: string[]): void {
    this.#consume().addTopics(topics)
  }
  removeConsumePartitions(partitions: Partitions): void {
    this.#consumer?.removePartitions(numbersByTopic(partitions))
  }
  removeConsumeTopics(...topics: string[]): void {
    this.#consumer?.removeTopics(topics)
  }
  /** Moves partitions that are being consumed; others are ignored. */
  setOffsets(offsets: OffsetsInput): void {
    this.#consumer?.setOffsets(offsetsByPartition(offsets, 'offsets'))
  }
  /** Called with nothing it returns what is paused. What was fetched of a paused topic is fetched again later. */
  pauseFetchTopics(...topics: string[]): string[] {
    return this.#consume().pauses.pauseTopics(topics)
  }
  pauseFetchPartitions(partitions: Partitions = {}): Map<string, number[]> {
    return this.#consume().pauses.pausePartitions(numbersByTopic(partitions))
  }
  resumeFetchTopics(...topics: string[]): void {
    this.#consumer?.pause(() => this.#consumer?.pauses.resumeTopics(topics))
  }
  resumeFetchPartitions(partitions: Partitions): void {
    this.#consumer?.pause(() => this.#consumer?.pauses.resumePartitions(numbersByTopic(partitions)))
  }
  /** Bytes that one fetch, and one partition in it, may bring; counts from the next fetch on. @throws ClientError `INVALID_OPTION`. */
  updateFetchMaxBytes(fetchMaxBytes: number, fetchMaxPartitionBytes: number): void {
    const { transport } = this.#options
    const { consumer } = resolveOptions({ transport, consumer: { fetchMaxBytes, fetchMaxPartitionBytes } })
    const changed = { fetchMaxBytes: consumer.fetchMaxBytes, fetchMaxPartitionBytes: consumer.fetchMaxPartitionBytes }
    this.#options = { ...this.#options, consumer: { ...this.#options.consumer, ...changed } }
    this.#consumer?.updateFetchMaxBytes(changed.fetchMaxBytes, changed.fetchMaxPartitionBytes)
  }
  get bufferedFetchRecords(): number {
    return this.#consumer?.bufferedRecords ?? 0
  }
  get bufferedFetchBytes(): number {
    return this.#consumer?.bufferedBytes ?? 0
  }

  // Purging ----------------------------------------------------------------------------------------------------------------------------------

  /**
   * Forgets topics altogether: they are no longer consumed, what is buffered for them fails with `PURGED`, and what is known of them is dropped.
   * For topics that are gone for good, or were made anew under the same name: adding or producing to them afterwards begins from nothing.
   */
  purgeTopicsFromClient(...topics: string[]): void {
    this.purgeTopicsFromConsuming(...topics)
    this.purgeTopicsFromProducing(...topics)
  }
  /** The consuming side of `purgeTopicsFromClient`. What is known of a topic is kept while it is produced to. */
  purgeTopicsFromConsuming(...topics: string[]): void {
    this.#consumer?.removeTopics(topics)
    this.#cluster.purge(topics)
  }
  /** The producing side of `purgeTopicsFromClient`. Flush first to have written what is buffered. */
  purgeTopicsFromProducing(...topics: string[]): void {
    this.#producer?.purge(topics)
    this.#cluster.purge(topics)
  }

  // Requests ---------------------------------------------------------------------------------------------------------------------------------

  /**
   * Sends any request of the protocol to whoever can answer it: a leader, a coordinator, the controller, any broker. Answers of several brokers
   * come back as one. `client.request(MetadataRequest({ topics: null }))`. Kafka errors inside an answer are data.
   * @throws (rejects) ClientError, TransportError; KafkaError when a broker kept sending us elsewhere; `PARTIAL_FAILURE` when only some parts failed.
   */
  async request<M extends RequestMessage>(request: KafkaRequest<M>, settings: RequestSettings = {}): Promise<ResponseTo<M>> {
    this.#open()
    return sendRequest(this.#cluster, request, this.#call(settings)).catch(async error => {
      if (error.code !== 'UNSUPPORTED_VERSION') throw error
      const { withReleases } = await inRealTime(import('./with-releases.js'))
      throw withReleases(error, request.message, this.#cluster)
    })
  }
  /** The same, part by part: what some brokers answered is there although others failed. */
  async requestSharded<M extends RequestMessage>(request: KafkaRequest<M>, settings: RequestSettings = {}): Promise<ResponseShard<M>[]> {
    this.#open()
    return sendSharded(this.#cluster, request, this.#call(settings))
  }
  #call(settings: RequestSettings): CallOptions {
    return { ...settings, initiator: settings.initiator ?? 'request' }
  }

  /** One broker by its id, of the cluster or of `seedBrokers()`. */
  broker(nodeId: number): BrokerHandle {
    return brokerHandle(this.#cluster, nodeId)
  }
  /** The brokers that the cluster has named so far, by id. None before the first answer to Metadata. */
  discoveredBrokers(): BrokerMetadata[] {
    return this.#cluster.brokers.discovered.map(b => b.metadata).sort((a, b) => a.nodeId - b.nodeId)
  }
  /** The seeds, with the ids that they have here: `nodeName` makes them `seed_0`, `seed_1` ... */
  seedBrokers(): BrokerMetadata[] {
    return this.#cluster.brokers.seeds.map(b => b.metadata)
  }
  /** Replaces the seeds, `host:port` each; brokers that were discovered stay. None at all changes nothing. @throws ClientError `INVALID_OPTION`. */
  updateSeedBrokers(...seeds: string[]): void {
    if (seeds.length === 0) return
    const { seedBrokers } = resolveOptions({ transport: this.options.transport, seedBrokers: seeds })
    this.#cluster.brokers.replaceSeeds(seedBrokers)
  }
  /** Asks brokers, discovered ones and seeds, each once; resolves as soon as one answers. @throws (rejects) why none did. */
  async ping({ signal }: CallSettings = {}): Promise<void> {
    this.#open()
    await this.#cluster.ping(signal)
  }
  /** Reads the metadata of what is produced to and consumed anew: new partitions are found at once. Resolves when it is there, rejects when not. */
  async forceMetadataRefresh(): Promise<void> {
    this.#open()
    await this.#cluster.refreshMetadata()
  }
  /** The leader of a partition as it is known now, nobody is asked; undefined when it is not. `leaderEpoch` -1: brokers tell none (before 2.1). */
  partitionLeader(topic: string, partition: number): { leader: number; leaderEpoch: number } | undefined {
    const view = this.#cluster.metadata.topic(topic)?.partitions[partition]
    return view && leaderOf(view) >= 0 ? { leader: view.leader, leaderEpoch: view.leaderEpoch } : undefined
  }
  /** What is known of topics now, without asking anybody. */
  cachedTopics(): ReadonlyMap<string, TopicView> {
    return this.#cluster.metadata.topics
  }
  get clusterId(): string | null {
    return this.#cluster.clusterId
  }

  // Closing ----------------------------------------------------------------------------------------------------------------------------------

  /** Fails what is buffered with `CLIENT_CLOSED` (`flush` first to have it written), ends polls, closes connections, leaves no timer. Idempotent. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      this.#closing = this.#close()
    }
    return this.#closing
  }
  async #close(): Promise<void> {
    const roles = [...[...this.#forks].map(fork => fork.close()), this.#consumer?.close()]
    this.#producer?.close()
    await Promise.all(roles)
    this.#onClosed()
    if (!this.#ownsCluster) return
    this.#cluster.close()
    this.#closeMechanisms()
    this.#cluster.hooks.onClientClosed?.({ clientId: this.options.clientId })
  }
  #closeMechanisms(): void {
    for (const mechanism of this.options.sasl) {
      try {
        mechanism.close?.()
      } catch (error) {
        this.#cluster.logger.log('error', `the SASL mechanism ${mechanism.name} threw when it was closed`, { error })
      }
    }
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

const closedError = () => new ClientError('CLIENT_CLOSED', 'the client was closed')

const numbersByTopic = (input: Partitions): Map<string, Iterable<number>> => {
  if (input instanceof Map) return input
  const out = new Map<string, number[]>()
  for (const [topic, numbers] of Object.entries(input as Record<string, readonly number[]>)) out.set(topic, [...numbers])
  return out
}
