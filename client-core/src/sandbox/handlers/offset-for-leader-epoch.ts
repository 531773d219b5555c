import { OffsetForLeaderEpochRequest } from '../../protocol/api/offset-for-leader-epoch.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { handler, type RequestContext } from './handler.js'
import { accessibleTopic, leaderHere } from './partition-access.js'

type Asked = Output<typeof OffsetForLeaderEpochRequest>['topics'][number]['partitions'][number]

/** Where a leader epoch ended: how a consumer learns that the log was truncated under it (KIP-320). */
export const offsetForLeaderEpoch = handler(OffsetForLeaderEpochRequest, {
  versions: [2, 4],
  legacy: [0, 4],
  handle: (context, request) => ({
    topics: request.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map(asked => answer(context, topic, asked)) })),
  }),
  failure: (request, code) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode: code })),
    })),
  }),
})

function answer(context: RequestContext, name: string, { partition: index, currentLeaderEpoch, leaderEpoch }: Asked) {
  try {
    const partition = leaderHere(context, accessibleTopic(context, 'DESCRIBE', { name, topicId: '' }, false), index, currentLeaderEpoch)
    const end = partition.epochs.endOffsetFor(leaderEpoch, partition.log.endOffset)
    return { partition: index, errorCode: 0, leaderEpoch: end.epoch, endOffset: end.endOffset }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { partition: index, errorCode: errnoOf(error.code) }
  }
}
