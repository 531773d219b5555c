import { ClientError } from '../error.js'

interface Reader {
  resolve(step: IteratorResult<Uint8Array, undefined>): void
  reject(error: Error): void
}

/**
 * The reading half of a stream: what arrived and was not taken yet. It is its own iterator, so a step costs one promise and nothing else; leaving
 * a `for await` early leaves the rest in place, and the next loop goes on there.
 */
export class Inbox implements AsyncIterableIterator<Uint8Array, undefined> {
  #chunks: Uint8Array[] = []
  #head = 0
  #bytes = 0
  #reader: Reader | undefined
  #over: { error?: Error } | undefined

  /** `taken` runs after each chunk that left, for the transport to ask for more. */
  constructor(private readonly taken: () => void = () => {}) {}

  /** Bytes that wait here. */
  get bytes(): number {
    return this.#bytes
  }

  get over(): boolean {
    return this.#over !== undefined
  }

  push(chunk: Uint8Array): void {
    if (this.#over || chunk.length === 0) return
    const reader = this.#reader
    if (reader) {
      this.#reader = undefined
      reader.resolve({ done: false, value: chunk })
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** Nothing more will come. What waits is still read, then the reader sees the end, or `error`. Only the first call counts. */
  finish(error?: Error): void {
    if (this.#over) return
    this.#over = error ? { error } : {}
    const reader = this.#reader
    this.#reader = undefined
    if (error) reader?.reject(error)
    else reader?.resolve({ done: true, value: undefined })
  }

  /** As `finish`, and what waits is thrown away. A failure that was already there stays; an end in order, not seen yet, gives way to `error`. */
  discard(error?: Error): void {
    this.#chunks = []
    this.#head = 0
    this.#bytes = 0
    if (this.#over && error) this.#over.error ??= error
    else this.finish(error)
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#head < this.#chunks.length) return Promise.resolve({ done: false, value: this.#take() })
    if (this.#over?.error) return Promise.reject(this.#over.error)
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    if (this.#reader)
      return Promise.reject(new ClientError('INVALID_REQUEST', 'a stream has one reader: the chunk asked for before has not arrived yet'))
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #take(): Uint8Array {
    const chunk = this.#chunks[this.#head]
    this.#head += 1
    this.#bytes -= chunk.length
    if (this.#head === this.#chunks.length) {
      this.#chunks = []
      this.#head = 0
    } else if (this.#head >= 1024) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
    this.taken()
    return chunk
  }
}
