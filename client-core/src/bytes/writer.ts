import { viewOf } from './reader.js'

/*
 * What is being written are variables of this module, as what is read are those of reader.ts. But a value's getters are somebody else's code,
 * which may throw, or write a message itself: `written` puts back what it found.
 */

/** Byte arrays from this size on are linked instead of copied: below it a copy is cheaper than one more chunk for the transport. */
const LINK_FROM = 1024

/** Memory that is being filled; other memory after each `room`. */
let bytes: Uint8Array
export let view: DataView
/** Where the chunk that is being filled begins in `bytes`. */
let start: number
/** The next byte to write. */
let offset: number
/** The chunks before it. */
let done: Uint8Array[]

/** What `write` makes of a value, in order; arrays that were linked are in it as they are. */
export function written<T>(write: (value: T) => void, value: T): Uint8Array[] {
  const outer = [bytes, view, start, offset, done] as const
  done = []
  begin(256)
  try {
    write(value)
    return close()
  } finally {
    ;[bytes, view, start, offset, done] = outer
  }
}

function begin(size: number): void {
  bytes = new Uint8Array(size)
  view = viewOf(bytes)
  start = offset = 0
}

/** Ends the chunk that is being filled, and gives all. */
function close(): Uint8Array[] {
  if (offset > start) done.push(bytes.subarray(start, offset))
  start = offset
  return done
}

/** Steps over the next `size` bytes and returns where they begin in `view`, which may be another afterwards. */
export function room(size: number): number {
  if (offset + size > bytes.length) {
    close()
    begin(2 * (bytes.length + size))
  }
  const at = offset
  offset += size
  return at
}

export function putByte(value: number): void {
  const at = room(1)
  bytes[at] = value
}

/** An unsigned 32-bit varint: 7 bits a byte, low bits first. */
export function putUvarint(value: number): void {
  let at = room(5)
  for (; value > 127; value >>>= 7) bytes[at++] = value | 128
  bytes[at++] = value
  offset = at
}

/** Bytes without a length in front. Large ones are linked and must not change until the chunks were sent. */
export function putBytes(from: Uint8Array): void {
  if (from.length < LINK_FROM) {
    const at = room(from.length)
    bytes.set(from, at)
  } else close().push(from)
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
