import type { FetchRequest } from '../../protocol/api/fetch.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { SessionPartition } from '../state/fetch-sessions.js'
import type { Partition } from '../state/partition.js'
import type { Topic } from '../state/topic.js'
import type { RequestContext } from './handler.js'
import { accessibleTopic, checkEpoch, leaderHere, replicaHere } from './partition-access.js'

type Request = Output<typeof FetchRequest>

export interface Limits {
  maxBytes: number
  minBytes: number
  readCommitted: boolean
}

/** A partition of a Fetch, found or not. */
export interface Located {
  readonly asked: SessionPartition
  /** Where to read from. */
  readonly partition?: Partition
  /** What is answered instead of records. */
  readonly instead?: Partial<PartitionResponse>
  /** True when the client has to hear of it at once. */
  readonly urgent: boolean
}

interface PartitionResponse {
  partitionIndex: number
  errorCode: number
  highWatermark: bigint
  lastStableOffset: bigint
  logStartOffset: bigint
  divergingEpoch?: { epoch: number; endOffset: bigint }
  currentLeader?: { leaderId: number; leaderEpoch: number }
  abortedTransactions: { producerId: bigint; firstOffset: bigint }[] | null
  preferredReadReplica?: number
  records: Uint8Array[]
}
export interface PartitionAnswer {
  readonly asked: SessionPartition
  readonly response: PartitionResponse
  readonly bytes: number
}

/** Finds the partition, and what keeps it from being read: errors, a diverging epoch, a closer replica. */
export function locate(context: RequestContext, request: Request, version: number, asked: SessionPartition): Located {
  let topic: Topic | undefined
  try {
    topic = accessibleTopic(context, 'READ', { name: asked.topic, topicId: asked.topicId }, version >= 13)
    const partition = readableReplica(context, topic, asked, version)
    const here = context.broker.id
    const instead = closerReplica(context, request, version, partition, asked.fetchOffset) ?? divergence(partition, here, asked)
    if (instead) return { asked, partition, instead, urgent: true }
    const { endOffset } = partition.copyOf(here)
    if (asked.fetchOffset < partition.log.startOffset || asked.fetchOffset > endOffset) {
      throw new Refusal(
        'OFFSET_OUT_OF_RANGE',
        `offset ${asked.fetchOffset} of ${topic.name}-${asked.partition} is not in ${partition.log.startOffset}..${endOffset}`,
      )
    }
    return { asked, partition, urgent: false }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const moved =
      version >= 16 && (error.code === 'NOT_LEADER_OR_FOLLOWER' || error.code === 'FENCED_LEADER_EPOCH')
        ? topic?.partitions[asked.partition]
        : undefined
    const currentLeader = moved && { leaderId: moved.leader, leaderEpoch: moved.leaderEpoch }
    // As in Kafka, what metadata does not know is answered without looking at a log, which leaves an empty list here, not null.
    const abortedTransactions = error.code.startsWith('UNKNOWN_TOPIC') || error.code === 'TOPIC_AUTHORIZATION_FAILED' ? [] : null
    return {
      asked,
      instead: { errorCode: errnoOf(error.code), abortedTransactions, ...(currentLeader && { currentLeader }) },
      urgent: true,
    }
  }
}

/** From v11 on consumers may read from followers (KIP-392); before, from the leader alone. */
function readableReplica(context: RequestContext, topic: Topic, asked: SessionPartition, version: number): Partition {
  if (version < 11) return leaderHere(context, topic, asked.partition, asked.currentLeaderEpoch)
  const partition = replicaHere(context, topic, asked.partition)
  checkEpoch(partition, asked.currentLeaderEpoch)
  if (partition.leader === -1) throw new Refusal('NOT_LEADER_OR_FOLLOWER', `${topic.name}-${asked.partition} has no leader`)
  return partition
}

/**
 * The leader sends a consumer that names its rack to the most caught-up replica there that has the offset, when the brokers are told to choose so.
 * It need not be in sync.
 */
function closerReplica(
  { cluster, broker }: RequestContext,
  request: Request,
  version: number,
  partition: Partition,
  offset: bigint,
): Partial<PartitionResponse> | undefined {
  if (version < 11 || request.rackId === '' || partition.leader !== broker.id || broker.rack === request.rackId) return undefined
  if (!cluster.settings.ofBroker('replica.selector.class')?.endsWith('RackAwareReplicaSelector')) return undefined
  let preferred: number | undefined
  for (const id of partition.replicas) {
    const other = cluster.brokers.get(id)
    const { endOffset } = partition.copyOf(id)
    if (!other?.running || other.rack !== request.rackId || offset > endOffset || offset < partition.log.startOffset) continue
    if (preferred === undefined || endOffset > partition.copyOf(preferred).endOffset) preferred = id
  }
  return preferred === undefined ? undefined : { preferredReadReplica: preferred, ...offsetsOf(partition, broker.id) }
}

/** KIP-595: a reader whose last epoch ended elsewhere has read what was truncated since. */
function divergence(partition: Partition, broker: number, asked: SessionPartition): Partial<PartitionResponse> | undefined {
  if (asked.lastFetchedEpoch < 0) return undefined
  const known = partition.epochs.endOffsetFor(asked.lastFetchedEpoch, partition.copyOf(broker).endOffset)
  if (known.epoch === -1) throw new Refusal('OFFSET_OUT_OF_RANGE', `epoch ${asked.lastFetchedEpoch} is not known`)
  if (known.epoch >= asked.lastFetchedEpoch && known.endOffset >= asked.fetchOffset) return undefined
  return { divergingEpoch: known, ...offsetsOf(partition, broker) }
}

const offsetsOf = (partition: Partition, broker: number) => ({
  highWatermark: partition.copyOf(broker).highWatermark,
  lastStableOffset: partition.readableEnd(true, broker),
  logStartOffset: partition.log.startOffset,
})

/** Reads in order until `maxBytes` are full; the first batch found is given whatever its size (KIP-74). */
export function readAll({ broker }: RequestContext, located: readonly Located[], limits: Limits): PartitionAnswer[] {
  let left = limits.maxBytes
  let atLeastOne = true
  return located.map(at => {
    if (at.instead || !at.partition) return { asked: at.asked, response: { ...empty(at.asked), ...at.instead }, bytes: 0 }
    const { partition, asked } = at
    const upTo = partition.readableEnd(limits.readCommitted, broker.id)
    const records = partition.log.read(asked.fetchOffset, upTo, Math.min(left, asked.partitionMaxBytes), atLeastOne)
    const bytes = records.reduce((sum, chunk) => sum + chunk.length, 0)
    if (bytes > 0) atLeastOne = false
    left = Math.max(0, left - bytes)
    const abortedTransactions = limits.readCommitted ? partition.transactions.abortedIn(asked.fetchOffset, upTo) : null
    return { asked, response: { ...empty(asked), ...offsetsOf(partition, broker.id), abortedTransactions, records }, bytes }
  })
}

const empty = (asked: SessionPartition): PartitionResponse => ({
  partitionIndex: asked.partition,
  errorCode: 0,
  highWatermark: -1n,
  lastStableOffset: -1n,
  logStartOffset: -1n,
  abortedTransactions: null,
  records: [],
})
