import { Inbox } from './inbox.js'
import { explain } from './reasons.js'
import { type ByteStream, type StreamTarget, TransportError } from './stream.js'
import { closeError, HIGH_WATER, MAX_CLIENT_MESSAGE, parseServerMessage } from './tunnel.js'
import { type BridgeAccess, whyBroken } from './websocket-probe.js'

/** What is used of a WebSocket. The platform's fits, and so does that of the `ws` package. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  /** 1 is open. */
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer> | string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
}

/** How often a full socket is looked at again: a WebSocket has no event for it. */
const TICK_MS = 4
/** After an `error` a `close` follows at once, except for a socket that a Content-Security-Policy blocked: that one never closes. */
const CLOSE_AFTER_ERROR_MS = 250
const OPEN = 1

interface Write {
  /** Messages that are not sent yet. */
  messages: Iterator<Uint8Array<ArrayBuffer>, undefined>
  resolve(): void
  reject(error: Error): void
}

/** One tunnel: a WebSocket whose bytes are those of a broker's connection. */
export class TunnelStream implements ByteStream {
  readonly incoming = new Inbox()
  /** Resolves when the bridge has the broker's connection; rejects when it could not get it. */
  readonly opened: Promise<void>
  #opening: { resolve(): void; reject(error: Error): void } | undefined
  #peer: string | undefined
  #writes: Write[] = []
  #pumping = false
  #scratch: Uint8Array<ArrayBuffer> | undefined
  #refusal: Error | undefined
  #closed = false
  /** The socket is gone and the cause is being looked for. */
  #probing = false

  constructor(
    private readonly socket: WebSocketLike,
    private readonly bridge: BridgeAccess,
    private readonly target: StreamTarget,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
    })
    socket.binaryType = 'arraybuffer'
    // Without a token the bridge would wait for one; this way it says at once that there is none.
    if (!bridge.token) socket.addEventListener('open', () => socket.send(JSON.stringify({ t: 'auth', token: '' })))
    socket.addEventListener('message', event => this.#message(event.data))
    socket.addEventListener('close', event => this.#gone(event.code, event.reason))
    socket.addEventListener('error', () => void setTimeout(() => this.#gone(1006, ''), CLOSE_AFTER_ERROR_MS))
  }

  get peer(): string | undefined {
    return this.#peer
  }

  write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#refusal) return Promise.reject(this.#refusal)
    return new Promise((resolve, reject) => {
      this.#writes.push({ messages: this.#messages(chunks), resolve, reject })
      if (!this.#pumping) void this.#pump()
    })
  }

  close(reason?: Error): void {
    if (this.#closed) return
    this.#closed = true
    // As on TCP, what was written leaves before the end; a write that waited is told that nobody knows whether it arrived.
    if (!this.#refusal && !this.#probing)
      for (const write of this.#writes) for (const message of rest(write.messages)) this.socket.send(message)
    this.incoming.discard(reason)
    this.#over(reason ?? explain('CLOSED', this.target))
    this.socket.close(1000)
  }

  #message(data: unknown): void {
    if (this.#refusal) return
    if (typeof data === 'string') this.#control(data)
    else if (this.#opening || !(data instanceof ArrayBuffer)) this.#fail(unexpected('bytes came before the connection was open'))
    else this.incoming.push(new Uint8Array(data))
  }

  #control(text: string): void {
    const message = parseServerMessage(text)
    if (!message) this.#fail(unexpected('a control message could not be read'))
    else if (message.t === 'err') this.#fail(new TransportError(message.code, message.msg, message.retry))
    else if (message.t === 'open' && this.#opening) {
      this.#peer = message.peer
      this.#opening.resolve()
      this.#opening = undefined
    }
    // `goaway` is followed by a close that says the same; a message of a later revision is none of ours.
  }

  /** The socket closed or failed. 1006 tells nothing, so the bridge is asked. */
  #gone(code: number, reason: string): void {
    if (this.#refusal || this.#probing) return
    if (code === 1006) {
      this.#probing = true
      void whyBroken(this.bridge, this.#opening === undefined).then(error => this.#fail(error))
      return
    }
    const error = closeError(code, reason, this.target)
    if (error) this.#fail(error)
    else if (this.#opening) this.#fail(unexpected('it closed before it said whether the broker answers'))
    else this.#ended()
  }

  #ended(): void {
    this.incoming.finish()
    this.#over(explain('EPIPE', this.target))
  }

  #fail(error: Error): void {
    if (this.#refusal) return
    this.incoming.finish(error)
    this.#over(error)
    this.socket.close(1000)
  }

  #over(error: Error): void {
    this.#refusal ??= error
    this.#opening?.reject(this.#refusal)
    this.#opening = undefined
    const writes = this.#writes
    this.#writes = []
    for (const write of writes) write.reject(this.#refusal)
  }

  /** Sends what is queued, in order, as far as the socket takes it. */
  async #pump(): Promise<void> {
    this.#pumping = true
    for (let write = this.#writes[0]; write; write = this.#writes[0]) {
      if (this.#full()) {
        await new Promise(resolve => setTimeout(resolve, TICK_MS))
        continue
      }
      const message = write.messages.next()
      if (!message.done) this.socket.send(message.value)
      else if (this.#writes.shift()) write.resolve()
    }
    this.#pumping = false
  }

  #full(): boolean {
    return this.socket.bufferedAmount > HIGH_WATER || this.socket.readyState !== OPEN
  }

  /** Chunks as messages of at most 64 KiB: small ones are gathered, large ones cut without a copy. `send` has copied when it returns, so the gathering space is used again. */
  *#messages(chunks: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>, undefined> {
    this.#scratch ??= new Uint8Array(MAX_CLIENT_MESSAGE)
    const scratch = this.#scratch
    let used = 0
    for (const chunk of chunks) {
      let at = 0
      if (used + chunk.length > MAX_CLIENT_MESSAGE) {
        if (used > 0) yield scratch.subarray(0, used)
        used = 0
        for (; chunk.length - at >= MAX_CLIENT_MESSAGE; at += MAX_CLIENT_MESSAGE)
          yield sendable(chunk.subarray(at, at + MAX_CLIENT_MESSAGE))
      }
      scratch.set(at === 0 ? chunk : chunk.subarray(at), used)
      used += chunk.length - at
    }
    if (used > 0) yield scratch.subarray(0, used)
    return undefined
  }
}

function* rest<T>(messages: Iterator<T, undefined>): Generator<T> {
  for (let step = messages.next(); !step.done; step = messages.next()) yield step.value
}

/** A WebSocket takes no views of shared memory. */
function sendable(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = view
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, view.byteOffset, view.length) : new Uint8Array(view)
}

function unexpected(what: string): TransportError {
  return new TransportError('BRIDGE_PROTOCOL', `what answers is not a bridge that we understand: ${what}; check its URL and version`, false)
}
