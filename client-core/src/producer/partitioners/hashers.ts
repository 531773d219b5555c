import { murmur2 } from '../../bytes/murmur2.js'
import type { PartitionerHasher } from './partitioner.js'

/** Kafka's own mapping: the hash without its sign bit, modulo the number of partitions. */
export const kafkaHasher =
  (hash: (key: Uint8Array) => number = murmur2): PartitionerHasher =>
  (key, n) =>
    (hash(key) & 0x7fffffff) % n
