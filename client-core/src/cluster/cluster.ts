import type { Clock } from '../clock.js'
import { ClientError } from '../error.js'
import { fanOut } from '../hooks/fan-out.js'
import type { BrokerMetadata, Hooks } from '../hooks/hooks.js'
import { guarded, type Logger } from '../hooks/logger.js'
import { MetadataRequest, type MetadataResponse } from '../protocol/api/metadata.js'
import { KafkaError } from '../protocol/errors.js'
import type { Input, RequestMessage, ResponseTo } from '../protocol/message.js'
import { inRealTime } from '../real-time.js'
import { AuthenticationError } from './authentication-error.js'
import type { Broker, SendOptions } from './broker.js'
import { CoordinatorCache, type CoordinatorType } from './coordinators.js'
import type { DialContext } from './dial.js'
import { leaderOf, MetadataCache } from './metadata.js'
import { MetadataLoop } from './metadata-loop.js'
import type { ResolvedConnectionOptions } from './options.js'
import { Reaper } from './reaper.js'
import { BrokerRegistry } from './registry.js'
import { closedError, Retries } from './retries.js'
import { isRetriable, orAborted } from './retry.js'
import { isUnreachable, noneOf } from './unreachable.js'

export { isUnreachable } from './unreachable.js'

/** Where a request goes. It is resolved anew for every try. */
export type Target = 'any' | 'controller' | { broker: number } | { coordinator: CoordinatorType; key: string }

export interface CallOptions extends SendOptions {
  /** Throws what in an answer calls for another try, elsewhere or later. */
  check?(answer: unknown): void
}

/** Asks for metadata about what a role works with, and hears what came. */
export interface MetadataInterest {
  /**
   * Topics to keep fresh. One that was found keeps its id until nobody names it any more or it is purged; one that a list of all topics lacks is kept, with an error.
   */
  topics(): Iterable<string>
  /** Whether all topics of the cluster are to be read, as for regular expressions; what there is then is in `metadata.topics`. Default: no. */
  readsAll?(): boolean
  /**
   * For who reads all: topics that it named and that are not in the list of all any more, `considerMissingTopicDeletedAfterMs` after their discovery.
   * They are forgotten once nobody names them. Comes before `onMetadata`.
   */
  onDeleted?(topics: readonly string[]): void
  /** After every try to load; `error` when the try failed. */
  onMetadata(error?: unknown): void
}

/**
 * The cluster as a client knows it: brokers, metadata, coordinators, and requests that find their way and try again. Producer, consumer and admin
 * are functions of it.
 */
export class Cluster {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly metadata: MetadataCache
  readonly brokers: BrokerRegistry
  readonly coordinators: CoordinatorCache
  readonly retries: Retries
  clusterId: string | null = null
  controllerId = -1
  readonly #loop: MetadataLoop
  /** With the topics that each one named last. */
  readonly #interests = new Map<MetadataInterest, ReadonlySet<string>>()
  readonly #closing = new AbortController()
  #isClosed = false
  readonly #reaper: Reaper
  #connectionIds = 0
  #requestIds = 0

