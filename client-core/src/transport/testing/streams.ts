import type { ByteStream } from '../stream.js'

/** A signal that nobody aborts. */
export function signal(): AbortSignal {
  return new AbortController().signal
}

/** Bytes that show a shift, a loss or a repetition: a small xorshift generator. */
export function bytesOf(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length)
  let state = (seed * 2654435761) | 1
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    out[i] = state
  }
  return out
}

/** Reads until `length` bytes came; throws when the stream ends before or gave more. */
export async function readExactly(stream: ByteStream, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const step = await stream.incoming[Symbol.asyncIterator]().next()
    if (step.done) throw new Error(`the stream ended after ${at} of ${length} bytes`)
    if (at + step.value.length > length) throw new Error(`${at + step.value.length - length} bytes more than expected`)
    out.set(step.value, at)
    at += step.value.length
  }
  return out
}

/** Reads to the end. */
export async function collect(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream.incoming) chunks.push(chunk)
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}

/** The first position where two runs of bytes differ, -1 when they are the same. A matcher takes seconds on megabytes. */
export function differsAt(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return a.length === b.length ? -1 : length
}

/** What a promise was rejected with; undefined when it was not. */
export function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Tells when something that keeps happening has stopped: no mark for a while. */
export class Timeline {
  #last = performance.now()

  mark(): void {
    this.#last = performance.now()
  }

  async quiet(ms = 300): Promise<void> {
    while (performance.now() - this.#last < ms) await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Other ends, as they come in. */
export class Arrivals {
  #streams: ByteStream[] = []
  #waiting: Array<(stream: ByteStream) => void> = []

  readonly add = (stream: ByteStream): void => {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(stream)
    else this.#streams.push(stream)
  }

  readonly next = (): Promise<ByteStream> => {
    const stream = this.#streams.shift()
    if (stream) return Promise.resolve(stream)
    return new Promise(resolve => {
      this.#waiting.push(resolve)
    })
  }
}
