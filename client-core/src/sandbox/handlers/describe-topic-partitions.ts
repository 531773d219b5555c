import { zeroUuid } from '../../bytes/uuid.js'
import { DescribeTopicPartitionsRequest } from '../../protocol/api/describe-topic-partitions.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { topicNameProblem } from '../state/topic-names.js'
import { handler, type RequestContext } from './handler.js'
import { describePartition } from './metadata.js'
import { NOT_ASKED, operationsOn } from './operations.js'

type Cursor = Output<typeof DescribeTopicPartitionsRequest>['cursor']

/** A broker's own limit, `max.request.partition.size.limit`. */
const MAX_PARTITIONS = 2000

/** Topics in the order of their names, so many partitions at a time; the cursor says where to go on (KIP-966). */
export const describeTopicPartitions = handler(DescribeTopicPartitionsRequest, {
  versions: [0, 0],
  handle(context, { topics, cursor, responsePartitionLimit }) {
    const { cluster, may } = context
    const asked =
      topics.length > 0 ? topics.map(({ name }) => name) : [...cluster.topics.keys()].filter(name => may('DESCRIBE', 'TOPIC', name))
    const names = [...new Set(asked)].filter(name => cursor === null || name >= cursor.topicName).sort()
    let room = Math.min(responsePartitionLimit, MAX_PARTITIONS)
    const told = []
    let nextCursor: Cursor = null
    for (const name of names) {
      const first = cursor?.topicName === name ? cursor.partitionIndex : 0
      if (room <= 0) {
        nextCursor = { topicName: name, partitionIndex: first }
        break
      }
      const topic = describe(context, name, first, room)
      told.push(topic)
      room -= topic.partitions.length
      const reached = first + topic.partitions.length
      if (topic.errorCode === 0 && reached < (cluster.topics.get(name)?.partitions.length ?? 0)) {
        nextCursor = { topicName: name, partitionIndex: reached }
        break
      }
    }
    return { throttleTimeMs: 0, topics: told, nextCursor }
  },
  failure: ({ topics }, errorCode) => ({ throttleTimeMs: 0, topics: topics.map(({ name }) => ({ ...nothing(name), errorCode })) }),
})

const nothing = (name: string) => ({
  name,
  topicId: zeroUuid,
  isInternal: false,
  partitions: [],
  topicAuthorizedOperations: NOT_ASKED,
})

function describe(context: RequestContext, name: string, first: number, room: number) {
  const topic = context.cluster.topics.get(name)
  if (!context.may('DESCRIBE', 'TOPIC', name)) return { ...nothing(name), errorCode: errnoOf('TOPIC_AUTHORIZATION_FAILED') }
  if (!topic) {
    const code = topicNameProblem(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
    return { ...nothing(name), errorCode: errnoOf(code), topicAuthorizedOperations: operationsOn(context, 'TOPIC', name) }
  }
  const partitions = topic.partitions.slice(first, first + room).map(partition => ({
    ...describePartition(context, partition),
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }))
  const { id: topicId, internal: isInternal } = topic
  return { errorCode: 0, name, topicId, isInternal, partitions, topicAuthorizedOperations: operationsOn(context, 'TOPIC', name) }
}
