import { viewOf } from './reader.js'

/** Byte arrays from this size on are linked instead of copied: below it a copy is cheaper than one more chunk for the transport. */
const LINK_FROM = 1024

/** Memory that is being filled and grows, and the chunks before it. `writer` makes one. */
export interface Writer {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView
  /** Where the chunk that is being filled begins in `bytes`. */
  start: number
  /** The next byte to write. */
  offset: number
  readonly done: Uint8Array[]
}

export function writer(): Writer {
  const bytes = new Uint8Array(256)
  return { bytes, view: viewOf(bytes), start: 0, offset: 0, done: [] }
}

/** Steps over the next `size` bytes and returns where they begin; `bytes` and `view` may be others afterwards. */
export function room(to: Writer, size: number): number {
  let at = to.offset
  if (at + size > to.bytes.length) {
    // Only the chunk that is being filled moves; finished chunks keep the memory they are in.
    const held = to.bytes.subarray(to.start, at)
    at = held.length
    to.bytes = new Uint8Array(2 * (at + size) + 256)
    to.bytes.set(held)
    to.view = viewOf(to.bytes)
    to.start = 0
  }
  to.offset = at + size
  return at
}

/** An unsigned 32-bit varint: 7 bits a byte, low bits first. */
export function putUvarint(to: Writer, value: number): void {
  let at = room(to, 5)
  for (; value > 127; value >>>= 7) to.bytes[at++] = value | 128
  to.bytes[at++] = value
  to.offset = at
}

/** Bytes without a length in front. Large ones are linked and must not change until the chunks were sent. */
export function putBytes(to: Writer, bytes: Uint8Array): void {
  if (bytes.length < LINK_FROM) {
    const at = room(to, bytes.length)
    to.bytes.set(bytes, at)
  } else chunksOf(to).push(bytes)
}

/** Everything written so far, in order; the arrays that were linked are in it as they are. */
export function chunksOf(to: Writer): Uint8Array[] {
  const { done, start, offset } = to
  if (offset > start) done.push(to.bytes.subarray(start, offset))
  to.start = offset
  return done
}

export const lengthOf = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, { length }) => sum + length, 0)

/** Chunks as one array. Copies where there are several. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]
  const all = new Uint8Array(lengthOf(chunks))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
