// XXH32 (xxHash specification, 0.1.1): the checksum of the LZ4 frame. Its primes exceed 2^31, so everything runs in int32 with Math.imul.
const prime1 = 0x9e3779b1 | 0
const prime2 = 0x85ebca77 | 0
const prime3 = 0xc2b2ae3d | 0
const prime4 = 0x27d4eb2f | 0
const prime5 = 0x165667b1 | 0

/** The hash of bytes[start..end), unsigned. */
export function xxh32(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  let at = start
  let hash: number
  if (end - start >= 16) {
    let a = (seed + prime1 + prime2) | 0
    let b = (seed + prime2) | 0
    let c = seed | 0
    let d = (seed - prime1) | 0
    for (const last = end - 16; at <= last; at += 16) {
      a = lane(a, word(bytes, at))
      b = lane(b, word(bytes, at + 4))
      c = lane(c, word(bytes, at + 8))
      d = lane(d, word(bytes, at + 12))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  } else hash = (seed + prime5) | 0

  hash = (hash + (end - start)) | 0
  for (; at + 4 <= end; at += 4) hash = Math.imul(rotate((hash + Math.imul(word(bytes, at), prime3)) | 0, 17), prime4)
  for (; at < end; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at], prime5)) | 0, 11), prime1)

  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}

const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits))
const lane = (sum: number, x: number) => Math.imul(rotate((sum + Math.imul(x, prime2)) | 0, 13), prime1)
const word = (bytes: Uint8Array, at: number) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
