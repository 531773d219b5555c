import { type Clock, systemClock, type TimerHandle } from '../clock.js'
import { Random } from '../random.js'
import { Inbox } from './inbox.js'
import { explain } from './reasons.js'
import type { ByteStream, StreamTarget, Transport } from './stream.js'

/** From the first to the second, both included, drawn evenly. */
export type Span = readonly [least: number, most: number]

export interface ChaosOptions {
  /** With the same seed the same is drawn; what time makes of it is not the same. */
  seed: number
  clock?: Clock
  /** A connection dies so many ms after it was opened. Default: never. */
  lifetimeMs?: Span
  /** Bytes wait so long, ms, each way, in their order. Default 0. */
  delayMs?: Span
  /** Bytes arrive in pieces of so many, wherever a frame begins. Default: as they come. */
  chunkBytes?: Span
  /**
   * The share of deaths that are a half-close: the peer's bytes end in order while ours are still taken, and go nowhere. The others break
   * the connection, as a reset does. Default 0.
   */
  halfClose?: number
}

export interface ChaosTransport extends Transport {
  readonly opened: number
  readonly deaths: number
}

/** What waits to be read before the peer has to wait, too. */
const HIGH_WATER = 256 * 1024

/**
 * `inner`, treating its connections badly, to try what is built on it: they die, and bytes come late and in pieces. Nothing is changed, left out
 * before the end, or put in another order.
 */
export function chaosTransport(inner: Transport, options: ChaosOptions): ChaosTransport {
  const random = new Random(options.seed)
  let [opened, deaths] = [0, 0]
  return {
    name: inner.name,
    get opened() {
      return opened
    },
    get deaths() {
      return deaths
    },
    async connect(target, signal) {
      const stream = new ChaosStream(await inner.connect(target, signal), target, options, random, () => deaths++)
      opened++
      return stream
    },
  }
}

class ChaosStream implements ByteStream {
  readonly incoming: Inbox
  readonly peer: string | undefined
  readonly #clock: Clock
  readonly #timers = new Map<TimerHandle, () => void>()
  #written: Promise<void> = Promise.resolve()
  #roomy = () => {}
  #over = false
  #halfClosed = false

  constructor(
    private readonly inner: ByteStream,
    private readonly target: StreamTarget,
    private readonly options: ChaosOptions,
    private readonly random: Random,
    private readonly died: () => void,
  ) {
    this.peer = inner.peer
    this.#clock = options.clock ?? systemClock
    this.incoming = new Inbox(() => this.#roomy())
    if (options.lifetimeMs) void this.#wait(this.#draw(options.lifetimeMs)).then(() => this.#die())
    void this.#pump()
  }

  write(chunks: readonly Uint8Array[]): Promise<void> {
    const written = this.#written.then(() => this.#send(chunks))
    // The next write has its own answer: that of a stream which is closed by then.
    this.#written = written.catch(() => {})
    return written
  }

  close(reason?: Error): void {
    if (this.#over) return
    this.#end()
    this.incoming.discard(reason)
    this.inner.close(reason)
  }

  async #send(chunks: readonly Uint8Array[]): Promise<void> {
    for (const piece of this.#pieces(chunks)) {
      await this.#late()
      if (this.#halfClosed && !this.#over) continue
      await this.inner.write([piece])
    }
  }

  async #pump(): Promise<void> {
    try {
      for await (const chunk of this.inner.incoming) {
        for (const piece of this.#pieces([chunk])) {
          await this.#late()
          if (this.#over || this.#halfClosed) return
          this.incoming.push(piece)
          while (this.incoming.bytes > HIGH_WATER) await new Promise<void>(resolve => (this.#roomy = resolve))
        }
      }
      this.incoming.finish()
    } catch (error) {
      this.incoming.finish(error as Error)
    }
  }

  #die(): void {
    if (this.#over) return
    this.died()
    if (this.random.chance(this.options.halfClose ?? 0)) {
      this.#halfClosed = true
      this.incoming.finish()
    } else {
      this.close(explain('ECONNRESET', this.target))
    }
  }

  #end(): void {
    this.#over = true
    this.#roomy()
    for (const [timer, resolve] of this.#timers) {
      this.#clock.clearTimeout(timer)
      resolve()
    }
    this.#timers.clear()
  }

  async #late(): Promise<void> {
    if (this.options.delayMs && !this.#over) await this.#wait(this.#draw(this.options.delayMs))
  }

  #wait(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#clock.setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, ms)
      this.#timers.set(timer, resolve)
    })
  }

  *#pieces(chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
    const { chunkBytes } = this.options
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        const end = chunkBytes ? at + this.#draw(chunkBytes) : chunk.length
        yield chunk.subarray(at, end)
        at = end
      }
    }
  }

  #draw([least, most]: Span): number {
    return this.random.int(least, most)
  }
}
