import { utf8Length, utf8Put } from './utf8.js'
import { putUuid, type Uuid } from './uuid.js'

/** Byte arrays from this size on are linked instead of copied: below it a copy is cheaper than one more chunk for the transport. */
const LINK_FROM = 1024

/**
 * Writes big-endian values into memory that grows. Large byte arrays are linked: `chunks()` gives them back as they were handed in, so that
 * a record batch is never copied between the producer and the socket. Numbers are written modulo their width; range checks are the
 * caller's.
 */
export class Writer {
  #buffer: Uint8Array<ArrayBuffer>
  #view: DataView
  /** Where the chunk that is being filled began in the buffer. */
  #from = 0
  #at = 0
  /** Bytes in finished chunks. */
  #before = 0
  readonly #done: Uint8Array[] = []

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** Bytes written so far, linked ones included. */
  get length(): number {
    return this.#before + this.#at - this.#from
  }

  int8(value: number): void {
    const at = this.#room(1)
    this.#buffer[at] = value
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int16(value: number): void {
    const at = this.#room(2)
    this.#buffer[at] = value >> 8
    this.#buffer[at + 1] = value
  }

  int32(value: number): void {
    const at = this.#room(4)
    const buffer = this.#buffer
    buffer[at] = value >> 24
    buffer[at + 1] = value >> 16
    buffer[at + 2] = value >> 8
    buffer[at + 3] = value
  }

  int64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigInt64(at, value)
  }

  float64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value)
  }

  uuid(value: Uuid): void {
    const at = this.#room(16)
    putUuid(this.#buffer, at, value)
  }

  /** An unsigned 32-bit varint: 7 bits a byte, low bits first. */
  uvarint(value: number): void {
    let at = this.#room(5)
    let rest = value >>> 0
    for (; rest >= 0x80; rest >>>= 7) this.#buffer[at++] = rest | 0x80
    this.#buffer[at++] = rest
    this.#at = at
  }

  /** UTF-8 without a length in front; `size` must be `utf8Length(text)`. */
  string(text: string, size = utf8Length(text)): void {
    const at = this.#room(size)
    utf8Put(this.#buffer, at, text)
  }

  /** Bytes without a length in front. Large ones are linked and must not change until the chunks were sent. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length < LINK_FROM) {
      const at = this.#room(bytes.length)
      this.#buffer.set(bytes, at)
      return
    }
    this.#close()
    this.#done.push(bytes)
    this.#before += bytes.length
  }

  /** Everything written, in order; the arrays that were linked are in it as they are. The writer must not be used afterwards. */
  chunks(): Uint8Array[] {
    this.#close()
    return this.#done
  }

  /** Everything written in one array. Copies when something was linked. */
  toBytes(): Uint8Array {
    const chunks = this.chunks()
    if (chunks.length === 1) return chunks[0]
    const all = new Uint8Array(this.#before)
    let at = 0
    for (const chunk of chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }

  #close(): void {
    if (this.#at === this.#from) return
    this.#done.push(this.#buffer.subarray(this.#from, this.#at))
    this.#before += this.#at - this.#from
    this.#from = this.#at
  }

  /** Steps over `size` bytes and returns where they begin in the buffer. */
  #room(size: number): number {
    const at = this.#at
    if (at + size > this.#buffer.length) return this.#grow(size)
    this.#at = at + size
    return at
  }

  /** Only the chunk that is being filled moves; finished chunks keep the memory they are in. */
  #grow(size: number): number {
    const held = this.#at - this.#from
    const grown = new Uint8Array(Math.max((held + size) * 2, 256))
    grown.set(this.#buffer.subarray(this.#from, this.#at))
    this.#buffer = grown
    this.#view = new DataView(grown.buffer)
    this.#from = 0
    this.#at = held + size
    return held
  }
}
