import { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Disconnect, Refusal } from '../refusal.js'
import { type Appended, appendBatch } from '../state/append.js'
import { checkHeader, checkRecords, inspectBatch, openBatch } from '../state/inspect-batch.js'
import type { Topic } from '../state/topic.js'
import { handler, type RequestContext } from './handler.js'
import { checkEpoch, endpoints, findTopic, leaderHere } from './partition-access.js'

type Request = Output<typeof ProduceRequest>
type TopicData = Request['topicData'][number]
type PartitionData = TopicData['partitionData'][number]

/** Appends batches to the partitions that this broker leads. From v13 topics are named by id (KIP-516). */
export const produce = handler(ProduceRequest, {
  versions: [3, 13],
  // librdkafka wants to see version 0 there, and Kafka 4 obliges it, though it closes on anything below 3 (KIP-896).
  advertised: [0, 13],

  async handle(context, request, version) {
    const leaders: number[] = []
    const responses = []
    for (const topic of request.topicData) {
      const partitionResponses = []
      for (const data of topic.partitionData)
        partitionResponses.push(await answerPartition(context, request, topic, data, version, leaders))
      responses.push({ name: topic.name, topicId: topic.topicId, partitionResponses })
    }
    const failed = responses.some(topic => topic.partitionResponses.some(partition => partition.errorCode !== 0))
    if (request.acks !== 0) return { responses, nodeEndpoints: version >= 10 ? endpoints(context, leaders) : [] }
    // Without an answer, a closed connection is the only sign that something went wrong.
    if (failed) throw new Disconnect('a Produce with acks=0 failed')
    return undefined
  },

  failure: (request, code) => ({
    responses: request.topicData.map(topic => ({
      name: topic.name,
      topicId: topic.topicId,
      partitionResponses: topic.partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1n })),
    })),
  }),
})

async function answerPartition(
  context: RequestContext,
  request: Request,
  topicData: TopicData,
  data: PartitionData,
  version: number,
  leaders: number[],
) {
  let topic: Topic | undefined
  try {
    topic = findTopic(context, topicData, version >= 13)
    return { index: data.index, errorCode: 0, ...(await append(context, request, topic, data, version)) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const leader = error.code === 'NOT_LEADER_OR_FOLLOWER' && version >= 10 ? topic?.partitions[data.index] : undefined
    if (leader) leaders.push(leader.leader)
    return {
      index: data.index,
      errorCode: errnoOf(error.code),
      baseOffset: -1n,
      recordErrors: error.recordErrors,
      errorMessage: error.recordErrors.length > 0 ? error.message : null,
      ...(leader && { currentLeader: { leaderId: leader.leader, leaderEpoch: leader.leaderEpoch } }),
    }
  }
}

async function append(context: RequestContext, request: Request, topic: Topic, data: PartitionData, version: number): Promise<Appended> {
  if (request.acks < -1 || request.acks > 1) throw new Refusal('INVALID_REQUIRED_ACKS', `acks is ${request.acks}`)
  const batch = inspectBatch(data.records, version)
  checkHeader(batch, version)
  if (batch.attrs.isTransactional)
    throw new Refusal('INVALID_TXN_STATE', `producer ${batch.producerId} has no open transaction on ${topic.name}-${data.index}`)
  await openBatch(batch, context.cluster.codecs)
  const partition = leaderHere(context, topic, data.index, -1)
  if (topic.internal) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Cannot append to internal topic ${topic.name}`)
  const needed = topic.settings.minInsyncReplicas
  if (request.acks === -1 && partition.isr.length < needed) {
    throw new Refusal('NOT_ENOUGH_REPLICAS', `${partition.isr.length} replicas are in sync, ${needed} are needed`)
  }
  checkEpoch(partition, -1)
  checkRecords(batch, topic.settings, context.cluster.clock.now())
  const appended = appendBatch(partition, batch, context.cluster.clock.now())
  context.cluster.appended(partition)
  return appended
}
