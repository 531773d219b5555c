import { broken, type Reader, readUvarint, shared, spend, take } from '../bytes/reader.js'
import { utf8Decode, utf8Encode } from '../bytes/utf8.js'
import { lengthOf, putBytes, putUvarint, room, type Writer } from '../bytes/writer.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import type { FieldType, ScalarKind } from './schema.js'

/** Kafka's writers refuse longer strings in every encoding, its readers as well. */
const MAX_STRING = 0x7fff
/** Up to so many bytes it is worth to look whether equal ones were read before. */
export const SHORT = 64
/** Memory of a view, whatever its length. */
const VIEW = 104
export const noBytes = new Uint8Array(0)

/**
 * A type of `size` bytes. What does not come back as it was written is refused, so that ranges need no words of their own.
 * @param zero what a missing field means, and the JavaScript type
 * @param memory what a value takes beside its slot
 */
export function fixedType<T>(
  kind: ScalarKind,
  size: number,
  zero: T,
  get: (view: DataView, at: number) => T,
  set: (view: DataView, at: number, value: T) => void,
  memory = 0,
): FieldType {
  const type = typeof zero
  const coder = (place: Place): Coder => {
    const plain = (from: Reader) => get(from.view, take(from, size, kind))
    const made = (from: Reader) => {
      spend(from, memory, place.path)
      return plain(from)
    }
    return {
      min: size,
      fixed: true,
      read: memory ? from => shared(from, kind, size, made) : plain,
      write: (to, value) => {
        const is = typeof value === type
        if (is) {
          const at = room(to, size)
          set(to.view, at, value as T)
          const got = get(to.view, at)
          if (got === value || Number.isNaN(got)) return
        }
        throw refused(place, `${is && type !== 'string' ? value : shown(value)} is no ${kind}`)
      },
    }
  }
  return { kind, zero, coder }
}

export const int8 = /* @__PURE__ */ fixedType(
  'int8',
  1,
  0,
  (view, at) => view.getInt8(at),
  (view, at, value) => view.setInt8(at, value),
)
export const int16 = /* @__PURE__ */ fixedType(
  'int16',
  2,
  0,
  (view, at) => view.getInt16(at),
  (view, at, value) => view.setInt16(at, value),
)
export const int32 = /* @__PURE__ */ fixedType(
  'int32',
  4,
  0,
  (view, at) => view.getInt32(at),
  (view, at, value) => view.setInt32(at, value),
)

/** Unsigned, and one more than the length, so that 0 is null (KIP-482). */
const compact: Coder = {
  min: 1,
  read: from => readUvarint(from) - 1,
  write: (to, length) => putUvarint(to, (length as number) + 1),
}

/**
 * What has a length or a count in front: `plain`, with -1 for null, before the flexible versions.
 * @param prepare checks a value and gives what has the length and is `put`
 */
export function sizedCoder<T extends { readonly length: number }>(
  place: Place,
  what: string,
  plain: FieldType,
  get: (from: Reader, length: number) => unknown,
  prepare: (value: unknown) => T | false,
  put: (to: Writer, value: T) => void,
): Coder {
  const length = place.flexible ? compact : plain.coder(place)
  const least = place.nullable ? -1 : 0
  return {
    min: length.min,
    read: from => {
      const size = length.read(from) as number
      if (size < least) throw broken(from, what, size === -1 ? 'null where the protocol has none' : `its length is ${size}`)
      return size < 0 ? null : get(from, size)
    },
    write: (to, value) => {
      if (value === null && least) return length.write(to, -1)
      const body = prepare(value)
      if (!body) throw refused(place, `${shown(value)} is no ${what}`)
      length.write(to, body.length)
      put(to, body)
    },
  }
}

export function stringCoder(place: Place): Coder {
  const make = (from: Reader, size: number): string => {
    const at = take(from, size, 'string')
    const text = utf8Decode(from.bytes, at, from.offset)
    // A text that is not ASCII takes two bytes for each of its characters; a long one is decoded from a view.
    spend(from, (size > SHORT ? VIEW : 24) + (text.length < size ? 2 : 1) * text.length, place.path)
    return text
  }
  return sizedCoder(
    place,
    'string',
    int16,
    (from, size) => {
      if (size > MAX_STRING) throw broken(from, 'string', `its length is ${size}`)
      if (!size) return ''
      return size > SHORT ? make(from, size) : shared(from, 'string', size, make, size)
    },
    value => {
      if (typeof value !== 'string') return false
      const bytes = utf8Encode(value)
      if (bytes.length > MAX_STRING)
        throw refused(place, `a string of ${bytes.length} bytes is longer than the ${MAX_STRING} that Kafka takes`)
      return bytes
    },
    putBytes,
  )
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

function viewCoder<T extends { readonly length: number }>(
  place: Place,
  what: string,
  prepare: (value: unknown) => T | false,
  put: (to: Writer, value: T) => void,
): Coder {
  return sizedCoder(
    place,
    what,
    int32,
    (from, size) => {
      if (!size) return noBytes
      spend(from, VIEW, place.path)
      const at = take(from, size, what)
      return from.bytes.subarray(at, from.offset)
    },
    prepare,
    put,
  )
}

export const bytesCoder = (place: Place): Coder => viewCoder(place, 'Uint8Array', value => isBytes(value) && value, putBytes)

/** Record batches may be given as several arrays, which are written one behind the other. */
export const recordsCoder = (place: Place): Coder =>
  viewCoder<Uint8Array | { readonly parts: readonly Uint8Array[]; readonly length: number }>(
    place,
    'Uint8Array',
    value => (isBytes(value) ? value : Array.isArray(value) && value.every(isBytes) && { parts: value, length: lengthOf(value) }),
    (to, body) => {
      for (const part of 'parts' in body ? body.parts : [body]) putBytes(to, part)
    },
  )
