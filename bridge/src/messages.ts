/** An answer of up to this size is one message; what is larger is several. */
const WHOLE = 8 * 1024 * 1024
/** What is read, and sent, at once. */
const BLOCK = 1024 * 1024
/** Less than this is not worth a block of its own. */
const WORTH_A_BLOCK = 64 * 1024
/** A message that takes longer, up to twice as long, is ended where it is, so that the client sees that bytes come. */
const PATIENCE_MS = 100
/** No answer is larger: these bytes are not Kafka's. As sizes, the first bytes of TLS and HTTP are. */
const MOST = 256 * 1024 * 1024
const NOTHING = new Uint8Array(0)

/**
 * Makes WebSocket messages of what a broker sends: an answer is one message, in frames of up to 1 MiB. A page then gets an answer in memory that is
 * the answer's alone and copies nothing, and Chromium does less for few large frames than for many small ones.
 */
export class Messages {
  /** Bytes of the current answer that are still to come, and of its size what came. */
  #left = 0
  #size = 0
  #sizeBytes = 0
  #isKafka = true
  /** A message was begun, with so many bytes. */
  #open = false
  #sent = 0
  /** Where the current answer is read into, and how much of it was. */
  #block: Uint8Array | undefined
  #used = 0
  /** When the message under way began, and whether a timer watches. */
  #since = 0
  #watched = false
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly send: (bytes: Uint8Array, isLast: boolean) => void) {}

  /** Bytes that wait here: fewer than 1 MiB, and not for long. */
  get waiting(): number {
    return this.#used
  }

  /** Where the next bytes should be read into; undefined: anywhere. */
  room(): Uint8Array | undefined {
    if (!this.#block && this.#left >= WORTH_A_BLOCK)
      this.#block = new Uint8Array(Buffer.allocUnsafeSlow(Math.min(this.#left, BLOCK)).buffer)
    return this.#block?.subarray(this.#used)
  }

  /** What was read, in `room` or elsewhere. */
  push(chunk: Uint8Array): void {
    if (!this.#isUnderWay) this.#since = performance.now()
    if (this.#block && chunk.buffer === this.#block.buffer) {
      this.#used += chunk.length
      this.#left -= chunk.length
      if (this.#used === this.#block.length) this.#flush(this.#left === 0)
    } else {
      this.#flush(false)
      const end = this.#lastEdge(chunk)
      if (end > 0) {
        this.#say(chunk.subarray(0, end), true)
        this.#since = performance.now()
      }
      if (end < chunk.length) this.#say(chunk.subarray(end), false)
    }
    if (this.#isUnderWay && !this.#watched) this.#watch()
  }

  /** Sends what waits and ends the message that was begun. */
  settle(): void {
    this.#flush(true)
    if (this.#open) this.#say(NOTHING, true)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  get #isUnderWay(): boolean {
    return this.#open || this.#used > 0
  }

  /** One timer, that runs on: one for each message would cost more than sending it. */
  #watch(): void {
    this.#watched = true
    this.#timer = this.#timer?.refresh() ?? setTimeout(() => this.#look(), PATIENCE_MS).unref()
  }

  #look(): void {
    this.#watched = false
    if (performance.now() - this.#since >= PATIENCE_MS) this.settle()
    else if (this.#isUnderWay) this.#watch()
  }

  #flush(isLast: boolean): void {
    const bytes = this.#block?.subarray(0, this.#used)
    this.#block = undefined
    this.#used = 0
    if (bytes && bytes.length > 0) this.#say(bytes, isLast)
  }

  #say(bytes: Uint8Array, isLast: boolean): void {
    this.#sent = (this.#open ? this.#sent : 0) + bytes.length
    this.#open = this.#isKafka && !isLast && this.#sent + BLOCK <= WHOLE
    this.send(bytes, !this.#open)
  }

  /** Where the last answer ends that ends in this chunk; 0 when none does. */
  #lastEdge(chunk: Uint8Array): number {
    if (!this.#isKafka) return chunk.length
    let edge = 0
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        this.#size = (this.#size << 8) | chunk[at++]
        if (++this.#sizeBytes < 4) continue
        this.#isKafka = this.#size >= 0 && this.#size <= MOST
        if (!this.#isKafka) return chunk.length
        this.#left = this.#size
        this.#size = this.#sizeBytes = 0
      }
      const part = Math.min(this.#left, chunk.length - at)
      this.#left -= part
      at += part
      if (this.#left === 0) edge = at
    }
    return edge
  }
}
