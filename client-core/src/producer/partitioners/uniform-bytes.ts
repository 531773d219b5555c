import type { RecordBytes } from '../../records/batch-builder.js'
import { byKey, kafkaHasher } from './hashers.js'
import type {
  Partitioner,
  PartitionerHasher,
  PartitionerOptions,
  PartitionerRecord,
  TopicBackupIter,
  TopicBackupPartitioner,
} from './partitioner.js'

export interface UniformBytesOptions extends PartitionerOptions {
  /** Bytes that go to one partition before another is chosen. Default 65,536. */
  bytes?: number
  /** Whether partitions with fewer records in their buffers are chosen more often. Default true. */
  adaptive?: boolean
  /** Whether records with a key go where their key says. Default true. */
  keys?: boolean
  /** Default murmur2, as Kafka's Java client. */
  hasher?: PartitionerHasher
}

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
    return this.#partition(record, n, undefined)
  }

  partitionByBackup(record: PartitionerRecord, n: number, backup: TopicBackupIter): number {
    return this.#partition(record, n, this.adaptive ? backup : undefined)
  }

  #partition(record: PartitionerRecord, n: number, backup: TopicBackupIter | undefined): number {
    const { key } = record
    if (this.keys && key !== null) return byKey(this.hasher, key, n)
    if (this.#current < 0 || this.#current >= n || this.#filled >= this.bytes) {
      this.#current = backup ? lighter(backup, this.random) : Math.floor(this.random() * n)
      this.#filled = 0
    }
    this.#filled += sizeOf(key) + sizeOf(record.value)
    return this.#current
  }
}

/** A draw in which each partition's weight is how far it stays below the fullest. */
function lighter(backup: TopicBackupIter, random: () => number): number {
  const all: (readonly [index: number, buffered: number])[] = []
  while (backup.rem() > 0) all.push(backup.next())
  const most = all.reduce((max, [, buffered]) => Math.max(max, buffered), 0)
  const weight = ([, buffered]: readonly [number, number]) => most + 1 - buffered
  let draw = random() * all.reduce((sum, one) => sum + weight(one), 0)
  for (const one of all) {
    draw -= weight(one)
    if (draw < 0) return one[0]
  }
  return all.length - 1
}
