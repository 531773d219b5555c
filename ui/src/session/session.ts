/** The page's view of the session. The worker's port and the fake in `testing/` both give it. */
import type { CallName, Fault, Params, Result, StreamCommand, StreamEvent, StreamName, StreamParams } from './protocol.js'

export interface AskOptions {
  /** The view that asks, for Wire's *This page*. */
  view?: string
  /** Aborting lets go of the answer and cancels what has not been sent. */
  signal?: AbortSignal
}

export interface Subscription<S extends StreamName> {
  command(command: StreamCommand<S>): void
  close(): void
}

export interface StreamHandlers<S extends StreamName> {
  event(event: StreamEvent<S>): void
  /** The session ended the stream; never called after `close`. */
  closed?(fault: Fault | null): void
}

export interface Session {
  /** Rejects with a `SessionError`, or an `AbortError` when the signal aborted. */
  call<M extends CallName>(method: M, params: Params<M>, options?: AskOptions): Promise<Result<M>>
  subscribe<S extends StreamName>(stream: S, params: StreamParams<S>, handlers: StreamHandlers<S>, options?: AskOptions): Subscription<S>
  close(): void
}

/** A fault as something that can be thrown. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  constructor(readonly fault: Fault) {
    super(`${fault.what} · ${fault.code}${fault.errno === null ? '' : ` (${fault.errno})`} · ${fault.message}`)
  }
}

/** What was caught, as a fault: errors that are not ours keep their words. */
export function faultOf(error: unknown, what: string): Fault {
  if (error instanceof SessionError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  return { what, code: 'INTERNAL', errno: null, from: 'client', broker: null, message, next: null, retriable: false, requestId: null }
}
