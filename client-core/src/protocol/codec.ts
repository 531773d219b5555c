import { malformed } from '../bytes/malformed.js'
import { Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'
import { ClientError } from '../error.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import { lengths } from './lengths.js'
import type { Input, Message, Output } from './message.js'
import { isFlexible } from './message.js'
import { scalarCoder } from './scalars.js'
import type { FieldType } from './schema.js'
import { structCoder } from './struct.js'

const compiled = new WeakMap<Message, Coder[]>()

/**
 * The closures that read and write a message at a version, made on first use. Throws `UNSUPPORTED_VERSION` for a version without a table.
 */
export function coderOf(message: Message, version: number): Coder {
  let versions = compiled.get(message)
  if (versions === undefined) compiled.set(message, (versions = []))
  return (versions[version] ??= compile(message, version))
}

function compile(message: Message, version: number): Coder {
  const [first, last] = message.versions
  if (!Number.isInteger(version) || version < first || version > last) {
    throw new ClientError('UNSUPPORTED_VERSION', `${message.name} has the versions ${first} to ${last}, not ${version}`)
  }
  const place: Place = { path: message.name, version, flexible: isFlexible(message, version), nullable: false }
  return structCoder(message.fields, place, typeCoder)
}

/** The closures of one type; compiled anew at every call, so keep them. */
export function typeCoder(type: FieldType, place: Place): Coder {
  switch (type.kind) {
    case 'array':
      return arrayCoder(type.of, place)
    case 'struct':
      return place.nullable ? nullableStruct(type, place) : structCoder(type.fields, place, typeCoder)
    default:
      return scalarCoder(type.kind, place)
  }
}

const noItems: readonly unknown[] = Object.freeze([])
/** Memory of an array without its items. */
const ARRAY = 48

function arrayCoder(of: FieldType, place: Place): Coder {
  const count = lengths(place, 'int32', 'array')
  const item = typeCoder(of, { ...place, nullable: false })
  const { read, write } = item
  const min = Math.max(item.min, 1)
  const memory = 8 + item.cost
  return {
    read: from => {
      const length = count.read(from)
      if (length < 0) return null
      if (length === 0) return noItems
      if (length * min > from.left) {
        throw malformed('array', from.offset, `${length} items need at least ${length * min} bytes and ${from.left} are left`)
      }
      from.spend(ARRAY + length * memory)
      if (from.discarding) {
        if (item.fixed) from.take(length * min, 'array')
        else for (let i = 0; i < length; i++) read(from)
        return noItems
      }
      const items = new Array<unknown>(length)
      for (let i = 0; i < length; i++) items[i] = read(from)
      return items
    },
    write: (to, value) => {
      if (value === null && place.nullable) return count.write(to, -1)
      if (!Array.isArray(value)) throw refused(place, `${shown(value)} is not an array`)
      count.write(to, value.length)
      for (let i = 0; i < value.length; i++) write(to, value[i])
    },
    min: count.min,
    cost: 0,
  }
}

/** A struct that may be null has one byte in front: 1, and for null -1, or 0 where the struct is a tagged field. */
function nullableStruct(type: FieldType & { kind: 'struct' }, place: Place): Coder {
  const inner = structCoder(type.fields, place, typeCoder)
  const least = place.tagged ? 1 : 0
  return {
    read: from => (from.int8() < least ? null : inner.read(from)),
    write: (to, value) => {
      to.int8(value === null ? least - 1 : 1)
      if (value !== null) inner.write(to, value)
    },
    min: 1,
    cost: inner.cost,
  }
}

/** Writes a message without any header. Throws `INVALID_REQUEST` for a value that the version cannot carry, naming the field. */
export function encode<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array {
  return encodeTo(new Writer(), message, value, version).toBytes()
}

/** The same as chunks, in which large byte arrays are those that were handed in, not copies. */
export function encodeChunks<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array[] {
  return encodeTo(new Writer(), message, value, version).chunks()
}

export function encodeTo<M extends Message>(to: Writer, message: M, value: Input<M>, version: number): Writer {
  coderOf(message, version).write(to, value)
  return to
}

/**
 * Reads a message without any header; the bytes must end where it ends. Byte fields are views of `bytes`. Throws `MALFORMED`, naming the
 * message, what was read and where.
 */
export function decode<M extends Message>(message: M, bytes: Uint8Array, version: number): Output<M> {
  return decodeFrom(new Reader(bytes), message, version)
}

export function decodeFrom<M extends Message>(from: Reader, message: M, version: number): Output<M> {
  const { read } = coderOf(message, version)
  return readBy(from, message, version, from => {
    const value = read(from)
    if (from.left > 0) throw malformed('message', from.offset, `${from.left} bytes are left over behind its last field`)
    return value
  })
}

/** Reads a message and leaves the reader behind it, whatever follows. */
export function readFrom<M extends Message>(from: Reader, message: M, version: number): Output<M> {
  return readBy(from, message, version, coderOf(message, version).read)
}

/** A message that takes much memory for its size is walked through to its end before it may take more: what is broken never does. */
function readBy<M extends Message>(from: Reader, message: M, version: number, read: Coder['read']): Output<M> {
  const { bytes, offset, end } = from
  from.check = () => void read(new Reader(bytes, offset, end, true))
  try {
    return read(from) as Output<M>
  } catch (cause) {
    if (!(cause instanceof ClientError)) throw cause
    throw new ClientError(cause.code, `${message.name} v${version}: ${cause.message}`, { cause })
  }
}
