import type { RecordBytes } from '../../records/batch-builder.js'
import { kafkaHasher } from './hashers.js'
import type { Partitioner, PartitionerHasher, PartitionerRecord, TopicBackupPartitioner } from './partitioner.js'

export interface UniformBytesOptions {
  /** Bytes that go to one partition before another is chosen. Default 65,536. */
  bytes?: number
  /** Whether partitions with less in their buffers are chosen more often. Default true. */
  adaptive?: boolean
  /** Whether records with a key go where their key says. Default true. */
  keys?: boolean
  /** Default murmur2, as Kafka's Java client. */
  hasher?: PartitionerHasher
  random?: () => number
}

const encoder = new TextEncoder()
const bytesOf = (key: RecordBytes): Uint8Array => (typeof key === 'string' ? encoder.encode(key) : key!)
const sizeOf = (v: RecordBytes): number => (v === null ? 0 : v.length)

/**
 * Fills one partition with so many bytes, then another (KIP-794): batches grow large and partitions stay even. Records with a key, an empty one
 * too, go where its hash says.
 */
export function uniformBytesPartitioner(options: UniformBytesOptions = {}): Partitioner {
  const { bytes = 65_536, adaptive = true, keys = true, hasher = kafkaHasher(), random = Math.random } = options
  return { forTopic: () => new UniformBytes(bytes, adaptive, keys, hasher, random) }
}

class UniformBytes implements TopicBackupPartitioner {
  #current = -1
  #filled = 0

  constructor(
    private readonly bytes: number,
    private readonly adaptive: boolean,
    private readonly keys: boolean,
    private readonly hasher: PartitionerHasher,
    private readonly random: () => number,
  ) {}

  requiresConsistency(record: PartitionerRecord): boolean {
    return this.keys && record.key !== null
  }

  partition(record: PartitionerRecord, n: number): number {
    return this.partitionByBackup(record, n, () => 0)
  }

  partitionByBackup(record: PartitionerRecord, n: number, buffered: (index: number) => number): number {
    if (this.requiresConsistency(record)) return this.hasher(bytesOf(record.key), n)
    if (this.#current < 0 || this.#current >= n || this.#filled >= this.bytes) {
      this.#current = this.adaptive ? this.#lighter(n, buffered) : Math.floor(this.random() * n)
      this.#filled = 0
    }
    this.#filled += sizeOf(record.key) + sizeOf(record.value)
    return this.#current
  }

  /** A draw in which each partition's weight is how far it stays below the fullest. */
  #lighter(n: number, buffered: (index: number) => number): number {
    let most = 0
    for (let i = 0; i < n; i++) most = Math.max(most, buffered(i))
    let total = 0
    for (let i = 0; i < n; i++) total += most + 1 - buffered(i)
    let draw = this.random() * total
    for (let i = 0; i < n; i++) {
      draw -= most + 1 - buffered(i)
      if (draw < 0) return i
    }
    return n - 1
  }
}
