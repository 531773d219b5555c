/** The session's end of a page's port: one handler per method, each with an abort signal that ends when the page lets go. */
import type { Port } from './port-session.js'
import {
  type CallName,
  type Fault,
  type Origin,
  type Params,
  type Result,
  STREAM_CREDIT,
  type StreamCommand,
  type StreamEvent,
  type StreamName,
  type StreamParams,
  type ToPage,
  type ToSession,
} from './protocol.js'

export interface CallContext {
  origin: Origin
  signal: AbortSignal
}

/** What a stream's handler holds. The signal aborts when the page unsubscribes or goes away. */
export interface StreamContext<S extends StreamName> extends CallContext {
  /** Sends an event and takes one credit; sending without credit still sends, so await `ready` first where events can pile up. */
  send(event: StreamEvent<S>): void
  /** Resolves when there is credit; rejects with the abort reason when the page let go. */
  ready(): Promise<void>
  /** Called with each command of the page. */
  onCommand: ((command: StreamCommand<S>) => void) | null
}

export type CallHandlers = { [M in CallName]: (params: Params<M>, context: CallContext) => Promise<Result<M>> }
/** A stream ends when its handler's promise settles. */
export type StreamHandlersOf = { [S in StreamName]: (params: StreamParams<S>, context: StreamContext<S>) => Promise<void> }

export interface SessionHandlers {
  calls: CallHandlers
  streams: StreamHandlersOf
  /** Puts what was thrown in the page's words. */
  fault(error: unknown, what: string): Fault
  visible?(visible: boolean): void
}

interface OpenStream {
  abort: AbortController
  credit: number
  wake: (() => void)[]
  context: StreamContext<StreamName>
}

/** Serves one page; `onBye` runs once, when the page goes away. */
export function servePort(port: Port, handlers: SessionHandlers, onBye?: () => void): void {
  const calls = new Map<number, AbortController>()
  const streams = new Map<number, OpenStream>()
  const send = (message: ToPage) => port.postMessage(message)

  async function answer(message: Extract<ToSession, { is: 'call' }>): Promise<void> {
    const { id, method, params, origin } = message
    const abort = new AbortController()
    calls.set(id, abort)
    try {
      const handler = handlers.calls[method] as (params: Params<CallName>, context: CallContext) => Promise<Result<CallName>>
      const result = await handler(params, { origin, signal: abort.signal })
      if (calls.has(id)) send({ is: 'result', id, result })
    } catch (error) {
      if (calls.has(id)) send({ is: 'failed', id, fault: handlers.fault(error, `No answer to ${method}`) })
    } finally {
      calls.delete(id)
    }
  }

  async function stream(message: Extract<ToSession, { is: 'subscribe' }>): Promise<void> {
    const { id, stream: name, params, origin } = message
    const open = openStream(event => send({ is: 'event', id, event }), origin)
    streams.set(id, open)
    let fault: Fault | null = null
    try {
      const handler = handlers.streams[name] as (params: StreamParams<StreamName>, context: StreamContext<StreamName>) => Promise<void>
      await handler(params, open.context)
    } catch (error) {
      fault = handlers.fault(error, `${name} stopped`)
    }
    if (streams.delete(id)) send({ is: 'closed', id, fault })
  }

  function letGo(): void {
    for (const abort of calls.values()) abort.abort()
    for (const open of streams.values()) end(open)
    calls.clear()
    streams.clear()
  }

  port.onmessage = event => {
    const message = event.data as ToSession
    switch (message.is) {
      case 'call':
        return void answer(message)
      case 'cancel': {
        const abort = calls.get(message.id)
        calls.delete(message.id)
        return abort?.abort()
      }
      case 'subscribe':
        return void stream(message)
      case 'credit': {
        const open = streams.get(message.id)
        return open && grant(open, message.count)
      }
      case 'command':
        return streams.get(message.id)?.context.onCommand?.(message.command)
      case 'unsubscribe': {
        const open = streams.get(message.id)
        streams.delete(message.id)
        return open && end(open)
      }
      case 'visible':
        return handlers.visible?.(message.visible)
      case 'bye':
        letGo()
        onBye?.()
    }
  }
}

function openStream(post: (event: StreamEvent<StreamName>) => void, origin: Origin): OpenStream {
  const abort = new AbortController()
  const open: OpenStream = {
    abort,
    credit: STREAM_CREDIT,
    wake: [],
    context: {
      origin,
      signal: abort.signal,
      onCommand: null,
      send: event => {
        if (abort.signal.aborted) return
        open.credit--
        post(event)
      },
      ready: () => {
        if (abort.signal.aborted) return Promise.reject(abort.signal.reason)
        if (open.credit > 0) return Promise.resolve()
        return new Promise<void>((resolve, reject) =>
          open.wake.push(() => (abort.signal.aborted ? reject(abort.signal.reason) : resolve())),
        )
      },
    },
  }
  return open
}

function grant(open: OpenStream, count: number): void {
  open.credit += count
  if (open.credit > 0) wakeAll(open)
}

function end(open: OpenStream): void {
  open.abort.abort()
  wakeAll(open)
}

function wakeAll(open: OpenStream): void {
  for (const wake of open.wake.splice(0)) wake()
}
