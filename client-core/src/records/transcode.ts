import { attributeBits, messageAt, messageKeyAt, readInt32, readInt64 } from './layout.js'
import { corrupt, valueAt } from './message-walk.js'
import { putUvarint, putVarint, putVarlong, varintSize, varlongSize } from './sizes.js'

/** Messages of magic 0 or 1 as the records of a batch of magic 2, so that all that reads records reads these, too. */
export interface Transcoded {
  payload: Uint8Array
  /** Where the last record stands in it. */
  lastAt: number
  count: number
  /** Of the first and the last message, as their set says them. */
  firstOffset: bigint
  lastOffset: bigint
  lastOffsetDelta: number
  baseTimestamp: bigint
  maxTimestamp: bigint
}

/** How far the message at `p` is behind the one at `base`. From two halves: a bigint per message would cost more than its record. */
export function offsetDelta(b: Uint8Array, p: number, base: number): number {
  return (
    (readInt32(b, p + messageAt.offset) - readInt32(b, base + messageAt.offset)) * 0x1_0000_0000 +
    ((readInt32(b, p + messageAt.offset + 4) >>> 0) - (readInt32(b, base + messageAt.offset + 4) >>> 0))
  )
}

/**
 * Rewrites the messages in `b[start..limit)`, all of one magic, none compressed, each checked. They never grow by it: a message has 26 or 34 bytes
 * beside its key and value, a record at most 23 or 32.
 * @throws ClientError `CORRUPT_BATCH` for offsets that do not rise, or not within 2^31.
 */
export function transcode(b: Uint8Array, start: number, limit: number, magic: 0 | 1): Transcoded {
  const out = new Uint8Array(limit - start)
  const times = magic === 1 ? new Times(b, start) : undefined
  let to = 0
  let lastAt = 0
  let count = 0
  let last = start
  let lastDelta = -1
  for (let p = start; p < limit; count++) {
    const delta = offsetDelta(b, p, start)
    if (delta <= lastDelta || delta > 0x7fffffff) throw corrupt(b, p, `follows one at offset ${readInt64(b, last)} in the same set`)
    lastDelta = delta
    const key = p + messageKeyAt[magic]
    const value = valueAt(b, p, magic)
    lastAt = to
    to = putRecord(out, to, times ? times.delta(p) : 0, delta, b, key, value)
    last = p
    p = value + 4 + Math.max(0, readInt32(b, value))
  }
  return {
    payload: out.subarray(0, to),
    lastAt,
    count,
    firstOffset: readInt64(b, start),
    lastOffset: readInt64(b, last),
    lastOffsetDelta: lastDelta,
    baseTimestamp: times?.base ?? -1n,
    maxTimestamp: times?.max ?? -1n,
  }
}

/** `key` and `value` are where their lengths stand in `b`. */
function putRecord(
  out: Uint8Array,
  start: number,
  time: number | bigint,
  delta: number,
  b: Uint8Array,
  key: number,
  value: number,
): number {
  const keySize = readInt32(b, key)
  const valueSize = readInt32(b, value)
  const body =
    2 + varlongSize(time) + varintSize(delta) + varintSize(keySize) + varintSize(valueSize) + Math.max(0, keySize) + Math.max(0, valueSize)
  let to = putVarint(out, start, body)
  out[to++] = 0
  to = putVarlong(out, to, time)
  to = putVarint(out, to, delta)
  to = putVarint(out, to, keySize)
  to = put(out, to, b, key + 4, keySize)
  to = putVarint(out, to, valueSize)
  to = put(out, to, b, value + 4, valueSize)
  return putUvarint(out, to, 0)
}

function put(out: Uint8Array, to: number, b: Uint8Array, from: number, size: number): number {
  if (size <= 0) return to
  if (size <= 24) for (let i = 0; i < size; i++) out[to + i] = b[from + i]
  else out.set(b.subarray(from, from + size), to)
  return to + size
}

/** Timestamps of magic 1 as differences to the first one; the largest is kept as the place where it stands. */
class Times {
  readonly base: bigint
  #largest: number
  #largestDelta: number | bigint = 0

  constructor(
    private readonly b: Uint8Array,
    private readonly first: number,
  ) {
    this.base = readInt64(b, first + messageAt.timestamp)
    this.#largest = first
  }

  delta(p: number): number | bigint {
    const { b } = this
    const at = p + messageAt.timestamp
    const base = this.first + messageAt.timestamp
    const near = (readInt32(b, at) - readInt32(b, base)) * 0x1_0000_0000 + ((readInt32(b, at + 4) >>> 0) - (readInt32(b, base + 4) >>> 0))
    const delta = Number.isSafeInteger(near) ? near : BigInt.asIntN(64, readInt64(b, at) - this.base)
    if (delta > this.#largestDelta) {
      this.#largestDelta = delta
      this.#largest = p
    }
    return delta
  }

  get max(): bigint {
    return readInt64(this.b, this.#largest + messageAt.timestamp)
  }
}

/** Whether two neighbours may share a batch: the broker's clock gives a batch one time. */
export function sameAppendTime(b: Uint8Array, p: number, q: number): boolean {
  const isAppendTime = (at: number) => (b[at + messageAt.attributes] & attributeBits.logAppendTime) !== 0
  if (isAppendTime(p) !== isAppendTime(q)) return false
  const { timestamp } = messageAt
  return !isAppendTime(p) || readInt64(b, p + timestamp) === readInt64(b, q + timestamp)
}
