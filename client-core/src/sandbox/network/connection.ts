import type { Clock } from '../../clock.js'
import type { ByteStream } from '../../transport/stream.js'
import { Disconnect } from '../refusal.js'
import type { Login } from '../sasl/login.js'
import type { Broker, BrokerConnection } from '../state/broker.js'
import { Frames } from './frames.js'
import type { Listener } from './listener.js'
import { pause } from './pause.js'

/** Requests that are read ahead of the one being answered; beyond, the stream is left unread. */
const READ_AHEAD = 64
const READ_AHEAD_BYTES = 8 * 1024 * 1024

/** Answers one frame: chunks to send, nothing for a request without an answer. */
export type Answer = (frame: Uint8Array, connection: Connection) => Promise<readonly Uint8Array[] | undefined>

export interface ConnectionEnvironment {
  readonly clock: Clock
  readonly maxFrameBytes: number
  readonly answer: Answer
  /** Told why this side ends the connection. */
  readonly onDisconnect: (event: { broker: number; reason: string }) => void
}

/**
 * One connection, served as a broker does: requests are read while one is being answered, and answered one after the other, in order. A request
 * that parks holds up its own connection and no other.
 */
export class Connection implements BrokerConnection {
  readonly #gone = new AbortController()
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #read = false
  #ending: string | undefined
  #mutedMs = 0
  /** Wakes the reader when there is room, the answerer when there is work. */
  #wake = new Set<() => void>()

  constructor(
    readonly stream: ByteStream,
    readonly broker: Broker,
    readonly listener: Listener,
    private readonly environment: ConnectionEnvironment,
    /** Undefined where the listener asks for none. */
    readonly login?: Login,
    /** Whom a client certificate names. */
    private readonly certified?: string,
  ) {}

  /** Who the peer is to the cluster's rules. */
  get principal(): string {
    return this.login?.user === undefined ? (this.certified ?? 'User:ANONYMOUS') : `User:${this.login.user}`
  }
  /** Where the peer comes from. */
  get host(): string {
    return /^(.+):\d+$/.exec(this.stream.peer ?? '')?.[1] ?? '127.0.0.1'
  }

  /** Aborted once the peer is gone or the connection was cut: whoever is parked may stop waiting. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Resolves when the connection is over. */
  async serve(): Promise<void> {
    this.broker.connections.add(this)
    try {
      await Promise.all([this.#readFrames(), this.#answerFrames()])
    } finally {
      this.cut()
      this.broker.connections.delete(this)
    }
  }

  /** The answer that is being made is the last one. */
  endAfterAnswer(reason: string): void {
    this.#ending = reason
  }

  /** After the answer that is being made, nothing more is taken for so long (KIP-219). */
  muteAfterAnswer(ms: number): void {
    this.#mutedMs = ms
  }

  /** What was read and not yet begun is dropped. */
  cut(): void {
    this.#queue = []
    this.#queuedBytes = 0
    this.#gone.abort()
    this.stream.close()
    this.#changed()
  }

  async #readFrames(): Promise<void> {
    const frames = new Frames(this.environment.maxFrameBytes)
    try {
      for await (const chunk of this.stream.incoming) {
        for (const frame of frames.push(chunk)) this.#enqueue(frame)
        while (this.#full() && !this.#gone.signal.aborted) await this.#change()
      }
    } catch (error) {
      // However the peer went, what it sent before is still done: an acks=0 producer does not wait. A hostile size ends it all.
      if (error instanceof Disconnect) this.#refuse(error)
    } finally {
      this.#read = true
      this.#gone.abort()
      this.#changed()
    }
  }

  async #answerFrames(): Promise<void> {
    for (;;) {
      const frame = this.#queue.shift()
      if (frame) {
        this.#queuedBytes -= frame.length
        this.#changed()
        if (!(await this.#answerOne(frame))) return this.cut()
      } else if (this.#read) return
      else await this.#change()
    }
  }

  /** False when the connection has to end. A peer that is gone misses its answer and no more. */
  async #answerOne(frame: Uint8Array): Promise<boolean> {
    try {
      const chunks = await this.environment.answer(frame, this)
      if (chunks) await this.stream.write(chunks).catch(() => this.#gone.abort())
      if (this.#ending !== undefined) throw new Disconnect(this.#ending)
      await this.#mute()
      return true
    } catch (error) {
      if (error instanceof Disconnect) this.#refuse(error)
      return false
    }
  }

  async #mute(): Promise<void> {
    const ms = this.#mutedMs
    this.#mutedMs = 0
    if (ms > 0) await pause(this.environment.clock, ms, this.#gone.signal)
  }

  #refuse({ message }: Disconnect): void {
    if (!this.#gone.signal.aborted) this.environment.onDisconnect({ broker: this.broker.id, reason: message })
    this.cut()
  }

  #enqueue(frame: Uint8Array): void {
    this.#queue.push(frame)
    this.#queuedBytes += frame.length
    this.#changed()
  }

  #full(): boolean {
    return this.#queue.length >= READ_AHEAD || this.#queuedBytes >= READ_AHEAD_BYTES
  }

  #changed(): void {
    const waiting = this.#wake
    this.#wake = new Set()
    for (const wake of waiting) wake()
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#wake.add(resolve)
    })
  }
}
