/** Start, end and last stable offsets: one ListOffsets per leader and kind for any number of topics. */
import { ListOffsetsRequest, type ListOffsetsResponse } from '@milena/client-core/protocol'
import type { Fault, PartitionOffsets, TopicOffsets } from '../protocol.js'
import type { Asker, Asking, ShardOf } from './client.js'
import { faultFrom, kafkaFault } from './faults.js'

export const LATEST = -1n
export const EARLIEST = -2n

export type Isolation = 'read_uncommitted' | 'read_committed'
export interface TopicPartitions {
  topic: string
  partitions: readonly number[]
}
export interface Found {
  offset: bigint
  timestamp: bigint
  leaderEpoch: number
  fault: Fault | null
}
export type OffsetTable = ReadonlyMap<string, ReadonlyMap<number, Found>>

const WHAT = 'Offsets not read'

/** The offset of each partition at a timestamp, or at `LATEST` or `EARLIEST`. A partition without an answer carries its fault. */
export async function listOffsets(
  client: Asker,
  topics: readonly TopicPartitions[],
  timestamp: bigint,
  isolation: Isolation,
  options: Asking,
): Promise<OffsetTable> {
  const asked = topics.filter(({ partitions }) => partitions.length > 0)
  const found = new Map<string, Map<number, Found>>()
  if (asked.length === 0) return found
  const request = ListOffsetsRequest({
    replicaId: -1,
    isolationLevel: isolation === 'read_committed' ? 1 : 0,
    topics: asked.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map(partitionIndex => ({ partitionIndex, timestamp })),
    })),
  })
  for (const shard of await client.requestSharded(request, options)) take(found, shard)
  return found
}

function take(found: Map<string, Map<number, Found>>, shard: ShardOf<typeof ListOffsetsRequest>): void {
  const put = (topic: string, partition: number, value: Found) => {
    const partitions = found.get(topic) ?? new Map<number, Found>()
    found.set(topic, partitions.set(partition, value))
  }
  const broker = shard.broker.nodeId < 0 ? null : shard.broker.nodeId
  for (const topic of shard.response?.topics ?? []) for (const p of topic.partitions) put(topic.name, p.partitionIndex, toFound(p, broker))
  if (shard.response) return
  const fault = faultFrom(shard.error, WHAT, broker)
  for (const topic of shard.request.body.topics) {
    for (const p of topic.partitions) put(topic.name, p.partitionIndex, { offset: -1n, timestamp: -1n, leaderEpoch: -1, fault })
  }
}

type Answered = ListOffsetsResponse['topics'][number]['partitions'][number]

function toFound(partition: Answered, broker: number | null): Found {
  const { errorCode, timestamp, leaderEpoch } = partition
  // v0 answers with a list of segment borders, the newest first.
  const offset = partition.oldStyleOffsets[0] ?? partition.offset
  return { offset, timestamp, leaderEpoch, fault: errorCode === 0 ? null : kafkaFault(errorCode, WHAT, broker) }
}

/** Earliest, latest and, when asked, last stable offset of every partition. */
export async function topicOffsets(
  client: Asker,
  topics: readonly TopicPartitions[],
  stable: boolean,
  options: Asking,
  now: () => number,
): Promise<TopicOffsets[]> {
  const [earliest, latest, committed] = await Promise.all([
    listOffsets(client, topics, EARLIEST, 'read_uncommitted', options),
    listOffsets(client, topics, LATEST, 'read_uncommitted', options),
    stable ? listOffsets(client, topics, LATEST, 'read_committed', options) : null,
  ])
  return topics.map(({ topic, partitions }) => ({
    topic,
    at: now(),
    partitions: partitions.map((partition): PartitionOffsets => {
      const all = [earliest, latest, committed].map(table => table?.get(topic)?.get(partition))
      return {
        partition,
        earliest: known(all[0]),
        latest: known(all[1]),
        stable: known(all[2]),
        fault: all.find(one => one?.fault)?.fault ?? null,
      }
    }),
  }))
}

const known = (found: Found | undefined): bigint | null => (found && !found.fault && found.offset >= 0n ? found.offset : null)
