import type { Clock, TimerHandle } from '../clock.js'
import { ClientError } from '../error.js'
import type { BrokerMetadata, FrameView, Hooks, RequestIdentity } from '../hooks/hooks.js'
import { decodeResponse, encodeFrame } from '../protocol/frame.js'
import type { Input, RequestMessage, ResponseTo } from '../protocol/message.js'
import type { ByteStream } from '../transport/stream.js'
import { FrameReader } from './frames.js'
import { aborted, sleep } from './retry.js'

/** How one attempt is to be sent; what its hooks say of it. */
export interface Attempt {
  version: number
  /** For the answer, from the end of the write, in ms. */
  timeoutMs: number
  /** How much of that the broker may spend parking the request. */
  parkMs?: number
  /** acks=0: the broker sends no answer. */
  noResponse?: boolean
  signal?: AbortSignal
  requestId: number
  attempt: number
  retryOf?: number
  initiator: string
}

export interface ConnectionEnvironment {
  clock: Clock
  hooks: Hooks
  clientId: string
  maxReadBytes: number
  maxWriteBytes: number
}

interface Pending {
  readonly message: RequestMessage
  readonly attempt: Attempt
  readonly correlationId: number
  readonly chunks: Uint8Array[]
  readonly bytes: number
  readonly queuedAt: number
  resolve(value: unknown): void
  reject(error: Error): void
  writeAt: number
  writtenAt: number
  readAt: number
  /** The caller is gone: the answer is read and thrown away. */
  abandoned: boolean
}

/**
 * One connection: requests are written one after the other and answered in the same order. What breaks the stream fails every request in flight
 * with a retriable error, once.
 */
export class Connection {
  #correlationId = 0
  #queue: Pending[] = []
  #inflight: Pending[] = []
  #writing = false
  #closed: Error | undefined
  #everRead = false
  #deadline: TimerHandle | undefined
  #throttledUntil = 0
  /** Ends a pause that the broker asked for. */
  readonly #closing = new AbortController()
  /** Correlation ids of acks=0 requests: some brokers (Event Hubs) answer them all the same. */
  readonly #unanswered = new Set<number>()
  /** When a request or an answer last moved. */
  lastUsedAt: number

  constructor(
    readonly id: number,
    readonly broker: BrokerMetadata,
    private readonly stream: ByteStream,
    private readonly env: ConnectionEnvironment,
    /** Called once, when the connection is of no more use. */
    private readonly onClosed: (connection: Connection, error?: Error) => void,
  ) {
    this.lastUsedAt = env.clock.now()
    void this.#read()
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#inflight.length === 0
  }

  request<M extends RequestMessage>(message: M, body: Input<M>, attempt: Attempt): Promise<ResponseTo<M>> {
    if (this.#closed) return Promise.reject(this.#closed)
    return new Promise<unknown>((resolve, reject) => {
      const correlationId = this.#correlationId
      const chunks = encodeFrame(message, attempt.version, correlationId, this.env.clientId, body)
      let bytes = 0
      for (const chunk of chunks) bytes += chunk.length
      if (bytes > this.env.maxWriteBytes) {
        throw new ClientError('FRAME_TOO_LARGE', `${message.name} of ${bytes} bytes is over brokerMaxWriteBytes ${this.env.maxWriteBytes}`)
      }
      this.#correlationId = (correlationId + 1) & 0x7fffffff
      const queuedAt = this.env.clock.now()
      const pending: Pending = {
        message,
        attempt,
        correlationId,
        chunks,
        bytes,
        queuedAt,
        resolve,
        reject,
        writeAt: 0,
        writtenAt: 0,
        readAt: 0,
        abandoned: false,
      }
      if (attempt.signal) this.#watch(pending, attempt.signal)
      this.#queue.push(pending)
      if (!this.#writing) void this.#write()
    }) as Promise<ResponseTo<M>>
  }

  /** The broker asked for a pause (KIP-219): nothing is written for so long. */
  throttle(ms: number): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, this.env.clock.now() + ms)
  }

