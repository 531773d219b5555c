import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { Input, RequestMessage, ResponseTo } from '../protocol/message.js'
import { addressOf } from '../transport/reasons.js'
import type { Connection } from './connection.js'
import { type DialContext, type Dialled, dial } from './dial.js'
import { describe } from './ends.js'
import { lastVersionOf } from './named-topics.js'
import { parkOf } from './park.js'
import type { AnswerMemory, Attempt } from './pending.js'
import { retire } from './retire.js'
import { orAborted } from './retry.js'
import { suited } from './suited.js'
import { pausesAfterResponse } from './throttle.js'
import { chooseVersion, type VersionRange } from './versions.js'

/** Requests that block at the broker must not hold up others: each purpose has a connection of its own, opened when it is first needed. */
export type Purpose = 'produce' | 'fetch' | 'group' | 'slow' | 'rest'

const byKey = new Map<number, Purpose>([
  [0, 'produce'],
  [1, 'fetch'],
  [78, 'fetch'],
  [11, 'group'],
  [14, 'group'],
  // These carry a timeout that the broker may use up.
  ...([19, 20, 21, 37, 43, 45, 46, 57, 80] as const).map(key => [key, 'slow'] as const),
])
export const purposeOf = (key: number): Purpose => byKey.get(key) ?? 'rest'

/** How a request is to be sent to one broker. Times in ms. */
export interface SendOptions {
  signal?: AbortSignal
  /** Who asks, for hooks. */
  initiator: string
  attempt?: number
  retryOf?: number
  minVersion?: number
  maxVersion?: number
  /** How long the request may make the broker wait. Default: what the request itself says. */
  parkMs?: number
  noResponse?: boolean
  /** A connection of the caller's own, beside those that all share. */
  lane?: string
  /** Told the request's id when it is handed to a connection; not told when none could be opened. */
  onIssued?: (requestId: number, broker: BrokerMetadata) => void
  /** Default: memory of its own for each answer. */
  memory?: AnswerMemory
}

const slotOf = (purpose: Purpose, lane: string | undefined): string => (lane === undefined ? purpose : `${purpose}:${lane}`)

export class Broker {
  /** By purpose and lane. */
  readonly #connections = new Map<string, Connection>()
  readonly #opening = new Map<string, Promise<Connection>>()
  readonly #stop = new AbortController()
  #known = false
  /** The SASL mechanism that it took last. */
  #mechanism: string | undefined

  constructor(
    readonly metadata: BrokerMetadata,
    private readonly context: DialContext,
  ) {}

  get isStopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** What the broker said last; undefined until it was asked. */
  get versions(): ReadonlyMap<number, VersionRange> | undefined {
    return this.context.learnt.get(addressOf(this.metadata))?.versions
  }

  /** The version that a request would use; undefined while no connection was opened. @throws ClientError `UNSUPPORTED_VERSION`. */
  versionOf(message: RequestMessage, pin?: { min?: number; max?: number }): number | undefined {
    return this.#known ? chooseVersion(message, this.versions, this.context.options, pin, describe(this.metadata)) : undefined
  }

  /** Resolves when a connection for such requests is open, so that the broker's versions are known. */
  async open(message: RequestMessage): Promise<void> {
    await this.#connect(purposeOf(message.key))
  }

