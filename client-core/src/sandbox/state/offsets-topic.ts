import { data } from '../../protocol/message.js'
import { int32, int64, string } from '../../protocol/schema.js'
import { encodeVersioned } from '../../protocol/versioned.js'
import { encodeBatch } from '../../records/encode.js'
import type { Broker } from './broker.js'
import type { Cluster } from './cluster.js'
import type { CommittedOffset } from './group.js'
import type { Partition } from './partition.js'

const CommitKey = data('OffsetCommitKey', { versions: [0, 1] }, { group: string, topic: string, partition: int32 })
const CommitValue = data(
  'OffsetCommitValue',
  { versions: [3, 3] },
  { offset: int64, leaderEpoch: int32, metadata: string, commitTimestamp: int64 },
)

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
  const { offset, leaderEpoch, metadata, committedAtMs } = committed
  const commitTimestamp = BigInt(Math.floor(committedAtMs))
  const record = {
    key: encodeVersioned(CommitKey, { group: groupId, topic, partition: index }, 1),
    value: encodeVersioned(CommitValue, { offset, leaderEpoch, metadata, commitTimestamp }, 3),
    timestamp: commitTimestamp,
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
