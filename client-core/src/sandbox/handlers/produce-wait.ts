import type { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { at, readInt32 } from '../../records/layout.js'
import type { Partition } from '../state/partition.js'
import type { RequestContext } from './handler.js'
import { park } from './park.js'
import type { producePartition } from './produce-partition.js'

type PartitionResponse = Awaited<ReturnType<typeof producePartition>>
interface TopicResponse {
  name: string
  topicId: string
  partitionResponses: PartitionResponse[]
}
interface Waiting {
  readonly response: PartitionResponse
  readonly partition: Partition
  readonly endOffset: bigint
}

/** acks=all: what was appended is answered when every replica in sync has it. It stays in the log whatever the answer says. */
export async function untilReplicated(
  context: RequestContext,
  { timeoutMs, topicData }: Output<typeof ProduceRequest>,
  version: number,
  topics: TopicResponse[],
): Promise<void> {
  const { cluster } = context
  let open: Waiting[] = topics.flatMap((topic, t) =>
    topic.partitionResponses.flatMap((response, p) => {
      const records = topicData[t].partitionData[p].records
      const found = version >= 13 ? cluster.topicsById.get(topic.topicId) : cluster.topics.get(topic.name)
      const partition = found?.partitions[response.index]
      if (response.errorCode !== 0 || !records || !partition) return []
      // Old messages were made into a batch of our own: then the end of the log will do.
      const endOffset = version < 3 ? partition.log.endOffset : response.baseOffset + BigInt(readInt32(records, at.lastOffsetDelta)) + 1n
      return [{ response, partition, endOffset }]
    }),
  )
  const settle = () => {
    open = open.filter(waiting => !isSettled(context, waiting))
    return open.length === 0
  }
  if (settle()) return
  await park(
    context,
    open.map(({ partition }) => partition),
    Math.max(0, timeoutMs),
    settle,
  )
  for (const { response } of open) fail(response, 'REQUEST_TIMED_OUT')
}

function isSettled({ broker }: RequestContext, { response, partition, endOffset }: Waiting): boolean {
  if (partition.leader !== broker.id) {
    fail(response, partition.topic.deleted ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'NOT_LEADER_OR_FOLLOWER')
    return true
  }
  if (partition.highWatermark < endOffset) return false
  if (partition.isr.length < partition.topic.settings.minInsyncReplicas) fail(response, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND')
  return true
}

function fail(
  response: PartitionResponse,
  code: 'REQUEST_TIMED_OUT' | 'NOT_LEADER_OR_FOLLOWER' | 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' | 'UNKNOWN_TOPIC_OR_PARTITION',
): void {
  Object.assign(response, { errorCode: errnoOf(code), baseOffset: -1n, logAppendTimeMs: -1n, logStartOffset: -1n })
}
