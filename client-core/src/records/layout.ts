/**
 * Record batch v2 (magic 2, KIP-98), byte positions inside a batch. The length field counts what follows it; the CRC-32C covers everything from
 * the attributes on, so that a broker may set the base offset and the leader epoch without touching it.
 */
export const at = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const

/**
 * A message of magic 0 or 1, byte positions inside it: what brokers before 0.11 store. The CRC-32 (IEEE) covers everything from the magic on. A
 * compressed message holds a set of messages in its value.
 */
export const messageAt = {
  offset: 0,
  size: 8,
  crc: 12,
  magic: 16,
  attributes: 17,
  /** Magic 1 alone; behind it, or in its place, the key's length (KIP-32). */
  timestamp: 18,
} as const

/** Where the key's length stands: behind the attributes, or behind the timestamp. */
export const messageKeyAt = [18, 26] as const

/** Bytes before `length` starts to count. */
export const lengthOverhead = 12

export const attributeBits = { codec: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20, deleteHorizon: 0x40 } as const

export const readInt16 = (b: Uint8Array, p: number): number => ((b[p] << 24) >> 16) | b[p + 1]
export const readInt32 = (b: Uint8Array, p: number): number => (b[p] << 24) | (b[p + 1] << 16) | (b[p + 2] << 8) | b[p + 3]
export const readInt64 = (b: Uint8Array, p: number): bigint => (BigInt(readInt32(b, p)) << 32n) | BigInt(readInt32(b, p + 4) >>> 0)

export function putInt16(b: Uint8Array, p: number, v: number): void {
  b[p] = v >> 8
  b[p + 1] = v
}
export function putInt32(b: Uint8Array, p: number, v: number): void {
  b[p] = v >> 24
  b[p + 1] = v >> 16
  b[p + 2] = v >> 8
  b[p + 3] = v
}
export function putInt64(b: Uint8Array, p: number, v: bigint): void {
  putInt32(b, p, Number(BigInt.asIntN(32, v >> 32n)))
  putInt32(b, p + 4, Number(BigInt.asIntN(32, v)))
}
