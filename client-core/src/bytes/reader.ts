import { malformed } from './malformed.js'
import { utf8Decode } from './utf8.js'
import { type Uuid, uuidAt, zeroUuid } from './uuid.js'

const noBytes = new Uint8Array(0)

/**
 * Reads big-endian values from `bytes[offset..end)`. Every read is checked against the end and throws `ClientError` `MALFORMED`, naming
 * what was read and at which offset of `bytes`. What it gives back as bytes are views: nothing is copied.
 */
export class Reader {
  readonly bytes: Uint8Array
  /** The next byte to read, as an index into `bytes`. */
  offset: number
  /** Where reading stops; a caller may pull it in for a part with a length of its own, and must put it back. */
  end: number
  #view: DataView | undefined
  /** Asked once, when what was read has taken so much memory that the rest must be checked before it may take more. Throws to refuse. */
  check?: () => void
  /** Steps over strings and the like instead of making them, which takes no memory. */
  readonly discarding: boolean
  #spent = 0
  #free: number

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length, discarding = false) {
    this.bytes = bytes
    this.offset = offset
    this.end = end
    this.discarding = discarding
    this.#free = discarding ? 10 * (end - offset) + 0x1000000 : 2 * (end - offset) + 0x80000
  }

  get left(): number {
    return this.end - this.offset
  }

  int8(): number {
    return (this.bytes[this.take(1, 'int8')] << 24) >> 24
  }

  /** Any byte but 0 is true, as in Kafka. */
  bool(): boolean {
    return this.bytes[this.take(1, 'bool')] !== 0
  }

  int16(): number {
    const at = this.take(2, 'int16')
    return (((this.bytes[at] << 8) | this.bytes[at + 1]) << 16) >> 16
  }

  uint16(): number {
    const at = this.take(2, 'uint16')
    return (this.bytes[at] << 8) | this.bytes[at + 1]
  }

  int32(): number {
    const at = this.take(4, 'int32')
    const bytes = this.bytes
    return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
  }

  uint32(): number {
    const at = this.take(4, 'uint32')
    const bytes = this.bytes
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
  }

  int64(): bigint {
    const at = this.take(8, 'int64')
    return this.discarding ? 0n : this.#data().getBigInt64(at)
  }

  float64(): number {
    return this.#data().getFloat64(this.take(8, 'float64'))
  }

  uuid(): Uuid {
    const at = this.take(16, 'uuid')
    if (this.discarding) return zeroUuid
    const bytes = this.bytes
    for (let i = at; i < at + 16; i++) if (bytes[i] !== 0) return uuidAt(bytes, at)
    return zeroUuid
  }

  /** An unsigned 32-bit varint. */
  uvarint(): number {
    const start = this.offset
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.take(1, 'varint')]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.bytes[this.take(1, 'varint')]
    if (last > 0x0f) throw malformed('varint', start, 'it does not fit 32 bits')
    return (value | (last << 28)) >>> 0
  }

  /**
   * Counts memory that is about to be taken for what was read, texts apart, which take twice their bytes at most. Twice the bytes and half a MB are free;
   * then `check` is asked. A reader that discards refuses more than ten times the bytes and 16 MB: no honest message comes near, while three
   * bytes of a hostile one may ask for a hundred.
   */
  spend(memory: number): void {
    this.#spent += memory
    if (this.#spent <= this.#free) return
    if (this.discarding) throw malformed('message', this.offset, 'it would take more than ten times its size in memory')
    this.#free = Number.POSITIVE_INFINITY
    this.check?.()
  }

  /** UTF-8 of a known length in bytes. */
  string(length: number): string {
    const at = this.take(length, 'string')
    return this.discarding ? '' : utf8Decode(this.bytes, at, at + length)
  }

  /** A view of the next bytes. */
  view(length: number): Uint8Array {
    const at = this.take(length, 'bytes')
    return this.discarding ? noBytes : this.bytes.subarray(at, at + length)
  }

  /** Steps over the next bytes and returns where they began. `what` is for the error's sentence. */
  take(length: number, what: string): number {
    const at = this.offset
    const next = at + length
    if (next > this.end || length < 0) throw this.#short(length, what)
    this.offset = next
    return at
  }

  #short(length: number, what: string): Error {
    if (length < 0) return malformed(what, this.offset, `its length is ${length}`)
    return malformed(what, this.offset, `it needs ${length} bytes and ${this.left} are left`)
  }

  #data(): DataView {
    return (this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength))
  }
}
