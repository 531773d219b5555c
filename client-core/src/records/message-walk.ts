import { crc32 } from '../bytes/crc32.js'
import { ClientError } from '../error.js'
import { attributeBits, lengthOverhead, messageAt, messageKeyAt, readInt32, readInt64 } from './layout.js'

/** The least size that a message's length field may claim: CRC, magic, attributes, timestamp of magic 1, and two lengths of -1. */
const smallest = [14, 22] as const

/** What the bytes of one message say before its key and value are looked at. */
export interface MessageHead {
  magic: 0 | 1
  /** Where the next message begins. */
  end: number
  /** The codec's number; 0 for a message that holds no others. */
  codec: number
  logAppendTime: boolean
}

/** The end of the message at `p`, or -1 when its bytes are not all there. */
export function messageEnd(b: Uint8Array, p: number, limit: number): number {
  if (limit - p < lengthOverhead + smallest[0]) return -1
  const size = readInt32(b, p + messageAt.size)
  const end = p + lengthOverhead + size
  return size < 0 || end > limit ? -1 : end
}

/**
 * Checks the whole message at `p`: its CRC, and that key and value fill it exactly.
 * @throws ClientError `CORRUPT_BATCH`.
 */
export function checkMessage(b: Uint8Array, p: number, end: number): MessageHead {
  const magic = b[p + messageAt.magic]
  if (magic !== 0 && magic !== 1) throw corrupt(b, p, `has magic ${magic}; a message set has 0 or 1`)
  if (end - p - lengthOverhead < smallest[magic]) throw corrupt(b, p, `claims ${end - p - lengthOverhead} bytes, less than its header`)
  const expected = readInt32(b, p + messageAt.crc) >>> 0
  const actual = crc32(b, p + messageAt.magic, end)
  if (actual !== expected)
    throw corrupt(b, p, `has CRC-32 ${hex(actual)} but says ${hex(expected)}: it was damaged on its way or on the broker's disk`)
  const value = part(b, p, messageKeyAt[magic], end, 'key')
  const filled = part(b, p, value - p, end, 'value')
  if (filled !== end) throw corrupt(b, p, `has ${end - filled} bytes more than its fields`)
  const attributes = b[p + messageAt.attributes]
  return {
    magic,
    end,
    codec: attributes & attributeBits.codec,
    logAppendTime: magic === 1 && (attributes & attributeBits.logAppendTime) !== 0,
  }
}

/** The end of a key or value whose length stands `from` bytes behind the message's start. */
function part(b: Uint8Array, p: number, from: number, end: number, what: string): number {
  const at = p + from + 4
  if (at > end) throw corrupt(b, p, `ends before the length of its ${what}`)
  const size = readInt32(b, p + from)
  if (size < -1 || size > end - at) throw corrupt(b, p, `has a ${what} of ${size} bytes with ${end - at} left`)
  return size > 0 ? at + size : at
}

/** Where the value's length stands, in a message that was checked. */
export function valueAt(b: Uint8Array, p: number, magic: 0 | 1): number {
  const at = p + messageKeyAt[magic]
  return at + 4 + Math.max(0, readInt32(b, at))
}

export const corrupt = (b: Uint8Array, p: number, what: string) =>
  new ClientError('CORRUPT_BATCH', `the message at offset ${readInt64(b, p + messageAt.offset)} ${what}`)

const hex = (n: number) => `0x${n.toString(16).padStart(8, '0')}`
