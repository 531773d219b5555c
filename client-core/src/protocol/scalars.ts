import { malformed } from '../bytes/malformed.js'
import { utf8Length } from '../bytes/utf8.js'
import type { Writer } from '../bytes/writer.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import { lengths } from './lengths.js'
import type { ScalarKind } from './schema.js'

/** Kafka's writers refuse longer strings in every encoding, its readers as well. */
const MAX_STRING = 0x7fff
/** Memory of a view, whatever its length. */
const VIEW = 104

export function scalarCoder(kind: ScalarKind, place: Place): Coder {
  switch (kind) {
    case 'bool':
      return { read: from => from.bool(), write: boolWriter(place), min: 1, cost: 0 }
    case 'int8':
      return { read: from => from.int8(), write: intWriter(place, -0x80, 0x7f, (to, n) => to.int8(n)), min: 1, cost: 0 }
    case 'int16':
      return { read: from => from.int16(), write: intWriter(place, -0x8000, 0x7fff, (to, n) => to.int16(n)), min: 2, cost: 0 }
    case 'uint16':
      return { read: from => from.uint16(), write: intWriter(place, 0, 0xffff, (to, n) => to.int16(n)), min: 2, cost: 0 }
    case 'int32':
      return { read: from => from.int32(), write: intWriter(place, -0x80000000, 0x7fffffff, (to, n) => to.int32(n)), min: 4, cost: 0 }
    case 'uint32':
      return { read: from => from.uint32(), write: intWriter(place, 0, 0xffffffff, (to, n) => to.int32(n)), min: 4, cost: 0 }
    case 'int64':
      return { read: from => from.int64(), write: int64Writer(place), min: 8, cost: 24 }
    case 'float64':
      return { read: from => from.float64(), write: float64Writer(place), min: 8, cost: 16 }
    case 'uuid':
      return { read: from => from.uuid(), write: uuidWriter(place), min: 16, cost: 40 }
    case 'string':
      return stringCoder(place)
    case 'bytes':
      return bytesCoder(place)
    case 'records':
      return recordsCoder(place)
  }
}

function boolWriter(place: Place): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'boolean') throw refused(place, `${shown(value)} is not a boolean`)
    to.bool(value)
  }
}

function intWriter(place: Place, min: number, max: number, write: (to: Writer, value: number) => void): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'number' || !(value >= min && value <= max) || value % 1 !== 0) {
      throw refused(place, `${shown(value)} is not an integer from ${min} to ${max}`)
    }
    write(to, value)
  }
}

function int64Writer(place: Place): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw refused(place, `${shown(value)} is not a bigint of 64 bits`)
    to.int64(value)
  }
}

function float64Writer(place: Place): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'number') throw refused(place, `${shown(value)} is not a number`)
    to.float64(value)
  }
}

function uuidWriter(place: Place): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'string') throw refused(place, `${shown(value)} is not a uuid`)
    to.uuid(value)
  }
}

function stringCoder(place: Place): Coder {
  const length = lengths(place, 'int16', 'string')
  return {
    read: from => {
      const size = length.read(from)
      if (size < 0) return null
      if (size > MAX_STRING) throw malformed('string', from.offset, `its length is ${size}`)
      return from.string(size)
    },
    write: (to, value) => {
      if (value === null && place.nullable) return length.write(to, -1)
      if (typeof value !== 'string') throw refused(place, `${shown(value)} is not a string`)
      const size = utf8Length(value)
      if (size > MAX_STRING) throw refused(place, `a string of ${size} bytes is longer than the ${MAX_STRING} that Kafka takes`)
      length.write(to, size)
      to.string(value, size)
    },
    min: length.min,
    cost: 24,
  }
}

function bytesCoder(place: Place): Coder {
  const length = lengths(place, 'int32', 'bytes')
  return {
    read: from => {
      const size = length.read(from)
      return size < 0 ? null : from.view(size)
    },
    write: (to, value) => {
      if (value === null && place.nullable) return length.write(to, -1)
      if (!(value instanceof Uint8Array)) throw refused(place, `${shown(value)} is not a Uint8Array`)
      length.write(to, value.length)
      to.bytes(value)
    },
    min: length.min,
    cost: VIEW,
  }
}

function recordsCoder(place: Place): Coder {
  const length = lengths(place, 'int32', 'records')
  const one = bytesCoder(place)
  return {
    read: one.read,
    write: (to, value) => {
      if (!Array.isArray(value)) return one.write(to, value)
      let size = 0
      for (const batch of value) {
        if (!(batch instanceof Uint8Array)) throw refused(place, `${shown(batch)} is not a Uint8Array`)
        size += batch.length
      }
      length.write(to, size)
      for (const batch of value) to.bytes(batch)
    },
    min: length.min,
    cost: VIEW,
  }
}
