import type { Socket } from 'node:net'
import { Inbox } from '../inbox.js'
import { explain } from '../reasons.js'
import type { ByteReader, ByteStream, StreamTarget } from '../stream.js'
import { fromNode } from './errors.js'

/** Read and not taken yet, before the socket is paused: a few reads of 64 KiB, so that the reader rarely finds nothing. */
const READ_AHEAD = 256 * 1024
/** How long a closed socket may take to send the rest and see the other side's end. */
const LINGER_MS = 2000

/** A connected socket, plain or TLS, as a `ByteStream`. */
export class SocketStream implements ByteStream {
  readonly incoming = new Inbox(() => this.#taken())
  readonly peer: string
  #writes = new Set<(error: Error) => void>()
  /** What a write is refused with, once the stream is over. */
  #refusal: Error | undefined
  #closed = false
  #paused = false
  #reader: ByteReader | undefined

  constructor(
    private readonly socket: Socket,
    private readonly target: StreamTarget,
  ) {
    this.peer = `${socket.remoteAddress}:${socket.remotePort}`
    socket.on('data', this.#data)
    socket.on('end', () => this.#over())
    socket.on('error', error => this.#over(fromNode(error, target, 'stream')))
    // A destroyed socket may close without an error or an end before.
    socket.on('close', () => this.#over(explain('ECONNRESET', target)))
  }

  /**
   * Resolves when the kernel has taken the bytes: only then may the caller change its chunks, because Node keeps views of what it could not write
   * at once. The kernel's own buffer lets the next write begin early enough. The chunks go out in one system call.
   */
  write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#refusal) return Promise.reject(this.#refusal)
    if (chunks.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#writes.add(reject)
      const written = (error?: Error | null) => {
        if (!this.#writes.delete(reject)) return
        if (error) reject(fromNode(error, this.target, 'stream'))
        else resolve()
      }
      const last = chunks.length - 1
      if (last > 0) this.socket.cork()
      for (let i = 0; i < last; i++) this.socket.write(chunks[i])
      this.socket.write(chunks[last], written)
      if (last > 0) this.socket.uncork()
    })
  }

  readBy(reader: ByteReader): void {
    if (this.incoming.bytes === 0) this.#reader = reader
  }

  close(reason?: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#reader = undefined
    this.#refuse(reason ?? explain('CLOSED', this.target))
    this.incoming.discard(reason)
    this.#leave()
  }

  /** Sends what is left and an end. What still comes in is read and thrown away: unread bytes would turn our end into a reset that eats what we sent. */
  #leave(): void {
    const socket = this.socket
    socket.off('data', this.#data)
    if (socket.destroyed) return
    socket.end()
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  }

  readonly #data = (chunk: Buffer): void => {
    if (!this.take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))) this.socket.pause()
  }

  /** Who takes what is read, at once. */
  get reader(): ByteReader | undefined {
    return this.#reader
  }

  /** Takes what was read. False: read no more for now. */
  take(chunk: Uint8Array): boolean {
    if (this.#reader) {
      this.#reader.take(chunk)
      return true
    }
    this.incoming.push(chunk)
    this.#paused = !this.#closed && this.incoming.bytes >= READ_AHEAD
    return !this.#paused
  }

  #taken(): void {
    if (!this.#paused || this.incoming.bytes > READ_AHEAD / 2) return
    this.#paused = false
    this.socket.resume()
  }

  /** The other side ended or the connection broke. Only the first word counts. */
  #over(error?: Error): void {
    this.incoming.finish(error)
    this.#refuse(error ?? explain('EPIPE', this.target), error !== undefined)
  }

  /** After an end in order, writes that are under way may still arrive: the other side may have closed its half only. */
  #refuse(error: Error, pending = true): void {
    this.#refusal ??= error
    if (!pending) return
    for (const reject of this.#writes) reject(this.#refusal)
    this.#writes.clear()
  }
}
