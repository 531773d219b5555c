import type { Socket } from 'node:net'
import { HIGH_WATER, LOW_WATER } from '@milena/client-core/transport/tunnel'
import type { WebSocket } from 'ws'
import { Messages } from './messages.js'
import type { BridgeTimes } from './options.js'
import { readInto } from './reading.js'
import { StallTimer } from './stall.js'

const WHOLE = { binary: true, compress: false, fin: true }
const PART = { ...WHOLE, fin: false }

/** How a relay ends by itself. */
export type RelayEnd = { is: 'ended' } | { is: 'stalled' } | { is: 'broken'; error: Error }

/**
 * Passes bytes between a WebSocket and a broker's socket as they come, and stops reading on one side while the other does not keep up: 1 MiB waits at
 * most, and one read.
 */
export class Relay {
  /** Bytes to the broker, and from it. */
  up = 0
  down = 0
  #downPaused = false
  #upPaused = false
  #ending: RelayEnd | undefined
  #over = false
  #left = false
  readonly #stall: StallTimer
  readonly #messages = new Messages((bytes, isLast) => this.ws.send(bytes, isLast ? WHOLE : PART, this.#sent))

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly times: Pick<BridgeTimes, 'stall' | 'linger'>,
    private readonly ended: (end: RelayEnd) => void,
  ) {
    this.#stall = new StallTimer(times.stall, () => this.#finish({ is: 'stalled' }))
    readInto(socket, () => this.#messages.room())
    socket.on('data', this.#data)
    socket.on('drain', () => this.#resumeUp())
    socket.on('end', () => this.#last({ is: 'ended' }))
    socket.on('error', error => this.#last({ is: 'broken', error }))
    const broken = () => this.#last({ is: 'broken', error: socket.errored ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }) })
    socket.on('close', broken)
    // Under TLS it may break between the end of the handshake and this.
    if (socket.destroyed) queueMicrotask(broken)
  }

  /** Whether the client is not being read: its pongs are not, either. */
  get upPaused(): boolean {
    return this.#upPaused
  }

  /** Bytes that wait in memory, both ways. */
  get buffered(): number {
    return this.#messages.waiting + this.ws.bufferedAmount + this.socket.writableLength
  }

  /** What the client sent. */
  send(bytes: Buffer): void {
    if (this.#over || !this.socket.writable) return
    this.up += bytes.length
    if (this.socket.write(bytes) || this.#upPaused) return
    this.#upPaused = true
    this.ws.pause()
    this.#stall.watch('up', () => this.socket.writableLength)
  }

  /** Before anything but the broker's bytes is sent: it must not come between the frames of a message. */
  settle(): void {
    this.#messages.settle()
  }

  /** The relay is over: what the client sent still goes to the broker, for a while; what the broker sends is thrown away. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    this.#stop()
    if (this.socket.destroyed) return
    this.socket.off('data', this.#data).end().resume()
    const timer = setTimeout(() => this.socket.destroy(), this.times.linger)
    this.socket.once('close', () => clearTimeout(timer))
  }

  /** As `leave`, at once. */
  destroy(): void {
    this.#stop()
    this.socket.destroy()
  }

  readonly #data = (chunk: Buffer): void => {
    this.down += chunk.length
    this.#messages.push(chunk)
    if (this.#downPaused || this.ws.bufferedAmount <= HIGH_WATER) return
    this.#downPaused = true
    this.socket.pause()
    this.#stall.watch('down', () => this.ws.bufferedAmount)
  }

  /** The kernel has taken a message. */
  readonly #sent = (): void => {
    if (this.#ending && this.ws.bufferedAmount === 0) this.#finish(this.#ending)
    if (!this.#downPaused || this.ws.bufferedAmount > LOW_WATER) return
    this.#downPaused = false
    this.#stall.release('down')
    if (!this.#over) this.socket.resume()
  }

  #resumeUp(): void {
    if (!this.#upPaused) return
    this.#upPaused = false
    this.#stall.release('up')
    this.ws.resume()
  }

  /** The broker's side is over. The end is told when the client has all that came before: a close frame starts a short timer for the rest. */
  #last(end: RelayEnd): void {
    if (this.#over || this.#ending) return
    this.#ending = end
    this.#messages.settle()
    if (this.ws.bufferedAmount === 0) this.#finish(end)
    else this.#stall.watch('down', () => this.ws.bufferedAmount)
  }

  #finish(end: RelayEnd): void {
    if (this.#over) return
    if (end.is === 'ended') this.leave()
    else this.destroy()
    this.ended(end)
  }

  #stop(): void {
    this.#over = true
    this.#messages.stop()
    this.#stall.stop()
  }
}
