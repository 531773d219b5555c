import { crc32c } from '../../bytes/crc32c.js'
import { ClientError } from '../../error.js'
import { ControlRecordTypeSchema, EndTxnMarker } from '../../protocol/data/control-records.js'
import { encodeVersioned } from '../../protocol/versioned.js'
import { RecordBatchV2 } from '../../records/batch.js'
import { type BatchRecordInput, type EncodeBatchOptions, encodeBatch } from '../../records/encode.js'
import { at, attributeBits, putInt32 } from '../../records/layout.js'
import type { KafkaRecord } from '../../records/record.js'
import { storeBatch } from '../state/append.js'
import type { Cluster } from '../state/cluster.js'
import type { Partition } from '../state/partition.js'

export interface AppendOptions extends EncodeBatchOptions {
  /** Offsets to leave without a record before these, as compaction leaves them. Default 0. */
  skip?: bigint
}

const ABORT = 0
const COMMIT = 1

/** @throws ClientError `INVALID_REQUEST` when there is no such partition. */
export function partitionOf(cluster: Cluster, topic: string, index: number): Partition {
  const partition = cluster.partition(topic, index)
  if (!partition)
    throw new ClientError(
      'INVALID_REQUEST',
      `the sandbox has no partition ${index} of a topic '${topic}'; its topics are ${[...cluster.topics.keys()].join(', ') || 'none'}`,
    )
  return partition
}

/** Writes one batch on the server's side, past the rules for producers; timestamps default to now. Returns the first record's offset. */
export function append(
  cluster: Cluster,
  partition: Partition,
  records: readonly BatchRecordInput[],
  { skip = 0n, ...options }: AppendOptions,
): bigint {
  const now = BigInt(Math.floor(cluster.clock.now()))
  if (skip > 0n) partition.log.skip(skip)
  if (options.codec) cluster.codecs.know(options.codec)
  const bytes = encodeBatch(
    records.map(record => ({ ...record, timestamp: record.timestamp ?? now })),
    options,
  )
  const { baseOffset } = storeBatch(partition, new RecordBatchV2(bytes), cluster.clock.now())
  cluster.appended(partition)
  return baseOffset
}

/** Appends a batch's bytes unread, except for its offset and epoch: what a broken disk or producer may have left. Returns the first record's offset. */
export function appendEncoded(cluster: Cluster, partition: Partition, bytes: Uint8Array): bigint {
  if (bytes.length < at.records)
    throw new ClientError('INVALID_REQUEST', `a record batch has at least ${at.records} bytes, not ${bytes.length}`)
  const { baseOffset } = partition.log.append(bytes.slice(), partition.leaderEpoch)
  cluster.appended(partition)
  return baseOffset
}

/** Ends a producer's transaction on one partition: a commit or abort marker is written, the last stable offset moves on. Returns the marker's offset. */
export function endTransaction(
  cluster: Cluster,
  partition: Partition,
  producerId: bigint,
  producerEpoch: number,
  how: 'commit' | 'abort',
): bigint {
  const record = {
    key: encodeVersioned(ControlRecordTypeSchema, { type: how === 'commit' ? COMMIT : ABORT }, 0),
    value: encodeVersioned(EndTxnMarker, { coordinatorEpoch: 0 }, 0),
    timestamp: BigInt(Math.floor(cluster.clock.now())),
  }
  const bytes = encodeBatch([record], { producerId, producerEpoch, baseSequence: -1, transactional: true })
  bytes[at.attributes + 1] |= attributeBits.control
  putInt32(bytes, at.crc, crc32c(bytes, at.attributes) | 0)
  const { baseOffset } = partition.log.append(bytes, partition.leaderEpoch)
  partition.transactions.ended(producerId, how === 'commit', baseOffset)
  cluster.appended(partition)
  return baseOffset
}

/** Every record that can be read, control records left out, each with bytes of its own. */
export function recordsOf(cluster: Cluster, partition: Partition): KafkaRecord[] {
  const all: KafkaRecord[] = []
  for (const stored of partition.log.batches) {
    const batch = new RecordBatchV2(stored.bytes)
    if (batch.attrs.isControl) continue
    cluster.codecs.openNow(batch)
    batch.topic = partition.topic.name
    batch.partition = partition.index
    for (const record of batch) if (record.offset >= partition.log.startOffset) all.push(record.copy())
  }
  return all
}