  /** Without an error: closed in order, on our side. */
  close(error?: Error): void {
    if (this.#closed) return
    const address = describe(this.broker)
    this.#closed = error ?? new ClientError('CONNECTION_CLOSED', `the connection to ${address} was closed`)
    this.env.clock.clearTimeout(this.#deadline)
    this.#closing.abort()
    this.stream.close(error)
    const failed = [...this.#inflight, ...this.#queue]
    this.#inflight = []
    this.#queue = []
    for (const pending of failed) this.#fail(pending, this.#closed)
    this.env.hooks.onBrokerDisconnect?.({ broker: this.broker, connectionId: this.id, error })
    this.onClosed(this, error)
  }

  /** Cancelling a request does not cost the connection: what is not written yet is dropped, a late answer is thrown away. */
  #watch(pending: Pending, signal: AbortSignal): void {
    const { resolve, reject } = pending
    const onAbort = () => {
      pending.abandoned = true
      const queued = this.#queue.indexOf(pending)
      if (queued >= 0) this.#queue.splice(queued, 1)
      reject(aborted(signal))
    }
    if (signal.aborted) throw aborted(signal)
    signal.addEventListener('abort', onAbort, { once: true })
    pending.resolve = value => {
      signal.removeEventListener('abort', onAbort)
      resolve(value)
    }
    pending.reject = error => {
      signal.removeEventListener('abort', onAbort)
      reject(error)
    }
  }

  /** One writer: a request is on the wire whole before the next begins. */
  async #write(): Promise<void> {
    const { clock } = this.env
    this.#writing = true
    try {
      while (this.#queue.length > 0 && !this.#closed) {
        const pause = this.#throttledUntil - clock.now()
        if (pause > 0) {
          await sleep(clock, pause, this.#closing.signal)
          continue
        }
        const pending = this.#queue.shift()!
        pending.writeAt = clock.now()
        this.#inflight.push(pending)
        await this.stream.write(pending.chunks)
        if (this.#closed) return
        this.#written(pending)
      }
    } catch (cause) {
      this.close(broken(this.broker, cause))
    } finally {
      this.#writing = false
    }
  }

  #written(pending: Pending): void {
    pending.writtenAt = this.lastUsedAt = this.env.clock.now()
    this.env.hooks.onBrokerWrite?.({
      ...this.#identity(pending),
      startedAtMs: pending.queuedAt,
      bytesWritten: pending.bytes,
      writeWaitMs: pending.writeAt - pending.queuedAt,
      timeToWriteMs: pending.writtenAt - pending.writeAt,
      parkMs: pending.attempt.parkMs ?? 0,
      noResponse: pending.attempt.noResponse ?? false,
      frame: new WrittenFrame(pending.chunks, pending.bytes),
    })
    if (pending.attempt.noResponse) {
      this.#inflight.splice(this.#inflight.indexOf(pending), 1)
      this.#unanswered.add(pending.correlationId)
      if (this.#unanswered.size > 1024) this.#unanswered.delete(this.#unanswered.values().next().value!)
      this.#e2e(pending, 0)
      pending.resolve(undefined)
    } else this.#watchDeadline()
  }

  /** One timer for the connection, on its oldest answer that is due: answers come in order. */
  #watchDeadline(): void {
    if (this.#deadline !== undefined || this.#closed) return
    const first = this.#inflight[0]
    if (!first || first.writtenAt === 0) return
    const { clock } = this.env
    const due = Math.max(first.writtenAt, this.lastUsedAt) + first.attempt.timeoutMs
    this.#deadline = clock.setTimeout(() => {
      this.#deadline = undefined
      const oldest = this.#inflight[0]
      const since = Math.max(oldest?.writtenAt ?? 0, this.lastUsedAt)
      if (oldest && oldest.writtenAt > 0 && clock.now() >= since + oldest.attempt.timeoutMs) this.#timedOut(oldest)
      else this.#watchDeadline()
    }, due - clock.now())
  }

  #timedOut(pending: Pending): void {
    const what = `no answer to ${pending.message.name} from ${describe(this.broker)} within ${pending.attempt.timeoutMs} ms`
    this.close(new ClientError('REQUEST_TIMEOUT', `${what}: the broker hangs, or the way to it does`))
  }

