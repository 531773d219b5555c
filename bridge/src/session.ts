import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { fromNode } from '@milena/client-core/transport/node'
import {
  addressOf,
  BRIDGE_TLS,
  closeCodes,
  closeFor,
  MAX_MESSAGE,
  type Phase,
  parseClientMessage,
  type ServerMessage,
  TransportError,
} from '@milena/client-core/transport/tunnel'
import type { RawData, WebSocket } from 'ws'
import type { Asked } from './admission.js'
import { openBroker } from './dial.js'
import type { Directory } from './directory.js'
import { Guard } from './guard.js'
import type { Settings } from './options.js'
import type { RateLimit } from './rate.js'
import { Relay, type RelayEnd } from './relay.js'
import { sameToken } from './token.js'

/** Bytes that a client may send before the broker's connection is open. */
const MAX_EARLY = 64 * 1024

/** What sessions share. */
export interface SessionContext {
  settings: Settings
  directories: ReadonlyMap<string, Directory>
  dials: RateLimit
}

type State = { at: 'hello' } | { at: 'dialling'; early: Buffer[]; bytes: number } | { at: 'open'; relay: Relay } | { at: 'over' }

/** One WebSocket from its upgrade to its end: a token, a dial (and the bridge's login, where it has one), a relay. */
export class Session {
  readonly id = `c_${randomBytes(6).toString('base64url')}`
  #state: State = { at: 'hello' }
  #relay: Relay | undefined
  #phase: Phase = 'connect'
  /** Something came since the last ping. */
  #alive = true
  readonly #since = performance.now()
  readonly #abort = new AbortController()
  readonly #guard: Guard
  readonly #hello: NodeJS.Timeout

