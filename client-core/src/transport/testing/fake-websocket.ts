import type { WebSocketLike } from '../websocket.js'

type Listener = (event: { data: unknown } & { code: number; reason: string }) => void

/** A WebSocket without a network: a test plays the bridge. */
export class FakeWebSocket implements WebSocketLike {
  static last: FakeWebSocket
  binaryType = 'blob'
  bufferedAmount = 0
  readyState = 0
  /** Whether what is sent stays in the buffer until a test takes it out. */
  holds = false
  readonly sent: Array<Uint8Array | string> = []
  closedWith: number | undefined
  #listeners = new Map<string, Listener[]>()

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeWebSocket.last = this
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  send(data: Uint8Array<ArrayBuffer> | string): void {
    this.sent.push(typeof data === 'string' ? data : data.slice())
    if (this.holds) this.bufferedAmount += data.length
  }

  close(code?: number): void {
    this.closedWith ??= code
    if (this.readyState < 2) this.readyState = 2
  }

  emit(type: string, event: { data?: unknown; code?: number; reason?: string } = {}): void {
    if (type === 'open') this.readyState = 1
    if (type === 'close') this.readyState = 3
    for (const listener of this.#listeners.get(type) ?? []) listener({ data: undefined, code: 0, reason: '', ...event })
  }

  /** The bridge accepts: 101, then `open`. */
  accept(): void {
    this.emit('open')
    this.control({ t: 'open', id: 'c_1', peer: '10.0.0.7:9092', max: 1048576, hb: 25000 })
  }

  control(message: unknown): void {
    this.emit('message', { data: JSON.stringify(message) })
  }
}
