import { malformed } from './malformed.js'

/** What the values of a message may take in memory: this many times its bytes, and a floor that lets small messages be. */
const TIMES = 4
const FLOOR = 4_000_000

/** Bytes and how far they were read. `reader` makes one. */
export interface Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** The next byte to read, as an index into `bytes`. */
  offset: number
  /** Where reading stops; a caller may pull it in for a part with a length of its own, and must put it back. */
  end: number
  /** What is read, in front of each error's sentence: `FetchResponse v12: `. */
  title: string
  /** Bytes of memory that may still be taken. */
  budget: number
  /** No two readers have the same numbers from here to here and the length of their bytes. */
  readonly base: number
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

let bases = 0
/** By a hash of eight bits. */
const places = new Int32Array(256)
const lengths = new Int32Array(256)
const kinds: unknown[] = []
const values: unknown[] = []

export function reader(bytes: Uint8Array, offset = 0): Reader {
  const { length } = bytes
  // What is remembered has small numbers, and is forgotten when they run out.
  if (bases > 1e9) bases = kinds.length = 0
  const base = bases
  bases += length + 1
  return { bytes, view: viewOf(bytes), offset, end: length, title: '', budget: TIMES * length + FLOOR, base }
}

/** `MALFORMED`, naming what was read and at which offset. */
export function broken(from: Reader, what: string, why: string, at = from.offset): Error {
  return malformed(from.title + what, at, why)
}

/** Steps over the next bytes and returns where they began. Throws `MALFORMED` where there are fewer. */
export function take(from: Reader, length: number, what: string): number {
  const at = from.offset
  const left = from.end - at
  if (length > left) throw broken(from, what, `it needs ${length} bytes and ${left} are left`)
  from.offset = at + length
  return at
}

/** Counts memory, roughly, before it is taken. `field` is for the error's sentence. */
export function spend(from: Reader, memory: number, field: string): void {
  from.budget -= memory
  if (from.budget < 0) {
    throw broken(from, field, `all of it would take more memory than ${TIMES} times its ${from.bytes.length} bytes and ${FLOOR / 1e6} MB`)
  }
}

/** An unsigned 32-bit varint. */
export function readUvarint(from: Reader): number {
  const start = from.offset
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = from.view.getUint8(take(from, 1, 'varint'))
    if (shift > 27 && byte > 15) throw broken(from, 'varint', 'it does not fit 32 bits', start)
    value |= (byte & 127) << shift
    if (byte < 128) return value >>> 0
  }
}

/**
 * What the next bytes hold, or the value that was made of equal ones of this kind not long before in the same bytes: replicas, offsets and
 * ids repeat, and values are read only. `make` reads them, or throws.
 */
export function shared<T>(from: Reader, kind: unknown, length: number, make: (from: Reader, count: number) => T, count = 0): T {
  const { bytes, view, offset, base } = from
  const end = offset + length
  if (end > from.end) return make(from, count)
  let hash = 0
  for (let i = end - 4; i >= offset; i -= 4) hash = Math.imul(hash ^ view.getInt32(i), 0x9e3779b1)
  const slot = hash >>> 24
  let other = places[slot] - base
  if (other >= 0 && lengths[slot] === length && kinds[slot] === kind) {
    let i = offset
    while (i < end && bytes[i] === bytes[other++]) i++
    if (i === end) {
      from.offset = end
      return values[slot] as T
    }
  }
  const value = make(from, count)
  if (from.offset === end) {
    places[slot] = base + offset
    lengths[slot] = length
    kinds[slot] = kind
    values[slot] = value
  }
  return value
}
