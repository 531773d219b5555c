import { ClientError } from '../error.js'

/** Up to this size a frame's memory is taken at once; a larger claim is believed only as its bytes arrive. */
const believed = 1 << 20
/** Chunks below this are gathered: a peer that sends a large frame byte by byte must not cost an object for each. */
const worthKeeping = 16 * 1024

/**
 * Cuts a byte stream into frames: an int32 size, then that many bytes. A frame is copied once, so that it is one array and keeps no socket buffer
 * alive. Sizes are checked before anything is allocated.
 */
export class FrameReader {
  readonly #size = new Uint8Array(4)
  #sizeBytes = 0
  #frame: Uint8Array | undefined
  /** Chunks of a large frame, joined when it is whole. */
  #parts: Uint8Array[] = []
  /** Room for small chunks, and how much of it is taken. */
  #gathered = new Uint8Array(0)
  #gatheredBytes = 0
  #needed = 0
  #have = 0

  constructor(
    private readonly maxBytes: number,
    /** The first byte of a frame arrived. */
    private readonly onStart: () => void,
    /** A whole frame, without its size. */
    private readonly onFrame: (frame: Uint8Array) => void,
    /** The smallest size that the next frame can have. An answer holds at least its correlation id. */
    private readonly minBytes: () => number = () => 4,
  ) {}

  /** @throws ClientError `NOT_KAFKA`, `FRAME_TOO_LARGE`, `MALFORMED`: the stream cannot be read on. */
  push(chunk: Uint8Array): void {
    for (let p = 0; p < chunk.length; ) {
      if (this.#sizeBytes < 4) {
        if (this.#sizeBytes === 0) this.onStart()
        this.#size[this.#sizeBytes++] = chunk[p++]
        if (this.#sizeBytes === 4) this.#begin()
        continue
      }
      const take = Math.min(this.#needed - this.#have, chunk.length - p)
      const part = chunk.subarray(p, p + take)
      if (this.#frame) this.#frame.set(part, this.#have)
      else this.#keep(part)
      this.#have += take
      p += take
      if (this.#have === this.#needed) this.#finish()
    }
  }

  #begin(): void {
    const size = readSize(this.#size, this.minBytes(), this.maxBytes)
    this.#needed = size
    this.#have = 0
    this.#frame = size <= believed ? new Uint8Array(size) : undefined
    if (size === 0) this.#finish()
  }

  #keep(part: Uint8Array): void {
    if (this.#gatheredBytes + part.length > this.#gathered.length) {
      this.#flush()
      if (part.length >= worthKeeping) {
        this.#parts.push(part)
        return
      }
      this.#gathered = new Uint8Array(4 * worthKeeping)
    }
    this.#gathered.set(part, this.#gatheredBytes)
    this.#gatheredBytes += part.length
  }

  #flush(): void {
    if (this.#gatheredBytes > 0) this.#parts.push(this.#gathered.subarray(0, this.#gatheredBytes))
    this.#gathered = new Uint8Array(0)
    this.#gatheredBytes = 0
  }

  #finish(): void {
    let frame = this.#frame
    if (!frame) {
      this.#flush()
      frame = new Uint8Array(this.#needed)
      let p = 0
      for (const part of this.#parts) {
        frame.set(part, p)
        p += part.length
      }
    }
    this.#frame = undefined
    this.#parts = []
    this.#sizeBytes = 0
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
