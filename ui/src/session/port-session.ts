/** The page's end of the port: numbers calls, routes answers, grants credit. It knows no method. */
import type { CallName, Params, Result, StreamCommand, StreamEvent, StreamName, StreamParams, ToPage, ToSession } from './protocol.js'
import type { AskOptions, Session, StreamHandlers, Subscription } from './session.js'
import { SessionError } from './session.js'

/** The part of a MessagePort (or DedicatedWorker) that is used. */
export interface Port {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close?(): void
}

interface Waiting {
  resolve(result: Result<CallName>): void
  reject(error: unknown): void
}

export class PortSession implements Session {
  private ids = 0
  private readonly calls = new Map<number, Waiting>()
  private readonly streams = new Map<number, StreamHandlers<StreamName>>()

  constructor(private readonly port: Port) {
    port.onmessage = event => this.receive(event.data as ToPage)
  }

  call<M extends CallName>(method: M, params: Params<M>, options: AskOptions = {}): Promise<Result<M>> {
    const { signal, view = '' } = options
    return new Promise<Result<M>>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const id = ++this.ids
      const abort = () => {
        if (!this.calls.delete(id)) return
        this.send({ is: 'cancel', id })
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
      const done = () => signal?.removeEventListener('abort', abort)
      this.calls.set(id, {
        resolve: result => {
          done()
          resolve(result as Result<M>)
        },
        reject: error => {
          done()
          reject(error)
        },
      })
      this.send({ is: 'call', id, method, params, origin: { view } })
    })
  }

  subscribe<S extends StreamName>(
    stream: S,
    params: StreamParams<S>,
    handlers: StreamHandlers<S>,
    options: AskOptions = {},
  ): Subscription<S> {
    const id = ++this.ids
    this.streams.set(id, {
      event: event => handlers.event(event as StreamEvent<S>),
      closed: fault => handlers.closed?.(fault),
    })
    this.send({ is: 'subscribe', id, stream, params, origin: { view: options.view ?? '' } })
    return {
      command: (command: StreamCommand<S>) => this.streams.has(id) && this.send({ is: 'command', id, command }),
      close: () => {
        if (this.streams.delete(id)) this.send({ is: 'unsubscribe', id })
      },
    }
  }

  setVisible(visible: boolean): void {
    this.send({ is: 'visible', visible })
  }

  close(): void {
    this.send({ is: 'bye' })
    this.port.onmessage = null
    this.port.close?.()
    for (const call of this.calls.values()) call.reject(new DOMException('The session was closed', 'AbortError'))
    this.calls.clear()
    this.streams.clear()
  }

  private send(message: ToSession): void {
    this.port.postMessage(message)
  }

  private receive(message: ToPage): void {
    switch (message.is) {
      case 'result':
        this.settle(message.id)?.resolve(message.result)
        return
      case 'failed':
        this.settle(message.id)?.reject(new SessionError(message.fault))
        return
      case 'event': {
        const stream = this.streams.get(message.id)
        if (!stream) return
        try {
          stream.event(message.event)
        } finally {
          this.send({ is: 'credit', id: message.id, count: 1 })
        }
        return
      }
      case 'closed': {
        const stream = this.streams.get(message.id)
        this.streams.delete(message.id)
        stream?.closed?.(message.fault)
      }
    }
  }

  private settle(id: number): Waiting | undefined {
    const call = this.calls.get(id)
    this.calls.delete(id)
    return call
  }
}
