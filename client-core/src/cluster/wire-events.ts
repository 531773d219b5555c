import { joined, lengthOf } from '../bytes/writer.js'
import type { Clock } from '../clock.js'
import type { BrokerMetadata, FrameView, Hooks, RequestIdentity } from '../hooks/hooks.js'
import type { Pending } from './pending.js'
import { holdsSecret, RedactedFrame } from './secrets.js'

/** Tells the hooks what one connection writes and reads. No event is built where nobody listens. */
export class WireEvents {
  constructor(
    private readonly broker: BrokerMetadata,
    private readonly connectionId: number,
    private readonly hooks: Hooks,
    private readonly clock: Clock,
  ) {}

  /** It reached the socket, or failed to. */
  written(pending: Pending, error?: Error): void {
    const { attempt, message } = pending
    this.hooks.onBrokerWrite?.({
      ...this.#identity(pending),
      ...this.#wrote(pending, error),
      startedAtMs: pending.queuedAt,
      parkMs: attempt.parkMs ?? 0,
      noResponse: attempt.noResponse ?? false,
      error,
      frame: holdsSecret(message.key, 'request') ? new RedactedFrame(pending.bytes - 4) : new WrittenFrame(pending),
    })
  }

  /** It is over: with an answer, which perhaps could not be understood; without one; or it was never written. */
  ended(pending: Pending, error?: Error, answer?: Uint8Array): void {
    const { hooks } = this
    const { writtenAt, readAt } = pending
    if (writtenAt === 0) this.written(pending, error)
    const now = this.clock.now()
    const isRead = writtenAt > 0 && (answer ?? error) !== undefined
    const read = {
      bytesRead: answer ? answer.length + 4 : 0,
      readWaitMs: isRead ? Math.max(0, (answer ? readAt : now) - writtenAt) : 0,
      timeToReadMs: answer ? now - readAt : 0,
    }
    if (isRead) hooks.onBrokerRead?.({ ...this.#identity(pending), ...read, error, frame: answer && readFrame(pending, answer) })
    if (!hooks.onBrokerE2E) return
    const wrote = this.#wrote(pending, writtenAt === 0 ? error : undefined)
    hooks.onBrokerE2E({
      ...this.#identity(pending),
      ...wrote,
      ...read,
      [isRead ? 'readError' : 'writeError']: error,
      durationE2EMs: wrote.timeToWriteMs + read.readWaitMs + read.timeToReadMs,
    })
  }

  #wrote({ bytes, queuedAt, writeWaitMs, timeToWriteMs }: Pending, error: Error | undefined) {
    return error
      ? { bytesWritten: 0, writeWaitMs: this.clock.now() - queuedAt, timeToWriteMs: 0 }
      : { bytesWritten: bytes, writeWaitMs, timeToWriteMs }
  }

  #identity({ attempt, message, correlationId }: Pending): RequestIdentity {
    return {
      broker: this.broker,
      connectionId: this.connectionId,
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

function readFrame({ message, attempt }: Pending, frame: Uint8Array): FrameView {
  if (holdsSecret(message.key, 'response')) return new RedactedFrame(frame.length)
  const take = () => {
    attempt.memory?.keep()
    return frame
  }
  return { byteLength: frame.length, take }
}

/** A written frame, joined and without its size, when somebody takes it. What it holds is not for whoever prints the event. */
class WrittenFrame implements FrameView {
  readonly #chunks: readonly Uint8Array[]
  readonly redacted: true | undefined

  constructor({ shown, chunks }: Pending) {
    this.#chunks = shown ?? chunks
    this.redacted = shown && true
  }
  get byteLength(): number {
    return lengthOf(this.#chunks) - 4
  }
  take(): Uint8Array {
    return joined(this.#chunks).subarray(4)
  }
}
