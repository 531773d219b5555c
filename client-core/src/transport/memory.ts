import { Inbox } from './inbox.js'
import { explain } from './reasons.js'
import { type ByteStream, type StreamTarget, type Transport, TransportError } from './stream.js'

/** A piece of what one side wrote, as the other reads it: about what a read from a socket gives. */
const PIECE = 64 * 1024
const DEFAULT_HIGH_WATER = 256 * 1024
const NOWHERE: StreamTarget = { host: 'memory', port: 0 }

interface PendingWrite {
  resolve(): void
  reject(error: Error): void
}

class MemoryStream implements ByteStream {
  readonly incoming = new Inbox(() => this.#other.#release())
  #other: MemoryStream = this
  /** Writes that wait until the other side has read enough, oldest first. */
  #waiting: PendingWrite[] = []
  /** What a write is refused with, once this side or the other has closed. */
  #refusal: Error | undefined
  #closed = false

  constructor(
    private readonly highWaterMark: number,
    private readonly target: StreamTarget,
    readonly peer: string,
  ) {}

  static pair(highWaterMark: number, target: StreamTarget): [MemoryStream, MemoryStream] {
    const here = new MemoryStream(highWaterMark, target, 'memory')
    const there = new MemoryStream(highWaterMark, target, 'memory')
    here.#other = there
    there.#other = here
    return [here, there]
  }

  /** Copies, as a wire does: the writer may use its chunks again once this resolves, and the reader may keep what it got. */
  write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#refusal) return Promise.reject(this.#refusal)
    for (const piece of pieces(chunks)) this.#other.incoming.push(piece)
    if (this.#roomy()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
  }

  close(reason?: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#refuse(reason ?? explain('CLOSED', this.target))
    this.incoming.discard(reason)
    this.#other.incoming.finish()
    this.#other.#refuse(explain('EPIPE', this.target))
  }

  #roomy(): boolean {
    return this.#other.incoming.bytes <= this.highWaterMark
  }

  #release(): void {
    if (this.#waiting.length === 0 || !this.#roomy()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const write of waiting) write.resolve()
  }

  #refuse(error: Error): void {
    this.#refusal ??= error
    const waiting = this.#waiting
    this.#waiting = []
    for (const write of waiting) write.reject(error)
  }
}

/** The bytes of many chunks in as few pieces as a reader of a socket would see. */
function pieces(chunks: readonly Uint8Array[]): Uint8Array[] {
  let left = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const out: Uint8Array[] = []
  let piece = new Uint8Array(Math.min(left, PIECE))
  let used = 0
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + piece.length - used)
      piece.set(part, used)
      at += part.length
      used += part.length
      if (used < piece.length) continue
      out.push(piece)
      left -= used
      piece = new Uint8Array(Math.min(left, PIECE))
      used = 0
    }
  }
  return out
}

export interface MemoryOptions {
  /** Bytes that wait unread before `write` waits too. Default 256 KiB. One write larger than that is taken whole. */
  highWaterMark?: number
}

/** Two ends of one stream. There is no clock in it: what one side writes, the other can read in the next microtask. */
export function memoryPair({ highWaterMark = DEFAULT_HIGH_WATER }: MemoryOptions = {}): [ByteStream, ByteStream] {
  return MemoryStream.pair(highWaterMark, NOWHERE)
}

/**
 * A transport whose other ends are handed to `accept`. To refuse a target, `accept` throws (or rejects with) a `TransportError`; a connect waits
 * for the promise that `accept` returns, so one that never settles is a broker that never answers.
 */
export function memoryTransport(
  accept: (stream: ByteStream, target: StreamTarget) => void | Promise<void>,
  options: MemoryOptions = {},
): Transport {
  return {
    name: 'memory',
    async connect(target, signal) {
      const [here, there] = MemoryStream.pair(options.highWaterMark ?? DEFAULT_HIGH_WATER, target)
      try {
        await orAborted(target, signal, async () => accept(there, target))
        if (signal.aborted) throw explain('ABORTED', target, { cause: signal.reason })
      } catch (error) {
        here.close()
        there.close()
        throw error instanceof TransportError ? error : explain('ECONNREFUSED', target, { cause: error })
      }
      return here
    },
  }
}

/** What `work` gives, unless the signal comes first. */
function orAborted(target: StreamTarget, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(explain('ABORTED', target, { cause: signal.reason }))
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    const settled = () => signal.removeEventListener('abort', aborted)
    // One turn later, so that a caller who aborts at once leaves no trace on the other side.
    Promise.resolve()
      .then(() => (signal.aborted ? undefined : work()))
      .then(resolve, reject)
      .then(settled, settled)
  })
}
