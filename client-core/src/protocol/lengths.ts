import { malformed } from '../bytes/malformed.js'
import type { Reader } from '../bytes/reader.js'
import type { Writer } from '../bytes/writer.js'
import type { Place } from './coder.js'

/**
 * Lengths and counts: int16 or int32 with -1 for null before the flexible versions, an unsigned varint of length + 1 with 0 for null since
 * (KIP-482). Readers give -1 for a null that is allowed, and throw for one that is not.
 */
export interface Lengths {
  readonly read: (from: Reader) => number
  readonly write: (to: Writer, length: number) => void
  readonly min: number
}

export function lengths({ flexible, nullable }: Place, plain: 'int16' | 'int32', what: string): Lengths {
  const checked = (from: Reader, length: number): number => {
    if (length >= 0 || (length === -1 && nullable)) return length
    throw malformed(what, from.offset, length === -1 ? 'null where the protocol has none' : `its length is ${length}`)
  }
  if (flexible) return { read: from => checked(from, from.uvarint() - 1), write: (to, length) => to.uvarint(length + 1), min: 1 }
  return plain === 'int16'
    ? { read: from => checked(from, from.int16()), write: (to, length) => to.int16(length), min: 2 }
    : { read: from => checked(from, from.int32()), write: (to, length) => to.int32(length), min: 4 }
}