  constructor(
    private readonly ws: WebSocket,
    private readonly asked: Asked,
    private readonly context: SessionContext,
  ) {
    this.#guard = new Guard(context.settings.maxRequestBytes)
    this.#hello = setTimeout(() => this.#end(4408, 'HELLO_TIMEOUT'), context.settings.times.hello)
    ws.on('message', (data, binary) => this.#message(data, binary))
    ws.on('pong', () => {
      this.#alive = true
    })
    ws.on('close', code => this.#left(code))
    // A protocol error of the client: `ws` closes by itself with the code for it.
    ws.on('error', () => {})
    if (asked.token !== undefined) this.#authenticate(asked.token)
  }

  /** Bytes that wait in memory for either side. */
  get buffered(): number {
    return this.#relay?.buffered ?? this.ws.bufferedAmount
  }

  /** Pings; a client that has been silent since the last ping is gone. One that we do not read cannot answer, and has the stall timer. */
  beat() {
    if (this.#relay?.upPaused || this.ws.readyState !== this.ws.OPEN) return
    if (!this.#alive) return this.ws.terminate()
    this.#alive = false
    this.ws.ping()
  }

  /** Says that the connection will be closed in `ms`. */
  goaway(ms: number): void {
    if (this.#state.at !== 'open') return
    this.#state.relay.settle()
    this.#say({ t: 'goaway', in: ms })
  }

  /** The bridge closes. */
  dismiss(): void {
    this.#end(1001, 'BRIDGE_CLOSING')
  }

  #message(data: RawData, binary: boolean) {
    this.#alive = true
    if (this.#state.at === 'over') return
    if (!Buffer.isBuffer(data)) return this.#end(4400, 'BRIDGE_PROTOCOL')
    if (binary) return this.#bytes(data)
    const message = parseClientMessage(data.toString())
    if (!message) return this.#end(4400, 'BRIDGE_PROTOCOL')
    if (this.#state.at === 'hello') this.#authenticate(message.token)
  }

  #bytes(data: Buffer) {
    const state = this.#state
    if (state.at === 'hello') return this.#refuse(unauthenticated())
    const violation = this.#guard.check(data)
    if (violation) return this.#end(violation === 'API_NOT_ALLOWED' ? 4403 : 4400, violation)
    if (state.at === 'open') return state.relay.send(data)
    if (state.at !== 'dialling') return
    state.early.push(data)
    state.bytes += data.length
    if (state.bytes >= MAX_EARLY) this.ws.pause()
  }

  #authenticate(token: string) {
    clearTimeout(this.#hello)
    if (!sameToken(token, this.context.settings.token)) return this.#refuse(unauthenticated())
    if (!this.context.dials.take())
      return this.#refuse(new TransportError('BRIDGE_BUSY', 'too many connections were asked for at once; try again in a moment', true))
    this.#state = { at: 'dialling', early: [], bytes: 0 }
    this.#dial().then(
      socket => this.#open(socket),
      error => this.#refuse(error instanceof TransportError ? error : fromNode(error, this.asked.address, 'connect')),
    )
  }

  async #dial(): Promise<Socket> {
    const { settings, directories } = this.context
    const { cluster = settings.clusters.length === 1 ? settings.clusters[0].id : '', address, tls } = this.asked
    const directory = directories.get(cluster)
    if (!directory)
      throw new TransportError(
        'BRIDGE_DENIED',
        `this bridge has no cluster '${cluster}'; it has: ${[...directories.keys()].join(', ')}`,
        false,
      )
    const to = await directory.find(address, tls)
    return openBroker(settings.dial, to, settings.times.dial, this.#abort.signal, () => {
      this.#phase = 'tls'
    })
  }

  #open(socket: Socket) {
    const state = this.#state
    if (state.at !== 'dialling') {
      socket.destroy()
      return
    }
    const { settings } = this.context
    const peer = `${socket.remoteAddress}:${socket.remotePort}`
    settings.log(`open ${this.#who()} peer=${peer} ms=${this.#ms()}`)
    this.#say({ t: 'open', id: this.id, peer, ...tlsOf(socket), max: MAX_MESSAGE, hb: settings.times.heartbeat })
    const relay = new Relay(this.ws, socket, settings.times, end => this.#relayEnded(end))
    this.#relay = relay
    this.#state = { at: 'open', relay }
    this.ws.resume()
    for (const bytes of state.early) relay.send(bytes)
  }

  #relayEnded(end: RelayEnd): void {
    if (end.is === 'ended') this.#end(1000, '')
    else if (end.is === 'stalled') this.#end(4408, 'WRITE_STALL')
    else {
      const { code } = fromNode(end.error, this.asked.address, 'stream')
      this.#end(closeFor(code, 'stream').number, code)
    }
  }

  /** Could not be opened: the reason is said in full, then the close repeats it in a word. */
  #refuse(error: TransportError): void {
    if (this.#state.at === 'over') return
    const { number, class: kind } = closeFor(error.code, this.#phase)
    const msg = kind === 'tls' && !error.retriable ? `${error.message} (${BRIDGE_TLS})` : error.message
    this.#say({ t: 'err', code: error.code, class: kind, msg: msg.slice(0, 500), retry: error.retriable })
    this.#end(number, error.code)
  }

  #end(number: number, word: string): void {
    if (this.#state.at === 'over') return
    this.#over(number, word || closeCodes.get(number)?.class || '')
    if (number >= 4400 && number < 4500) this.#relay?.destroy()
    this.ws.close(number, word)
    // A paused socket would not see the client's answer to the close.
    this.ws.resume()
  }

  /** The client closed, or its connection broke. */
  #left(code: number): void {
    this.#over(code, 'client')
  }

  #over(number: number, why: string): void {
    if (this.#state.at === 'over') return
    this.#state = { at: 'over' }
    clearTimeout(this.#hello)
    this.#abort.abort()
    this.#relay?.leave()
    const { up = 0, down = 0 } = this.#relay ?? {}
    this.context.settings.log(`close ${this.#who()} code=${number} by=${why} up=${up} down=${down} ms=${this.#ms()}`)
  }

  #say(message: ServerMessage): void {
    this.ws.send(JSON.stringify(message))
  }

  /** For the log: who and where to. Both are checked texts without spaces. */
  #who(): string {
    return `${this.id} addr=${addressOf(this.asked.address)} from=${this.asked.from}`
  }

  #ms(): number {
    return Math.round(performance.now() - this.#since)
  }
}

function unauthenticated(): TransportError {
  const message = 'the bridge did not accept the start token; open the page by the URL that the bridge printed when it started'
  return new TransportError('BRIDGE_UNAUTHENTICATED', message, false)
}

function tlsOf(socket: Socket): { tls?: { v: string; cn?: string } } {
  if (!(socket instanceof TLSSocket)) return {}
  const cn = socket.getPeerCertificate().subject?.CN
  return { tls: { v: socket.getProtocol() ?? 'TLS', ...(typeof cn === 'string' ? { cn } : {}) } }
}
