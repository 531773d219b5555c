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
      return fixed(
        1,
        0,
        from => from.bool(),
        given(place, 'boolean', (to, value) => to.bool(value)),
      )
    case 'int8':
      return integer(
        place,
        1,
        true,
        from => from.int8(),
        (to, n) => to.int8(n),
      )
    case 'int16':
      return integer(
        place,
        2,
        true,
        from => from.int16(),
        (to, n) => to.int16(n),
      )
    case 'uint16':
      return integer(
        place,
        2,
        false,
        from => from.uint16(),
        (to, n) => to.int16(n),
      )
    case 'int32':
      return integer(
        place,
        4,
        true,
        from => from.int32(),
        (to, n) => to.int32(n),
      )
    case 'uint32':
      return integer(
        place,
        4,
        false,
        from => from.uint32(),
        (to, n) => to.int32(n),
      )
    case 'int64':
      return fixed(8, 24, from => from.int64(), int64Writer(place))
    case 'float64':
      return fixed(
        8,
        16,
        from => from.float64(),
        given(place, 'number', (to, value) => to.float64(value)),
      )
    case 'uuid':
      return fixed(
        16,
        40,
        from => from.uuid(),
        given(place, 'string', (to, value) => to.uuid(value)),
      )
    case 'string':
      return stringCoder(place)
    case 'bytes':
      return bytesCoder(place, false)
    case 'records':
      return bytesCoder(place, true)
  }
}

const fixed = (min: number, cost: number, read: Coder['read'], write: Coder['write']): Coder => ({ read, write, min, cost, fixed: true })

function integer(place: Place, size: number, signed: boolean, read: Coder['read'], write: (to: Writer, value: number) => void): Coder {
  const range = 2 ** (8 * size)
  const min = signed ? -range / 2 : 0
  const max = min + range - 1
  return fixed(size, 0, read, (to, value) => {
    if (typeof value !== 'number' || !(value >= min && value <= max) || value % 1 !== 0) {
      throw refused(place, `${shown(value)} is not an integer from ${min} to ${max}`)
    }
    write(to, value)
  })
}

interface Given {
  boolean: boolean
  number: number
  string: string
}

function given<T extends keyof Given>(place: Place, type: T, write: (to: Writer, value: Given[T]) => void): Coder['write'] {
  return (to, value) => {
    if (typeof value !== type) throw refused(place, `${shown(value)} is not a ${type}`)
    write(to, value as Given[T])
  }
}

function int64Writer(place: Place): Coder['write'] {
  return (to, value) => {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw refused(place, `${shown(value)} is not a bigint of 64 bits`)
    to.int64(value)
  }
}

/** Texts and bytes may be a password or a token, and so may be what was given in their place. */
const kindOf = (value: unknown): string => (typeof value === 'number' || typeof value === 'bigint' ? `a ${typeof value}` : shown(value))

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
      if (typeof value !== 'string') throw refused(place, `${kindOf(value)} is not a string`)
      const size = utf8Length(value)
      if (size > MAX_STRING) throw refused(place, `a string of ${size} bytes is longer than the ${MAX_STRING} that Kafka takes`)
      length.write(to, size)
      to.string(value, size)
    },
    min: length.min,
    cost: 24,
  }
}

/** Record batches may be given as several arrays, which are written one behind the other. */
function bytesCoder(place: Place, several: boolean): Coder {
  const length = lengths(place, 'int32', 'bytes')
  return {
    read: from => {
      const size = length.read(from)
      return size < 0 ? null : from.view(size)
    },
    write: (to, value) => {
      if (value === null && place.nullable) return length.write(to, -1)
      const parts: readonly unknown[] = several && Array.isArray(value) ? value : [value]
      let size = 0
      for (const part of parts) {
        if (!(part instanceof Uint8Array)) throw refused(place, `${kindOf(part)} is not a Uint8Array`)
        size += part.length
      }
      length.write(to, size)
      for (const part of parts) to.bytes(part as Uint8Array)
    },
    min: length.min,
    cost: VIEW,
  }
}
