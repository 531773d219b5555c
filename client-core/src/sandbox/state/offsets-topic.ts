import { utf8Length } from '../../bytes/utf8.js'
import { Writer } from '../../bytes/writer.js'
import { encodeBatch } from '../../records/encode.js'
import type { Broker } from './broker.js'
import type { Cluster } from './cluster.js'
import type { CommittedOffset } from './group.js'
import type { Partition } from './partition.js'

const NAME = '__consumer_offsets'
/** Stands in for compaction: of a partition's commits this much is kept to be looked at. What counts is in the group. */
const KEPT_BYTES = 128 * 1024

/** The partition of `__consumer_offsets` that a group's commits go to; its leader is the group's coordinator. */
export function groupPartition(cluster: Cluster, groupId: string): Partition {
  const { partitions } = offsetsTopic(cluster)
  return partitions[Math.abs(javaHash(groupId)) % partitions.length]
}

/** Undefined while the group's partition of `__consumer_offsets` has no leader. */
export function coordinatorOf(cluster: Cluster, groupId: string): Broker | undefined {
  return cluster.brokers.get(groupPartition(cluster, groupId).leader)
}

/** Writes the commit where Kafka writes it, in Kafka's format: key version 1, value version 3. */
export function logCommit(cluster: Cluster, groupId: string, topic: string, index: number, committed: CommittedOffset): void {
  const partition = groupPartition(cluster, groupId)
  const record = {
    key: commitKey(groupId, topic, index),
    value: commitValue(committed),
    timestamp: BigInt(Math.floor(committed.committedAtMs)),
  }
  partition.log.append(encodeBatch([record]), partition.leaderEpoch)
  partition.log.dropOldestWhile((_, size) => size > KEPT_BYTES)
  cluster.appended(partition)
}

/** Made when the first group is asked for, as Kafka does. */
function offsetsTopic(cluster: Cluster) {
  const existing = cluster.topics.get(NAME)
  if (existing) return existing
  const configs = new Map([
    ['cleanup.policy', 'compact'],
    ['compression.type', 'producer'],
    ['segment.bytes', '104857600'],
  ])
  const replicationFactor = Math.min(cluster.settings.numberOfBroker('offsets.topic.replication.factor'), cluster.running.length)
  return cluster.createTopic({
    name: NAME,
    partitions: cluster.settings.numberOfBroker('offsets.topic.num.partitions'),
    replicationFactor,
    configs,
  })
}

/** Java's String.hashCode. */
function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash === -0x80000000 ? 0 : hash
}

function commitKey(groupId: string, topic: string, partition: number): Uint8Array {
  const to = new Writer()
  to.int16(1)
  string(to, groupId)
  string(to, topic)
  to.int32(partition)
  return to.toBytes()
}

function commitValue({ offset, leaderEpoch, metadata, committedAtMs }: CommittedOffset): Uint8Array {
  const to = new Writer()
  to.int16(3)
  to.int64(offset)
  to.int32(leaderEpoch)
  string(to, metadata)
  to.int64(BigInt(Math.floor(committedAtMs)))
  return to.toBytes()
}

function string(to: Writer, text: string): void {
  const size = utf8Length(text)
  to.int16(size)
  to.string(text, size)
}
