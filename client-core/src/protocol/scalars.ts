import { AT, broken, bytes, cursor, noBytes, readUvarint, shared, spend, take, takeBytes, view } from '../bytes/reader.js'
import { utf8Decode, utf8Encode } from '../bytes/utf8.js'
import { lengthOf, view as output, putBytes, putUvarint, room } from '../bytes/writer.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import type { FieldType, ScalarKind } from './schema.js'

/** Kafka's writers refuse longer strings in every encoding, its readers as well. */
const MAX_STRING = 0x7fff
/** What an int32 can count. */
export const MAX_COUNT = 0x7fffffff
/** Up to so many bytes it is worth to look whether equal ones were read before. */
export const SHORT = 64
/** Memory of a view, whatever its length. */
const VIEW = 104

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
    const plain = () => get(view, take(size, kind))
    const made = () => {
      spend(memory, place.path)
      return plain()
    }
    return {
      size,
      read: memory ? () => shared(kind, size, made) : plain,
      write: value => {
        const is = typeof value === type
        if (is) {
          const at = room(size)
          set(output, at, value as T)
          const got = get(output, at)
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
const compact = {
  read: () => readUvarint() - 1,
  write: (length: unknown) => putUvarint((length as number) + 1),
}

/**
 * What has a length or a count in front: in an int16 or int32, with -1 for null, before the flexible versions.
 * @param most the greatest length
 * @param prepare checks a value and gives what has the length and is `put`
 */
export function sizedCoder<T extends { readonly length: number }>(
  place: Place,
  what: string,
  most: typeof MAX_STRING | typeof MAX_COUNT,
  get: (length: number) => unknown,
  prepare: (value: unknown) => T | false,
  put: (value: T) => void,
): Coder {
  const length = place.flexible ? compact : (most === MAX_STRING ? int16 : int32).coder(place)
  const least = place.nullable ? -1 : 0
  return {
    size: Number.NaN,
    read: () => {
      const size = length.read() as number
      if (size < least || size > most) throw broken(what, size === -1 ? 'null where the protocol has none' : `its length is ${size}`)
      return size < 0 ? null : get(size)
    },
    write: value => {
      if (value === null && least) return length.write(-1)
      const body = prepare(value)
      if (!body) throw refused(place, `${shown(value)} is no ${what}`)
      if (body.length > most) throw refused(place, `its length is ${body.length}, and Kafka takes ${most} at most`)
      length.write(body.length)
      put(body)
    },
  }
}

export function stringCoder(place: Place): Coder {
  const make = (size: number): string => {
    const at = take(size, 'string')
    const text = utf8Decode(bytes, at, cursor[AT])
    // A text that is not ASCII takes two bytes for each of its characters; a long one is decoded from a view.
    spend((size > SHORT ? VIEW : 24) + (text.length < size ? 2 : 1) * text.length, place.path)
    return text
  }
  return sizedCoder(
    place,
    'string',
    MAX_STRING,
    size => {
      if (!size) return ''
      return size > SHORT ? make(size) : shared('string', size, make, size)
    },
    value => typeof value === 'string' && utf8Encode(value),
    putBytes,
  )
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

function viewCoder<T extends { readonly length: number }>(
  place: Place,
  prepare: (value: unknown) => T | false,
  put: (value: T) => void,
): Coder {
  const what = 'Uint8Array'
  return sizedCoder(
    place,
    what,
    MAX_COUNT,
    size => {
      if (!size) return noBytes
      spend(VIEW, place.path)
      return takeBytes(size, what)
    },
    prepare,
    put,
  )
}

export const bytesCoder = (place: Place): Coder => viewCoder(place, value => isBytes(value) && value, putBytes)

/** Record batches may be given as several arrays, which are written one behind the other. */
export const recordsCoder = (place: Place): Coder =>
  viewCoder<Uint8Array | { readonly parts: readonly Uint8Array[]; readonly length: number }>(
    place,
    value => (isBytes(value) ? value : Array.isArray(value) && value.every(isBytes) && { parts: value, length: lengthOf(value) }),
    body => {
      for (const part of 'parts' in body ? body.parts : [body]) putBytes(part)
    },
  )
