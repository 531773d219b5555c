import { joined } from '../bytes/writer.js'
import type { Clock, TimerHandle } from '../clock.js'
import { ClientError } from '../error.js'
import type { BrokerMetadata, Hooks } from '../hooks/hooks.js'
import type { Logger } from '../hooks/logger.js'
import { decodeResponse, encodeFrame } from '../protocol/frame.js'
import type { Input, RequestMessage, ResponseTo } from '../protocol/message.js'
import { type ByteStream, TransportError } from '../transport/stream.js'
import { apiVersionsKey, broken, describe, goneAway, hungUp, located, timedOut } from './ends.js'
import { FrameReader } from './frames.js'
import { type Attempt, Pending } from './pending.js'
import { aborted, onAbort, sleep } from './retry.js'
import { withoutValues } from './secrets.js'
import { WireEvents } from './wire-events.js'

export interface ConnectionEnvironment {
  clock: Clock
  hooks: Hooks
  clientId: string
  maxReadBytes: number
  maxWriteBytes: number
  logger: Logger
  /** Whether any broker ever answered more than ApiVersions, which brokers answer to everybody. */
  everAnswered?: boolean
}

/** A login that runs out, and how to renew it on the connection that it is for (KIP-368). */
export interface Session {
  isDue(): boolean
  renew(): Promise<void>
}

type Encode = (correlationId: number) => Uint8Array[]

/** Requests that wait go out in one write, up to so many bytes: a write costs more than they do. */
const gatheredBytes = 16 * 1024
/** Correlation ids that are remembered of requests without an answer. */
const rememberedUnanswered = 1024
/** What a timer can wait, in ms: more overflows its int32 and it would run at once. */
const longestTimer = 0x7fffffff

/**
 * One connection: requests are written one after the other and answered in the same order. What breaks the stream fails the request that it broke
 * on with what happened, and every other request with a retriable error, once.
 */
export class Connection {
  #correlationId = 0
  #queue: Pending[] = []
  /** Requests of a login. */
  #logins: Pending[] = []
  #isRenewing = false
  #inflight: Pending[] = []
  #writing = false
  #closed: Error | undefined
  #everRead = false
  #deadline: TimerHandle | undefined
  #deadlineAt = Number.POSITIVE_INFINITY
  #throttledUntil = 0
  /** When bytes last came, and when a request was last written. */
  #readAt: number
  #wroteAt: number
  /** Ends a pause that the broker asked for. */
  readonly #closing = new AbortController()
  /** acks=0: some brokers (Event Hubs) answer all the same. */
  readonly #unanswered = new Set<number>()
  #everUnanswered = false
  readonly #events: WireEvents
  /** Whether the hooks were told of its opening, so that they must be told of its end. */
  isAnnounced = false
  /** Undefined while nobody logged in, or the login does not run out. */
  session: Session | undefined

  constructor(
    readonly id: number,
    readonly broker: BrokerMetadata,
    private readonly stream: ByteStream,
    private readonly env: ConnectionEnvironment,
    /** Called once, when the connection is of no more use. */
    private readonly onClosed: (connection: Connection) => void,
  ) {
    this.#events = new WireEvents(broker, id, env.hooks, env.clock)
    this.#readAt = this.#wroteAt = env.clock.now()
    void this.#read()
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#inflight.length === 0 && this.#logins.length === 0 && !this.#isRenewing
  }
  /** The login runs out on a connection with requests that are not answered (acks=0): it is not renewed, another connection takes its place. */
  get isSpent(): boolean {
    return this.#everUnanswered && this.session?.isDue() === true
  }
  /** When a request or an answer last moved. */
  get lastUsedAt(): number {
    return Math.max(this.#readAt, this.#wroteAt)
  }

  request<M extends RequestMessage>(message: M, body: Input<M>, attempt: Attempt): Promise<ResponseTo<M>> {
    const frameOf = (it: Input<M>) => (id: number) => encodeFrame(message, attempt.version, id, this.env.clientId, it)
    const shown = withoutValues(message.key, body)
    return this.#issue(message, attempt, frameOf(body), shown && frameOf(shown)) as Promise<ResponseTo<M>>
  }

  /** A login's token as a frame of its own, as after SaslHandshake v0. Gives the broker's. Hooks are told `message` in its place. */
  bare(message: RequestMessage, token: Uint8Array, attempt: Attempt): Promise<Uint8Array> {
    const size = new Uint8Array(4)
    new DataView(size.buffer).setInt32(0, token.length)
    const bare = { ...attempt, isBare: true, decode: (frame: Uint8Array) => frame }
    return this.#issue(message, bare, () => [size, token]) as Promise<Uint8Array>
  }

  /** `shown`: what hooks are given in the place of the frame. */
  #issue(message: RequestMessage, attempt: Attempt, encode: Encode, shown?: Encode): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed)
    return new Promise<unknown>((resolve, reject) => {
      const id = this.#correlationId
      const pending = new Pending(message, attempt, id, encode(id), this.env.clock.now(), resolve, reject, shown?.(id))
      if (pending.bytes > this.env.maxWriteBytes) {
        throw new ClientError(
          'FRAME_TOO_LARGE',
          `${message.name} of ${pending.bytes} bytes is over brokerMaxWriteBytes ${this.env.maxWriteBytes}`,
        )
      }
      if (attempt.signal) this.#watchSignal(pending, attempt.signal)
      this.#correlationId = (this.#correlationId + 1) & 0x7fffffff
      if (attempt.isLogin) this.#logins.push(pending)
      else this.#queue.push(pending)
      this.#wake()
    })
  }

