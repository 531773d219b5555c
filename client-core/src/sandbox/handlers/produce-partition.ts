import type { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import type { RecordBatch } from '../../records/batch.js'
import { Refusal } from '../refusal.js'
import { type Appended, appendBatch } from '../state/append.js'
import { checkBatch, checkRecords, inspectBatch, openBatch } from '../state/inspect-batch.js'
import { batchOfMessages } from '../state/old-messages.js'
import type { Partition } from '../state/partition.js'
import type { RequestContext } from './handler.js'
import { accessibleTopic, leaderHere } from './partition-access.js'

type Request = Output<typeof ProduceRequest>
type TopicData = Request['topicData'][number]
type PartitionData = TopicData['partitionData'][number]

/** Refusals that say nothing of the log; the others carry its start, which tells a producer whether retention took what it misses. */
const withoutLogStart = new Set<KafkaErrorCode>([
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
])

/** What is answered for one partition; `leaders` gets those who have to be named (KIP-951). */
export async function producePartition(
  context: RequestContext,
  request: Request,
  topicData: TopicData,
  data: PartitionData,
  version: number,
  leaders: number[],
) {
  const { index } = data
  let known: Partition | undefined
  let reached = false
  try {
    if (request.acks < -1 || request.acks > 1) throw new Refusal('INVALID_REQUIRED_ACKS', `acks is ${request.acks}`)
    const topic = accessibleTopic(context, 'WRITE', topicData, version >= 13)
    known = topic.partitions[index]
    if (!known) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `${topic.name} has no partition ${index}`)
    const records = version < 3 ? await batchOfMessages(data.records, context.cluster.codecs) : data.records
    inspectBatch(records, Math.max(version, 3))
    const partition = leaderHere(context, topic, index, -1)
    reached = true
    return { index, errorCode: 0, ...(await append(context, request, partition, records!)) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const logStartOffset = known && reached && !withoutLogStart.has(error.code) ? known.log.startOffset : -1n
    return { ...refused(index, error), logStartOffset, ...hint(known, error, version, leaders) }
  }
}

const refused = (index: number, { code, recordErrors, told, message }: Refusal) => ({
  index,
  errorCode: errnoOf(code),
  baseOffset: -1n,
  recordErrors,
  errorMessage: told ? message : null,
})

function hint(partition: Partition | undefined, { code }: Refusal, version: number, leaders: number[]) {
  if (!partition || code !== 'NOT_LEADER_OR_FOLLOWER' || version < 10) return undefined
  const { leader: leaderId, leaderEpoch } = partition
  leaders.push(leaderId)
  return { currentLeader: { leaderId, leaderEpoch } }
}

async function append(context: RequestContext, request: Request, partition: Partition, records: Uint8Array): Promise<Appended> {
  const { cluster } = context
  const { topic, index } = partition
  if (topic.internal) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Cannot append to internal topic ${topic.name}`)
  if (request.acks === -1) checkReplicas(partition)
  const batch: RecordBatch = checkBatch(records)
  if (batch.attrs.isTransactional)
    throw new Refusal('INVALID_TXN_STATE', `producer ${batch.producerId} has no open transaction on ${topic.name}-${index}`)
  if (!batch.isOpen) {
    await openBatch(batch, cluster.codecs)
    // A codec takes its time: the leader may have moved meanwhile.
    leaderHere(context, topic, index, -1)
  }
  checkRecords(batch, topic.settings, cluster.clock.now())
  const appended = appendBatch(partition, batch, cluster.clock.now())
  cluster.appended(partition)
  return appended
}

function checkReplicas({ isr, topic }: Partition): void {
  const needed = topic.settings.minInsyncReplicas
  if (isr.length < needed) throw new Refusal('NOT_ENOUGH_REPLICAS', `${isr.length} replicas are in sync, ${needed} are needed`)
}
