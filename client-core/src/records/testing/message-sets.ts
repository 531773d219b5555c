import { crc32 } from '../../bytes/crc32.js'
import { lengthOverhead, messageAt, putInt32, putInt64, readInt32 } from '../layout.js'

/** Where each message of a set begins. */
export function starts(set: Uint8Array): number[] {
  const all: number[] = []
  for (let p = 0; p < set.length; p += lengthOverhead + readInt32(set, p + messageAt.size)) all.push(p)
  return all
}

/** The set with the offsets that a broker would give: inside a message of magic 1 they stay as they are. */
export function stored(set: Uint8Array, offsets: readonly bigint[]): Uint8Array {
  starts(set).forEach((p, i) => {
    putInt64(set, p + messageAt.offset, offsets[i])
  })
  return set
}

/** The same message with other bytes and a CRC that fits them. */
export function forgedMessage(set: Uint8Array, p: number, change: (message: Uint8Array) => void): Uint8Array {
  const copy = set.slice()
  const end = p + lengthOverhead + readInt32(copy, p + messageAt.size)
  change(copy.subarray(p, end))
  putInt32(copy, p + messageAt.crc, crc32(copy, p + messageAt.magic, end) | 0)
  return copy
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let p = 0
  for (const part of parts) {
    out.set(part, p)
    p += part.length
  }
  return out
}
