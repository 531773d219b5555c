import { malformed } from './malformed.js'

/*
 * One message is read at a time, from its first byte to its last, and reading calls nobody's code. So what is read, and how far, are variables
 * of this module, changed by its functions alone, and need not be handed from one function to the next (which was a tenth of a small bundle).
 */

/** What the values of a message may take in memory: this many times its bytes, and a floor that lets small messages be. */
const TIMES = 4
const FLOOR = 4_000_000

/** What is read. */
export let bytes: Uint8Array
export let view: DataView
/**
 * The next byte to read, as an index into `bytes`, and where reading stops. In an array, since V8 checks a variable that changes each time that
 * it is a number (Metadata takes 5 % longer).
 */
export const cursor = new Int32Array(2)
export const AT = 0
export const END = 1
/** In front of each error's sentence: `FetchResponse v12: `. */
let title: string
/** Bytes of memory that may still be taken. */
let budget: number

/** What equal bytes of this message were made into, by a hash of eight bits: where they stand, their length, the kind, the value. */
const places = new Int32Array(256)
const lengths = new Int32Array(256)
const kinds: unknown[] = []
const values: unknown[] = []

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
export const noBytes = new Uint8Array(0)
const noView = viewOf(noBytes)

/** Reads `from`, from `at` on. The bytes are let go of afterwards: a module lives longer than any answer. */
export function reading<T>(from: Uint8Array, read: () => T, at = 0): T {
  bytes = from
  view = viewOf(from)
  cursor[AT] = at
  cursor[END] = from.length
  title = ''
  budget = TIMES * from.length + FLOOR
  places.fill(-1)
  try {
    return read()
  } finally {
    bytes = noBytes
    view = noView
  }
}

/** What is read from here on, for the errors. */
export function entitle(name: string): void {
  title = name
}

/** Lets values take any memory: for those that are not kept. */
export function lavish(): void {
  budget = Number.POSITIVE_INFINITY
}

/** `MALFORMED`, naming what was read and at which offset. */
export function broken(what: string, why: string, at = cursor[AT]): Error {
  return malformed(title + what, at, why)
}

/** Steps over the next bytes and returns where they began. Throws `MALFORMED` where there are fewer. */
export function take(length: number, what: string): number {
  const at = cursor[AT]
  const left = cursor[END] - at
  if (length > left) throw broken(what, `it needs ${length} bytes and ${left} are left`)
  cursor[AT] = at + length
  return at
}

/** The next bytes, as a view. */
export function takeBytes(length: number, what: string): Uint8Array {
  return bytes.subarray(take(length, what), cursor[AT])
}

/** Throws `MALFORMED` where bytes are left. */
export function finish(what: string): void {
  if (cursor[AT] < cursor[END]) throw broken(what, `${cursor[END] - cursor[AT]} bytes are left over`)
}

/** Reads a part that has a length of its own, which it must fill. */
export function part<T>(length: number, what: string, read: () => T): T {
  const outer = cursor[END]
  cursor[AT] = take(length, what)
  cursor[END] = cursor[AT] + length
  const value = read()
  finish(what)
  cursor[END] = outer
  return value
}

/** Counts memory, roughly, before it is taken. `field` is for the error's sentence. */
export function spend(memory: number, field: string): void {
  budget -= memory
  if (budget < 0)
    throw broken(field, `all of it would take more memory than ${TIMES} times its ${bytes.length} bytes and ${FLOOR / 1e6} MB`)
}

/** An unsigned 32-bit varint. */
export function readUvarint(): number {
  const start = cursor[AT]
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[take(1, 'varint')]
    if (shift > 27 && byte > 15) throw broken('varint', 'it does not fit 32 bits', start)
    value |= (byte & 127) << shift
    if (byte < 128) return value >>> 0
  }
}

/**
 * What the next bytes hold, or the value that was made of equal ones of this kind not long before in the same message: replicas, offsets and
 * ids repeat, and values are read only. `make` reads them, or throws.
 */
export function shared<T>(kind: unknown, length: number, make: (count: number) => T, count = 0): T {
  // A loop over variables of the module would look them up in each round.
  const from = bytes
  const words = view
  const start = cursor[AT]
  const behind = start + length
  if (behind > cursor[END]) return make(count)
  let hash = 0
  for (let i = behind - 4; i >= start; i -= 4) hash = Math.imul(hash ^ words.getInt32(i), 0x9e3779b1)
  const slot = hash >>> 24
  let other = places[slot]
  if (other >= 0 && lengths[slot] === length && kinds[slot] === kind) {
    let i = start
    while (i < behind && from[i] === from[other++]) i++
    if (i === behind) {
      cursor[AT] = behind
      return values[slot] as T
    }
  }
  const value = make(count)
  if (cursor[AT] === behind) {
    places[slot] = start
    lengths[slot] = length
    kinds[slot] = kind
    values[slot] = value
  }
  return value
}
