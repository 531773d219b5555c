/** Kafka's hash of a key (murmur2, seed 0x9747b28c), so that the fake's partitioner preview is true. */
export function murmur2(bytes: Uint8Array): number {
  const multiplier = 0x5bd1e995
  let hash = 0x9747b28c ^ bytes.length
  const whole = bytes.length & ~3
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(view.getInt32(at, true), multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at] << (8 * (at - whole))
  if (bytes.length > whole) hash = Math.imul(hash, multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