  /** The broker asked for a pause (KIP-219): nothing is written for so long. */
  throttle(ms: number): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, this.env.clock.now() + ms)
  }

  /**
   * Without an error: closed in order, on our side. The error is the culprit's, the oldest request without an answer if not told; it says nothing
   * about the other requests, which may succeed on a new connection.
   */
  close(error?: Error, culprit: Pending | undefined = this.#inflight[0]): void {
    if (this.#closed) return
    const gone = goneAway(this.broker, error)
    this.#closed = gone
    this.#disarm()
    this.#closing.abort()
    this.stream.close(error)
    for (const { attempt } of this.#unsent(error)) attempt.isUnsent = true
    const failed = [...this.#inflight, ...this.#logins, ...this.#queue]
    this.#inflight = []
    this.#logins = []
    this.#queue = []
    this.onClosed(this)
    if (error && !(error instanceof ClientError && error.code === 'ABORTED')) {
      this.env.logger.log('warn', 'a connection failed', { broker: describe(this.broker), api: culprit?.message.api ?? 'none', error })
    }
    for (const pending of failed) this.#fail(pending, pending === culprit && error ? error : gone)
    if (this.isAnnounced) this.env.hooks.onBrokerDisconnect?.({ broker: this.broker, connectionId: this.id, error })
  }

  /** What the broker cannot have seen. Behind a request that it may have, none counts as such: it must not be sent before that one is again. */
  #unsent(error: Error | undefined): Pending[] {
    const [first] = this.#inflight
    if (this.#isRenewing || !(error instanceof ClientError && error.code === 'CONNECTION_CLOSED')) return []
    const isRefused = first?.writtenAt === 0 && error.cause instanceof TransportError && error.cause.code === 'EPIPE'
    return first && !isRefused ? [] : [...this.#inflight, ...this.#queue]
  }

  #fail(pending: Pending, error: Error): void {
    this.#events.ended(pending, error)
    pending.reject(error)
  }

  /** Cancelling a request does not cost the connection: what is not written yet is dropped, a late answer is thrown away. */
  #watchSignal(pending: Pending, signal: AbortSignal): void {
    if (signal.aborted) throw aborted(signal)
    pending.unwatch = onAbort(signal, () => {
      this.#queue = this.#queue.filter(queued => queued !== pending)
      this.#logins = this.#logins.filter(queued => queued !== pending)
      pending.reject(aborted(signal))
    })
  }

  // Writing ----------------------------------------------------------------------------------------------------------------------------------

  #wake(): void {
    if (!this.#writing && (this.#queue.length > 0 || this.#logins.length > 0)) void this.#write()
  }

  /** One writer: a request is on the wire whole before the next begins. */
  async #write(): Promise<void> {
    const { clock } = this.env
    this.#writing = true
    try {
      while (!this.#closed && (this.#queue.length > 0 || this.#logins.length > 0)) {
        const pause = this.#throttledUntil - clock.now()
        if (pause > 0) {
          await sleep(clock, pause, this.#closing.signal)
          continue
        }
        const batch = this.#take()
        if (batch.length === 0) return
        this.#arm()
        await this.stream.write(batch.length === 1 ? batch[0].chunks : [joined(batch.flatMap(({ chunks }) => chunks))])
        for (const pending of batch) if (!this.#closed && pending.writtenAt === 0) this.#written(pending)
      }
    } catch (cause) {
      this.close(broken(this.broker, cause, this.#everRead))
    } finally {
      this.#writing = false
    }
  }

  /** What to write now: the next request, and those behind it that fit into one write. A request without an answer goes alone: its end is its write. */
  #take(): Pending[] {
    const now = this.env.clock.now()
    const batch: Pending[] = []
    let bytes = 0
    for (;;) {
      const pending = this.#next()
      if (!pending) return batch
      pending.writeAt = now
      this.#inflight.push(pending)
      batch.push(pending)
      bytes += pending.bytes
      const after = this.#queue[0]
      if (!after || after.attempt.noResponse || pending.attempt.noResponse || bytes + after.bytes > gatheredBytes) return batch
    }
  }

  /**
   * The request to write now. When the login runs out, requests wait until all that is under way was answered and the login is renewed, and go on
   * in their order; so that a broker whose clock or queue is slow meets none of them too late.
   */
  #next(): Pending | undefined {
    if (this.#logins.length > 0 || this.#isRenewing) return this.#logins.shift()
    if (this.#everUnanswered || !this.session?.isDue()) return this.#queue.shift()
    if (this.#inflight.length === 0) void this.#renew(this.session)
    return this.#logins.shift()
  }

  async #renew(session: Session): Promise<void> {
    this.#isRenewing = true
    try {
      await session.renew()
    } catch (error) {
      this.close(error as Error)
    }
    this.#isRenewing = false
    this.#wake()
  }

  #written(pending: Pending): void {
    pending.writtenAt = this.#wroteAt = this.env.clock.now()
    if (pending.attempt.noResponse) {
      this.#inflight.splice(this.#inflight.indexOf(pending), 1)
      this.#everUnanswered = true
      this.#unanswered.add(pending.correlationId)
      if (this.#unanswered.size > rememberedUnanswered) this.#unanswered.delete(this.#unanswered.values().next().value!)
    }
    this.#events.written(pending)
    if (pending.attempt.noResponse) {
      this.#events.ended(pending)
      pending.resolve(undefined)
    }
    this.#arm()
  }

  // Deadlines --------------------------------------------------------------------------------------------------------------------------------

  /** One timer, on the oldest request: answers come in order, so its time begins when it was written and the answer before it was read. */
  #arm(): void {
    const due = this.#due()
    if (this.#closed || due === undefined) return this.#disarm()
    if (due >= this.#deadlineAt) return
    const { clock } = this.env
    this.#disarm()
    this.#deadlineAt = due
    this.#deadline = clock.setTimeout(
      () => {
        this.#disarm()
        const now = this.#due()
        if (now !== undefined && clock.now() >= now) this.#timedOut()
        else this.#arm()
      },
      Math.min(due - clock.now(), longestTimer),
    )
  }

  #disarm(): void {
    this.env.clock.clearTimeout(this.#deadline)
    this.#deadline = undefined
    this.#deadlineAt = Number.POSITIVE_INFINITY
  }

  #due(): number | undefined {
    const first = this.#inflight[0]
    return first && Math.max(first.writtenAt || first.writeAt, this.#readAt) + first.attempt.timeoutMs
  }

  #timedOut(): void {
    this.close(timedOut(this.broker, this.#inflight[0], this.#everRead))
  }

  // Reading ----------------------------------------------------------------------------------------------------------------------------------

  async #read(): Promise<void> {
    const { clock } = this.env
    const onStart = () => {
      const first = this.#inflight[0]
      if (first) first.readAt = clock.now()
    }
    const minBytes = () => (this.#inflight[0]?.attempt.isBare ? 0 : 4)
    const memory = (bytes: number) => this.#inflight[0]?.attempt.memory?.room(bytes)
    const frames = new FrameReader(this.env.maxReadBytes, onStart, frame => this.#answer(frame), minBytes, memory)
    const take = (chunk: Uint8Array, isOurs?: boolean) => {
      if (this.#closed) return
      this.#everRead = true
      this.#readAt = clock.now()
      try {
        frames.push(chunk, isOurs)
      } catch (cause) {
        this.#unreadable(cause)
      }
    }
    try {
      this.stream.readBy?.({ room: () => frames.room(), take: chunk => take(chunk) })
      for await (const chunk of this.stream.incoming) take(chunk, true)
      this.close(this.isIdle ? undefined : hungUp(this.broker, this.#inflight[0], this.#everRead, this.env.everAnswered))
    } catch (cause) {
      this.#unreadable(cause)
    }
  }

  #unreadable(cause: unknown): void {
    this.close(cause instanceof ClientError ? located(cause, this.broker) : broken(this.broker, cause, this.#everRead))
  }

  #answer(frame: Uint8Array): void {
    if (this.#closed) return
    const pending = this.#inflight[0]
    const got = pending?.attempt.isBare ? pending.correlationId : (frame[0] << 24) | (frame[1] << 16) | (frame[2] << 8) | frame[3]
    if (got !== pending?.correlationId) {
      if (this.#unanswered.delete(got)) return
      const expected = pending ? `${pending.message.name} with correlation id ${pending.correlationId} is next` : 'nothing was asked'
      throw new ClientError('CORRELATION_MISMATCH', `${describe(this.broker)} sent an answer with correlation id ${got}, but ${expected}`)
    }
    // The answer may overtake the transport's word that the request is written.
    if (pending.writtenAt === 0) this.#written(pending)
    if (pending.attempt.noResponse) this.#unanswered.delete(got)
    else if (!this.#closed) this.#settle(pending, frame)
  }

  #settle(pending: Pending, frame: Uint8Array): void {
    const { message, attempt } = pending
    this.#inflight.shift()
    try {
      const body = attempt.decode ? attempt.decode(frame) : decodeResponse(message.response, attempt.version, frame).body
      if (message.key !== apiVersionsKey) this.env.everAnswered = true
      this.#events.ended(pending, undefined, frame)
      pending.resolve(body)
      this.#arm()
      this.#wake()
    } catch (cause) {
      const error = located(cause as Error, this.broker)
      // It is not who was meant, so that what came behind the question goes to who is, at once.
      if (message.key === apiVersionsKey) for (const { attempt } of [...this.#inflight, ...this.#queue]) attempt.isUnsent = true
      this.#events.ended(pending, error, frame)
      pending.reject(error)
      this.close(error, pending)
    }
  }
}
