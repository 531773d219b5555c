import { Disconnect } from '../refusal.js'

/**
 * Cuts a stream into frames: what follows each 4-byte size, without the size. Nothing is allocated for a size that was only claimed; a frame that
 * came in one chunk is a view of it.
 */
export class Frames {
  #chunks: Uint8Array[] = []
  #held = 0

  constructor(private readonly maxBytes: number) {}

  /** Bytes that wait for the rest of their frame. */
  get held(): number {
    return this.#held
  }

  /** @throws Disconnect for a size that is negative, too small for a request's header, or above the limit. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    while (this.#held >= 4) {
      const size = this.#size()
      if (size < 0) throw new Disconnect(`a frame of ${size} bytes was announced`)
      if (size > this.maxBytes) throw new Disconnect(`a frame of ${size} bytes was announced; the limit is ${this.maxBytes}`)
      if (this.#held < 4 + size) return
      yield this.#take(4 + size).subarray(4)
    }
  }

  #size(): number {
    if (this.#chunks[0].length < 4) this.#join()
    const b = this.#chunks[0]
    return (b[0] << 24) | (b[1] << 16) | (b[2] << 8) | b[3]
  }

  #take(length: number): Uint8Array {
    if (this.#chunks[0].length < length) this.#join()
    const [first] = this.#chunks
    this.#held -= length
    if (first.length === length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(length)
    return first.subarray(0, length)
  }

  #join(): void {
    const all = new Uint8Array(this.#held)
    let at = 0
    for (const chunk of this.#chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    this.#chunks = [all]
  }
}