  constructor(readonly options: ResolvedConnectionOptions) {
    this.clock = options.clock
    this.logger = guarded(options.logger)
    this.hooks = fanOut(options.hooks, this.logger)
    this.retries = new Retries({ ...options, logger: this.logger }, this.#closing.signal)
    this.#reaper = new Reaper(this.clock, options.connIdleTimeoutMs, () => this.brokers)
    const context: DialContext = {
      options,
      env: {
        clock: this.clock,
        hooks: this.hooks,
        clientId: options.clientId,
        maxReadBytes: options.brokerMaxReadBytes,
        maxWriteBytes: options.brokerMaxWriteBytes,
        logger: this.logger,
      },
      learnt: new Map(),
      clusterId: () => this.clusterId,
      nextConnectionId: () => {
        this.#reaper.watch()
        return ++this.#connectionIds
      },
      nextRequestId: () => ++this.#requestIds,
    }
    this.metadata = new MetadataCache(name => this.#isHeld(name), options.considerMissingTopicDeletedAfterMs)
    this.brokers = new BrokerRegistry(context, options.seedBrokers)
    this.coordinators = new CoordinatorCache(async (type, key) => {
      const { findCoordinator } = await inRealTime(import('./find-coordinator.js'))
      return findCoordinator(this, type, key, KafkaError)
    })
    this.#loop = new MetadataLoop({
      clock: this.clock,
      minAgeMs: options.metadataMinAgeMs,
      maxAgeMs: options.metadataMaxAgeMs,
      backoffMs: (failures, error) => (error instanceof AuthenticationError ? options.metadataMinAgeMs : this.retries.pauseAfter(failures)),
      load: () => this.#loadInterests(),
      isWanted: () => this.#interests.size > 0,
      onDone: error => {
        for (const interest of [...this.#interests.keys()]) interest.onMetadata(error)
      },
    })
  }

  /** A field of its own: every record asks, and a signal's state costs two calls into the platform. */
  get isClosed(): boolean {
    return this.#isClosed
  }
  /** Aborts when the client closes. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#loop.stop()
    this.#reaper.stop()
    this.#closing.abort(closedError())
    this.brokers.stop()
  }

  // Requests ---------------------------------------------------------------------------------------------------------------------------------

  /** Sends, and tries again while that may help: another broker at once where any will do, otherwise after a pause. */
  call<M extends RequestMessage>(
    target: Target,
    message: M,
    body: Input<M> | ((version: number) => Input<M>),
    options: CallOptions,
  ): Promise<ResponseTo<M>> {
    const { signal } = options
    let retryOf: number | undefined
    const onIssued = (requestId: number, broker: BrokerMetadata) => {
      retryOf = requestId
      options.onIssued?.(requestId, broker)
    }
    const work = async (attempt: number) => {
      const brokers = await orAborted(this.#resolve(target), signal)
      return this.#askInTurn(target, brokers, message, body, () => ({ ...options, attempt, retryOf, onIssued }))
    }
    // A broker that was named and is not there is not waited for.
    const isNamed = typeof target === 'object' && 'broker' in target
    return this.retries.run(message.key, signal, work, error => isRetriable(error) && !(isNamed && isUnknownBroker(error)))
  }

  /** Sends once, to the first broker that the target means. */
  async callOnce<M extends RequestMessage>(
    target: Target,
    message: M,
    body: Input<M> | ((version: number) => Input<M>),
    options: CallOptions,
  ): Promise<ResponseTo<M>> {
    this.retries.throwIfOver(options.signal)
    try {
      const [broker] = await orAborted(this.#resolve(target), options.signal)
      return await this.#askInTurn(target, [broker], message, body, () => options)
    } catch (error) {
      this.retries.throwIfOver(undefined)
      throw error
    }
  }

  /** Asks each broker once, in turn, until one answers. */
  async ping(signal: AbortSignal | undefined): Promise<void> {
    const failures: Error[] = []
    for (const broker of this.brokers.candidates()) {
      this.retries.throwIfOver(signal)
      try {
        const answer = await broker.send(MetadataRequest, metadataBody([], false), { signal, initiator: 'ping' })
        return this.takeMetadata(answer, false)
      } catch (error) {
        this.retries.throwIfOver(signal)
        if (error instanceof AuthenticationError) throw error
        failures.push(error as Error)
      }
    }
    throw noneOf(failures)
  }

  /** A broker that could not be asked is no reason to wait when another can. */
  async #askInTurn<M extends RequestMessage>(
    target: Target,
    brokers: readonly Broker[],
    message: M,
    body: Input<M> | ((version: number) => Input<M>),
    optionsOf: () => CallOptions,
  ): Promise<ResponseTo<M>> {
    const failures: Error[] = []
    for (const broker of brokers) {
      const options = optionsOf()
      let isIssued = false
      const onIssued = (requestId: number, to: BrokerMetadata) => {
        isIssued = true
        options.onIssued?.(requestId, to)
      }
      try {
        const answer = await broker.send(message, body, { ...options, onIssued })
        options.check?.(answer)
        return answer
      } catch (error) {
        this.learn(error, target, broker)
        // The same login would be refused by the others too, and count against the account.
        const isFinal = (isIssued && !isUnreachable(error)) || error instanceof AuthenticationError
        if (isFinal || options.signal?.aborted || this.isClosed) throw error
        failures.push(error as Error)
      }
    }
    throw noneOf(failures)
  }

  async #resolve(target: Target): Promise<readonly Broker[]> {
    if (target === 'any') return this.brokers.candidates()
    if (target === 'controller') {
      if (!this.brokers.byId(this.controllerId)) await this.loadMetadata([], { initiator: 'routing' })
      // A KRaft broker forwards to the controller, so any broker will do when nobody says who it is.
      const controller = this.brokers.byId(this.controllerId)
      return controller ? [controller] : this.brokers.candidates()
    }
    if ('broker' in target) return [await this.#named(target.broker)]
    const nodeId = await this.coordinators.find(target.coordinator, target.key)
    try {
      return [await this.#named(nodeId)]
    } catch (error) {
      if (isUnknownBroker(error)) this.coordinators.forget(target.coordinator, target.key)
      throw error
    }
  }

  async #named(nodeId: number): Promise<Broker> {
    if (!this.brokers.byId(nodeId)) await this.refreshMetadata()
    const broker = this.brokers.byId(nodeId)
    if (broker) return broker
    throw new ClientError('UNKNOWN_BROKER', `broker ${nodeId} is not part of the cluster, which has ${this.#brokerList()}`)
  }

  #brokerList(): string {
    return this.brokers.discovered.map(b => b.metadata.nodeId).join(', ') || 'no known broker'
  }

  /** What an error says about who coordinates or controls. */
  learn(error: unknown, target: Target, broker?: Broker): void {
    const moved = error instanceof KafkaError && movedCodes.has(error.code)
    const gone = isUnreachable(error)
    if (!moved && !gone) return
    if (typeof target === 'object' && 'coordinator' in target) this.coordinators.forget(target.coordinator, target.key)
    if (target === 'controller') this.controllerId = -1
    if (!gone || !broker) return
    const { nodeId } = broker.metadata
    this.coordinators.forgetNode(nodeId)
    if (nodeId >= 0) this.refreshUrgently()
  }

  // Metadata ---------------------------------------------------------------------------------------------------------------------------------

  /** Keeps the interest's topics fresh until the returned function is called. */
  watch(interest: MetadataInterest): () => void {
    this.#interests.set(interest, new Set())
    return () => this.#interests.delete(interest)
  }
  /** Forgets topics that no role works with any more: what is heard of them next is believed, whatever it is. */
  purge(topics: readonly string[]): void {
    for (const [interest, named] of this.#interests)
      if (topics.some(topic => named.has(topic))) this.#interests.set(interest, new Set(interest.topics()))
    for (const topic of topics) if (!this.#isHeld(topic)) this.metadata.forget(topic)
  }
  #isHeld(topic: string): boolean {
    for (const named of this.#interests.values()) if (named.has(topic)) return true
    return false
  }
  refreshSoon(): void {
    this.#loop.soon()
  }
  /** Something in use is known to be stale. */
  refreshUrgently(): void {
    this.#loop.urgently()
  }
  /** Resolves after metadata was read anew; rejects when that failed. */
  refreshMetadata(): Promise<void> {
    return this.#loop.now()
  }

  /** Returns whether all that roles work with is settled. */
  async #loadInterests(): Promise<boolean> {
    const named = new Set<string>()
    let all = false
    for (const interest of this.#interests.keys()) {
      all ||= interest.readsAll?.() ?? false
      const topics = new Set(interest.topics())
      this.#interests.set(interest, topics)
      for (const topic of topics) named.add(topic)
    }
    const options = { initiator: 'metadata' }
    await this.loadMetadata(all ? null : [...named], options)
    // Asking for all topics makes none.
    const missing = [...named].filter(topic => !this.metadata.topic(topic))
    if (all && this.options.allowAutoTopicCreation && missing.length > 0) await this.loadMetadata(missing, options)
    return [...named].every(topic => this.metadata.isSettled(topic))
  }

  /** Who leads the partition now; -1: nobody does, or it is not known. */
  leaderOf(topic: string, partition: number): number {
    return leaderOf(this.metadata.topic(topic)?.partitions[partition])
  }

  /** Reads metadata of some topics, or of all with null, and takes it over. */
  async loadMetadata(topics: readonly string[] | null, options: CallOptions): Promise<MetadataResponse> {
    const body = metadataBody(topics, this.options.allowAutoTopicCreation)
    const answer = await this.call('any', MetadataRequest, body, { check: refuseMetadata, ...options })
    this.takeMetadata(answer, topics === null)
    return answer
  }

  /** Every good Metadata answer feeds the caches, whoever asked for it. */
  takeMetadata(answer: MetadataResponse, all: boolean): void {
    if (answer.errorCode !== 0 || this.isClosed) return
    this.brokers.merge(answer.brokers.map(toBroker), true)
    this.clusterId = answer.clusterId ?? this.clusterId
    this.controllerId = answer.controllerId
    const deleted = this.metadata.merge(answer, this.clock.now(), all)
    for (const [interest, named] of [...this.#interests]) {
      const own = interest.readsAll?.() ? deleted.filter(topic => named.has(topic)) : []
      if (own.length > 0) interest.onDeleted?.(own)
    }
    if (deleted.length > 0) this.purge(deleted)
  }
}

/** Nodes that no longer coordinate or control say so with these. */
const movedCodes = new Set(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_CONTROLLER'])

const toBroker = (b: { nodeId: number; host: string; port: number; rack: string | null }): BrokerMetadata => ({
  nodeId: b.nodeId,
  host: b.host,
  port: b.port,
  rack: b.rack ?? undefined,
})

/** Before v4 brokers alone decide whether asking creates a topic. */
const metadataBody = (topics: readonly string[] | null, mayCreate: boolean) => (version: number) => ({
  topics: topics === null ? (version === 0 ? [] : null) : topics.map(name => ({ name })),
  allowAutoTopicCreation: version < 4 || mayCreate,
})

function refuseMetadata(answer: unknown): void {
  const { errorCode } = answer as MetadataResponse
  if (errorCode !== 0) throw new KafkaError(errorCode, 'Metadata was refused')
}

const isUnknownBroker = (error: unknown): boolean => error instanceof ClientError && error.code === 'UNKNOWN_BROKER'
