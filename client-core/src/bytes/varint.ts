/**
 * Variable-length integers, 7 bits a byte, low bits first. Kafka has an unsigned form (lengths and tags of flexible versions, KIP-482) and
 * a zigzag form (fields of a record). `put...` write at an offset and return the offset behind what they wrote; the caller has made room.
 */

/** Bytes of an unsigned 32-bit value: 1 to 5. */
export function uvarintSize(value: number): number {
  const v = value >>> 0
  return v < 0x80 ? 1 : v < 0x4000 ? 2 : v < 0x200000 ? 3 : v < 0x10000000 ? 4 : 5
}

/** Bytes of an int32 in zigzag form: 1 to 5. */
export function varintSize(value: number): number {
  return uvarintSize((value << 1) ^ (value >> 31))
}

/** Bytes of an int64 in zigzag form: 1 to 10. */
export function varlongSize(value: bigint): number {
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  let size = 1
  while ((zigzag >>= 7n) !== 0n) size++
  return size
}

export function putUvarint(bytes: Uint8Array, at: number, value: number): number {
  let v = value >>> 0
  while (v >= 0x80) {
    bytes[at++] = v | 0x80
    v >>>= 7
  }
  bytes[at++] = v
  return at
}

export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  return putUvarint(bytes, at, (value << 1) ^ (value >> 31))
}

export function putVarlong(bytes: Uint8Array, at: number, value: bigint): number {
  const zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  let low = Number(zigzag & 0xfffffffn)
  let rest = zigzag >> 28n
  // Four bytes at a time as a plain number: bigint arithmetic costs about ten times as much.
  while (rest !== 0n) {
    for (let i = 0; i < 4; i++, low >>>= 7) bytes[at++] = low | 0x80
    low = Number(rest & 0xfffffffn)
    rest >>= 28n
  }
  return putUvarint(bytes, at, low)
}
