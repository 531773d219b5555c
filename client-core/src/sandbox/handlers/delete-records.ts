import { DeleteRecordsRequest } from '../../protocol/api/delete-records.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { handler, type RequestContext } from './handler.js'
import { findTopic, leaderHere } from './partition-access.js'

const TO_THE_END = -1n

/** Moves the start of partitions forward; -1 means the high watermark (KIP-107). */
export const deleteRecords = handler(DeleteRecordsRequest, {
  versions: [0, 2],
  handle: (context, request) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => remove(context, name, partitionIndex, offset)),
    })),
  }),
  failure: (request, code) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1n, errorCode: code })),
    })),
  }),
})

function remove(context: RequestContext, name: string, partitionIndex: number, asked: bigint) {
  try {
    if (!context.may('DELETE', 'TOPIC', name)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED', '')
    const partition = leaderHere(context, findTopic(context, { name, topicId: '' }, false), partitionIndex, -1)
    const { settings } = partition.topic
    if (!settings.deletes) throw new Refusal('POLICY_VIOLATION', `records of ${name} can only be compacted away`)
    const offset = asked === TO_THE_END ? partition.highWatermark : asked
    if (offset < 0n || offset > partition.highWatermark)
      throw new Refusal('OFFSET_OUT_OF_RANGE', `${offset} is not below ${partition.highWatermark}`)
    partition.deleteBefore(offset)
    return { partitionIndex, lowWatermark: partition.log.startOffset, errorCode: 0 }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { partitionIndex, lowWatermark: -1n, errorCode: errnoOf(error.code) }
  }
}