  async #read(): Promise<void> {
    const { clock } = this.env
    const frames = new FrameReader(
      this.env.maxReadBytes,
      () => {
        const first = this.#inflight[0]
        if (first) first.readAt = clock.now()
      },
      frame => this.#answer(frame),
    )
    try {
      for await (const chunk of this.stream.incoming) {
        if (this.#closed) return
        this.#everRead = true
        this.lastUsedAt = clock.now()
        frames.push(chunk)
      }
      this.close(this.#ended())
    } catch (cause) {
      this.close(cause instanceof ClientError ? located(cause, this.broker) : broken(this.broker, cause))
    }
  }

  #ended(): Error | undefined {
    if (this.isIdle) return undefined
    const address = describe(this.broker)
    if (this.#everRead) return new ClientError('CONNECTION_CLOSED', `${address} closed the connection before it answered`)
    return new ClientError(
      'FIRST_READ_EOF',
      `${address} closed the connection without a single byte: the port may want TLS or SASL, or the broker may be older than 0.10`,
    )
  }

  #answer(frame: Uint8Array): void {
    const pending = this.#inflight[0]
    const got = (frame[0] << 24) | (frame[1] << 16) | (frame[2] << 8) | frame[3]
    if (!pending || got !== pending.correlationId) {
      if (this.#unanswered.delete(got)) return
      const expected = pending ? `${pending.message.name} with correlation id ${pending.correlationId} is next` : 'nothing was asked'
      throw new ClientError('CORRELATION_MISMATCH', `${describe(this.broker)} sent an answer with correlation id ${got}, but ${expected}`)
    }
    this.#inflight.shift()
    this.env.clock.clearTimeout(this.#deadline)
    this.#deadline = undefined
    let body: unknown
    try {
      body = decodeResponse(pending.message.response, pending.attempt.version, frame).body
    } catch (cause) {
      const error = located(cause as Error, this.broker)
      this.#report(pending, frame, error)
      pending.reject(error)
      throw error
    }
    this.#report(pending, frame)
    if (!pending.abandoned) pending.resolve(body)
    this.#watchDeadline()
  }

  #report(pending: Pending, frame: Uint8Array, error?: Error): void {
    const now = this.env.clock.now()
    const { hooks } = this.env
    hooks.onBrokerRead?.({
      ...this.#identity(pending),
      bytesRead: frame.length + 4,
      readWaitMs: Math.max(0, pending.readAt - pending.writtenAt),
      timeToReadMs: now - pending.readAt,
      error,
      frame: { byteLength: frame.length, take: () => frame },
    })
    this.#e2e(pending, frame.length + 4, now, error)
  }

  #e2e(pending: Pending, bytesRead: number, now = this.env.clock.now(), readError?: Error): void {
    const { hooks } = this.env
    if (!hooks.onBrokerE2E) return
    const writeWaitMs = pending.writeAt - pending.queuedAt
    const timeToWriteMs = pending.writtenAt - pending.writeAt
    const readWaitMs = pending.readAt ? Math.max(0, pending.readAt - pending.writtenAt) : 0
    const timeToReadMs = pending.readAt ? now - pending.readAt : 0
    hooks.onBrokerE2E({
      ...this.#identity(pending),
      bytesWritten: pending.bytes,
      bytesRead,
      writeWaitMs,
      timeToWriteMs,
      readWaitMs,
      timeToReadMs,
      readError,
      durationE2EMs: timeToWriteMs + readWaitMs + timeToReadMs,
    })
  }

  #fail(pending: Pending, error: Error): void {
    const { hooks, clock } = this.env
    const now = clock.now()
    if (pending.writtenAt > 0) {
      hooks.onBrokerRead?.({ ...this.#identity(pending), bytesRead: 0, readWaitMs: now - pending.writtenAt, timeToReadMs: 0, error })
      this.#e2e(pending, 0, now, error)
    } else {
      hooks.onBrokerWrite?.({
        ...this.#identity(pending),
        startedAtMs: pending.queuedAt,
        bytesWritten: 0,
        writeWaitMs: now - pending.queuedAt,
        timeToWriteMs: 0,
        parkMs: pending.attempt.parkMs ?? 0,
        noResponse: pending.attempt.noResponse ?? false,
        error,
        frame: new WrittenFrame(pending.chunks, pending.bytes),
      })
    }
    if (!pending.abandoned) pending.reject(error)
  }

  #identity(pending: Pending): RequestIdentity {
    const { attempt, message, correlationId } = pending
    return {
      broker: this.broker,
      connectionId: this.id,
      requestId: attempt.requestId,
      correlationId,
      apiKey: message.key,
      apiVersion: attempt.version,
      attempt: attempt.attempt,
      retryOf: attempt.retryOf,
      initiator: attempt.initiator,
    }
  }
}

/** A written frame, joined and without its size, when somebody takes it. */
class WrittenFrame implements FrameView {
  constructor(
    private readonly chunks: readonly Uint8Array[],
    private readonly bytes: number,
  ) {}
  get byteLength(): number {
    return this.bytes - 4
  }
  take(): Uint8Array {
    const out = new Uint8Array(this.bytes)
    let p = 0
    for (const chunk of this.chunks) {
      out.set(chunk, p)
      p += chunk.length
    }
    return out.subarray(4)
  }
}

export const describe = (broker: BrokerMetadata): string =>
  broker.nodeId >= 0 ? `broker ${broker.nodeId} (${broker.host}:${broker.port})` : `${broker.host}:${broker.port}`

function broken(broker: BrokerMetadata, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClientError('CONNECTION_CLOSED', `the connection to ${describe(broker)} broke: ${why}`, { cause })
}

const located = (error: Error, broker: BrokerMetadata): Error =>
  error instanceof ClientError && !error.message.includes(describe(broker))
    ? new ClientError(error.code, `${describe(broker)}: ${error.message}`, { cause: error.cause ?? error })
    : error