  async send<M extends RequestMessage>(
    message: M,
    body: Input<M> | ((version: number) => Input<M>),
    options: SendOptions,
  ): Promise<ResponseTo<M>> {
    const slot = slotOf(purposeOf(message.key), options.lane)
    let { retryOf } = options
    for (let isLast = false; ; isLast = true) {
      const open = this.#connections.get(slot)
      // Whoever comes while others wait for the connection goes behind them.
      const isOpen = open && !open.isClosed && !open.isSpent && !this.#opening.has(slot)
      const connection = isOpen ? open : await orAborted(this.#connect(slot), options.signal)
      const attempt = this.#attempt(message, body, { ...options, retryOf })
      options.onIssued?.(attempt.requestId, this.metadata)
      try {
        const answer = await connection.request(message, attempt.body, attempt)
        const throttleMs = (answer as { throttleTimeMs?: number } | undefined)?.throttleTimeMs ?? 0
        if (throttleMs > 0) this.#throttle(connection, attempt.requestId, throttleMs, pausesAfterResponse(message.key, attempt.version))
        return answer
      } catch (error) {
        // The connection had died before: that is no try.
        if (!attempt.isUnsent || isLast) throw error
        retryOf = attempt.requestId
      }
    }
  }

  #attempt<M extends RequestMessage>(message: M, body: Input<M> | ((version: number) => Input<M>), options: SendOptions) {
    const last = typeof body === 'function' ? undefined : lastVersionOf(message.key, body)
    const pin = { min: options.minVersion, max: options.maxVersion ?? last }
    const version = chooseVersion(message, this.versions, this.context.options, pin, describe(this.metadata))
    const filled = suited(message.key, version, typeof body === 'function' ? body(version) : body) as Input<M>
    const parkMs = options.parkMs ?? parkOf(message.key, filled)
    const attempt: Attempt & { body: Input<M> } = {
      body: filled,
      version,
      timeoutMs: parkMs + this.context.options.requestTimeoutOverheadMs,
      parkMs,
      noResponse: options.noResponse,
      signal: options.signal,
      requestId: this.context.nextRequestId(),
      attempt: options.attempt ?? 1,
      retryOf: options.retryOf,
      initiator: options.initiator,
      memory: options.memory,
    }
    return attempt
  }

  #throttle(connection: Connection, requestId: number, throttleMs: number, throttledAfterResponse: boolean): void {
    if (throttledAfterResponse) connection.throttle(throttleMs)
    this.context.env.hooks.onBrokerThrottle?.({
      broker: this.metadata,
      connectionId: connection.id,
      requestId,
      throttleMs,
      throttledAfterResponse,
    })
  }

  #connect(slot: string): Promise<Connection> {
    const opening = this.#opening.get(slot)
    if (opening) return opening
    if (this.isStopped) return Promise.reject(this.#stopped())
    const work = this.#dial(slot)
    this.#opening.set(slot, work)
    // One turn later, when those who waited have gone on: nobody may overtake them.
    const forget = () => queueMicrotask(() => this.#opening.delete(slot))
    work.then(forget, forget)
    return work
  }

  async #dial(slot: string): Promise<Connection> {
    const onClosed = (connection: Connection) => {
      if (this.#connections.get(slot) === connection) this.#connections.delete(slot)
    }
    const { signal } = this.#stop
    const spent = this.#connections.get(slot)
    if (spent?.isSpent) await retire(spent, this.context, signal)
    const dialled: Dialled = await dial(this.context, this.metadata, slot, signal, onClosed, this.#mechanism).catch((error: Error) => {
      throw this.isStopped ? this.#stopped() : error
    })
    if (this.isStopped) {
      dialled.connection.close()
      throw this.#stopped()
    }
    this.#mechanism = dialled.mechanism
    this.#known = true
    if (!dialled.connection.isClosed) this.#connections.set(slot, dialled.connection)
    return dialled.connection
  }

  #stopped(): ClientError {
    return new ClientError('CONNECTION_CLOSED', `${describe(this.metadata)} is no longer part of the cluster, or the client was closed`)
  }

  /** Closes connections that nobody used for `idleMs`. */
  reap(now: number, idleMs: number): void {
    for (const connection of [...this.#connections.values()]) {
      if (connection.isIdle && now - connection.lastUsedAt >= idleMs) connection.close()
    }
  }

  /** Closes the connections that only this lane uses. */
  closeLane(lane: string): void {
    const unwanted = new ClientError('ABORTED', 'whoever asked was closed')
    for (const [slot, connection] of [...this.#connections]) if (slot.endsWith(`:${lane}`)) connection.close(unwanted)
    for (const [slot, work] of this.#opening) {
      if (slot.endsWith(`:${lane}`))
        work.then(
          connection => connection.close(unwanted),
          () => {},
        )
    }
  }

  get hasConnections(): boolean {
    return this.#connections.size > 0 || this.#opening.size > 0
  }

  stop(): void {
    this.#stop.abort()
    for (const connection of [...this.#connections.values()]) connection.close()
    this.#connections.clear()
  }
}
