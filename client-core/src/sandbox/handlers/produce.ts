import { ProduceRequest } from '../../protocol/api/produce.js'
import { Disconnect } from '../refusal.js'
import { handler } from './handler.js'
import { endpoints } from './partition-access.js'
import { producePartition } from './produce-partition.js'
import { untilReplicated } from './produce-wait.js'

/** Appends batches to the partitions that this broker leads. From v13 topics are named by id (KIP-516). */
export const produce = handler(ProduceRequest, {
  versions: [3, 13],
  legacy: [0, 13],
  // librdkafka wants to see version 0 there, and Kafka 4 obliges it, though it closes on anything below 3 (KIP-896).
  advertised: [0, 13],

  async handle(context, request, version) {
    const leaders: number[] = []
    const responses = []
    for (const topic of request.topicData) {
      const partitionResponses = []
      for (const data of topic.partitionData)
        partitionResponses.push(await producePartition(context, request, topic, data, version, leaders))
      responses.push({ name: topic.name, topicId: topic.topicId, partitionResponses })
    }
    if (request.acks === -1) await untilReplicated(context, request, version, responses)
    if (request.acks !== 0) return { responses, nodeEndpoints: version >= 10 ? endpoints(context, leaders) : [] }
    const failed = responses.some(topic => topic.partitionResponses.some(partition => partition.errorCode !== 0))
    // Without an answer, a closed connection is the only sign that something went wrong.
    if (failed) throw new Disconnect('a Produce with acks=0 failed')
    return undefined
  },

  failure(request, code) {
    if (request.acks === 0) throw new Disconnect('a Produce with acks=0 failed')
    const responses = request.topicData.map(({ name, topicId, partitionData }) => {
      return { name, topicId, partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1n })) }
    })
    return { responses }
  },
})
