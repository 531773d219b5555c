import type { Clock } from '../clock.js'
import type { BrokerMetadata, FrameView, Hooks, RequestIdentity } from '../hooks/hooks.js'
import { joined, lengthOf, type Pending } from './pending.js'
import { holdsSecret, RedactedFrame } from './secrets.js'

/** Tells the hooks what one connection writes and reads. No event is built where nobody listens. */
export class WireEvents {
  constructor(
    private readonly broker: BrokerMetadata,
    private readonly connectionId: number,
    private readonly hooks: Hooks,
    private readonly clock: Clock,
  ) {}

  written(pending: Pending, error?: Error): void {
    const { attempt } = pending
    this.hooks.onBrokerWrite?.({
      ...this.#identity(pending),
      startedAtMs: pending.queuedAt,
      bytesWritten: error ? 0 : pending.bytes,
      writeWaitMs: error ? this.clock.now() - pending.queuedAt : pending.writeWaitMs,
      timeToWriteMs: error ? 0 : pending.timeToWriteMs,
      parkMs: attempt.parkMs ?? 0,
      noResponse: attempt.noResponse ?? false,
      error,
      frame: holdsSecret(pending.message.key, 'request')
        ? new RedactedFrame(pending.bytes - 4)
        : new WrittenFrame(pending.shown ?? pending.chunks, pending.shown && true),
    })
  }

  /** An answer came, whole. `error`: it could not be understood. */
  read(pending: Pending, frame: Uint8Array, error?: Error): void {
    const now = this.clock.now()
    this.hooks.onBrokerRead?.({
      ...this.#identity(pending),
      bytesRead: frame.length + 4,
      readWaitMs: readWait(pending),
      timeToReadMs: now - pending.readAt,
      error,
      frame: holdsSecret(pending.message.key, 'response')
        ? new RedactedFrame(frame.length)
        : { byteLength: frame.length, take: () => frame },
    })
    this.ended(pending, {
      bytesRead: frame.length + 4,
      readWaitMs: readWait(pending),
      timeToReadMs: now - pending.readAt,
      readError: error,
    })
  }

  /** No answer will come any more. */
  lost(pending: Pending, error: Error): void {
    if (pending.writtenAt === 0) {
      this.written(pending, error)
      this.#e2e(pending, { bytesWritten: 0, writeWaitMs: this.clock.now() - pending.queuedAt, timeToWriteMs: 0, writeError: error })
      return
    }
    const readWaitMs = this.clock.now() - pending.writtenAt
    this.hooks.onBrokerRead?.({ ...this.#identity(pending), bytesRead: 0, readWaitMs, timeToReadMs: 0, error })
    this.ended(pending, { readWaitMs, readError: error })
  }

  /** The request is over, from the first byte to the last. */
  ended(pending: Pending, outcome: Outcome): void {
    const { bytes: bytesWritten, writeWaitMs, timeToWriteMs } = pending
    this.#e2e(pending, { bytesWritten, writeWaitMs, timeToWriteMs, ...outcome })
  }

  #e2e(pending: Pending, outcome: Outcome & { bytesWritten: number; writeWaitMs: number; timeToWriteMs: number }): void {
    if (!this.hooks.onBrokerE2E) return
    const { readWaitMs = 0, timeToReadMs = 0, bytesRead = 0 } = outcome
    this.hooks.onBrokerE2E({
      ...this.#identity(pending),
      ...outcome,
      bytesRead,
      readWaitMs,
      timeToReadMs,
      durationE2EMs: outcome.timeToWriteMs + readWaitMs + timeToReadMs,
    })
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

interface Outcome {
  bytesRead?: number
  readWaitMs?: number
  timeToReadMs?: number
  writeError?: Error
  readError?: Error
}

const readWait = (pending: Pending): number => Math.max(0, pending.readAt - pending.writtenAt)

/** A written frame, joined and without its size, when somebody takes it. */
class WrittenFrame implements FrameView {
  constructor(
    private readonly chunks: readonly Uint8Array[],
    readonly redacted?: true,
  ) {}
  get byteLength(): number {
    return lengthOf(this.chunks) - 4
  }
  take(): Uint8Array {
    return joined(this.chunks).subarray(4)
  }
}
