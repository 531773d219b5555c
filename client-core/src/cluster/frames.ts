import { ClientError } from '../error.js'

/** Up to this size a frame's memory is taken at once, and up to the largest that the peer has really sent; a larger claim is believed only as its bytes arrive. */
const believed = 1 << 20
/** By how much the memory then grows. */
const growth = 4
/** Less room than this at a frame's end is not offered: the read that ends a frame should bring the beginning of the next. */
const worthOffering = 16 * 1024

/**
 * Cuts a byte stream into frames: an int32 size, then that many bytes. A frame is one array of its own and keeps no socket buffer alive; a transport
 * that asks for `room` reads into it, for others it is copied once. Sizes are checked before anything is allocated.
 */
export class FrameReader {
  readonly #size = new Uint8Array(4)
  #sizeBytes = 0
  #frame: Uint8Array = new Uint8Array(0)
  #needed = 0
  #have = 0
  #largest = believed

  constructor(
    private readonly maxBytes: number,
    /** The first byte of a frame arrived. */
    private readonly onStart: () => void,
    /** A whole frame, without its size. */
    private readonly onFrame: (frame: Uint8Array) => void,
    /** The smallest size that the next frame can have. An answer holds at least its correlation id. */
    private readonly minBytes: () => number = () => 4,
    /** Memory for the frame that begins, or grows; undefined: of its own. */
    private readonly memory?: (bytes: number) => Uint8Array | undefined,
  ) {}

  /** Where the next bytes may be put before they are pushed. */
  room(): Uint8Array | undefined {
    return this.#frame.length - this.#have >= worthOffering ? this.#frame.subarray(this.#have) : undefined
  }

  /**
   * `isOurs`: the chunk's memory may be kept. A frame that takes most of it then stays there, which costs no copy; the bridge sends each as a message.
   * @throws ClientError `NOT_KAFKA`, `FRAME_TOO_LARGE`, `MALFORMED`: the stream cannot be read on.
   */
  push(chunk: Uint8Array, isOurs = false): void {
    for (let p = 0; p < chunk.length; ) {
      if (this.#sizeBytes < 4) {
        if (this.#sizeBytes === 0) this.onStart()
        this.#size[this.#sizeBytes++] = chunk[p++]
        if (this.#sizeBytes < 4) continue
        this.#needed = readSize(this.#size, this.minBytes(), this.maxBytes)
        const end = p + this.#needed
        if (isOurs && end <= chunk.length && 2 * this.#needed > chunk.buffer.byteLength) {
          this.#frame = chunk.subarray(p, end)
          p = end
          this.#finish()
        } else this.#begin()
        continue
      }
      const take = Math.min(this.#frame.length - this.#have, chunk.length - p)
      if (chunk.buffer !== this.#frame.buffer) this.#frame.set(take === chunk.length ? chunk : chunk.subarray(p, p + take), this.#have)
      this.#have += take
      p += take
      if (this.#have === this.#needed) this.#finish()
      else if (this.#have === this.#frame.length) this.#grow()
    }
  }

  #begin(): void {
    this.#frame = this.#memory(this.#largest)
    if (this.#needed === 0) this.#finish()
  }

  #grow(): void {
    const grown = this.#memory(growth * this.#have)
    grown.set(this.#frame)
    this.#frame = grown
  }

  #memory(most: number): Uint8Array {
    const bytes = Math.min(this.#needed, most)
    return this.memory?.(bytes) ?? new Uint8Array(bytes)
  }

  #finish(): void {
    const frame = this.#frame
    this.#largest = Math.max(this.#largest, this.#needed)
    this.#frame = new Uint8Array(0)
    this.#sizeBytes = 0
    this.#have = 0
    this.onFrame(frame)
  }
}

function readSize(b: Uint8Array, minBytes: number, maxBytes: number): number {
  const other = otherProtocol(b)
  if (other) throw new ClientError('NOT_KAFKA', other)
  const size = (b[0] << 24) | (b[1] << 16) | (b[2] << 8) | b[3]
  if (size >= minBytes && size <= maxBytes) return size
  if (size < minBytes)
    throw new ClientError('MALFORMED', `the peer announces an answer of ${size} bytes: it does not speak Kafka, or the stream is damaged`)
  throw new ClientError('FRAME_TOO_LARGE', `the peer announces an answer of ${size} bytes; brokerMaxReadBytes allows ${maxBytes}`)
}

/** As sizes, the first bytes of other protocols are above 352 MB. */
function otherProtocol(b: Uint8Array): string | undefined {
  if ((b[0] === 0x15 || b[0] === 0x16) && b[1] === 3)
    return "the peer answers TLS, but the connection is plaintext: turn TLS on, or use the broker's plaintext listener"
  if (!b.every(byte => byte >= 0x20 && byte < 0x7f)) return undefined
  const text = String.fromCharCode(...b)
  if (text === 'HTTP')
    return "the peer answers HTTP, not Kafka: this is the port of a web server; use the broker's listener (9092 by default)"
  return `the peer answers with text that begins with ${JSON.stringify(text)}, not Kafka: another service listens on this port`
}
