import { murmur2 } from '../../bytes/murmur2.js'
import type { RecordBytes } from '../../records/batch-builder.js'
import { putUtf8, utf8Size } from '../../records/sizes.js'
import type { PartitionerHasher } from './partitioner.js'

/** 32 bits of a hash, signed or not. */
export type Hash32 = (key: Uint8Array) => number

/** Kafka's own mapping: the hash without its sign bit, modulo the number of partitions. Default murmur2, as Kafka's Java client. */
export const kafkaHasher =
  (hash: Hash32 = murmur2): PartitionerHasher =>
  (key, n) =>
    (hash(key) & 0x7fffffff) % n

/**
 * The hash as an unsigned number, modulo: kgo's SaramaHasher, whose ints have 64 bits. Sarama itself computes with 32 bits, which differs for hashes
 * with the high bit: `saramaCompatHasher`.
 */
export const saramaHasher =
  (hash: Hash32): PartitionerHasher =>
  (key, n) =>
    (hash(key) >>> 0) % n

/** Sarama's own mapping: the hash as an int32, modulo, without its sign (kgo's SaramaCompatHasher). Its default hash is `fnv1a`. */
export const saramaCompatHasher =
  (hash: Hash32): PartitionerHasher =>
  (key, n) =>
    Math.abs((hash(key) | 0) % n)

/** FNV-1a of 32 bits: what Sarama hashes keys with by default. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return hash
}

/** The partition of a key that is not null; an empty one is hashed, too. */
export function byKey(hasher: PartitionerHasher, key: RecordBytes, n: number): number {
  if (n === 1) return 0
  return hasher(typeof key === 'string' ? bytesOf(key) : key!, n)
}

/** For short keys a third of what TextEncoder takes. */
function bytesOf(key: string): Uint8Array {
  const size = utf8Size(key)
  const bytes = new Uint8Array(size)
  putUtf8(bytes, 0, key, size)
  return bytes
}
