import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, nullable, string, struct, uuid } from '../schema.js'

const describeTopicPartitions = api(75, 'DescribeTopicPartitions', { versions: [0, 0], flexible: 0 })

/** The answer to DescribeTopicPartitionsRequest. */
export const DescribeTopicPartitionsResponse = describeTopicPartitions.response({
  throttleTimeMs: int32(ignorable),
  topics: array({
    errorCode: int16,
    name: string(nullable()),
    topicId: uuid(ignorable),
    isInternal: bool(byDefault(false), ignorable),
    partitions: array({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32(byDefault(-1), ignorable),
      replicaNodes: array(int32),
      isrNodes: array(int32),
      eligibleLeaderReplicas: array(int32, nullable(), byDefault(null)),
      lastKnownElr: array(int32, nullable(), byDefault(null)),
      offlineReplicas: array(int32, ignorable),
    }),
    topicAuthorizedOperations: int32(byDefault(-0x80000000)),
  }),
  nextCursor: struct({ topicName: string, partitionIndex: int32 }, nullable(), byDefault(null)),
})
export type DescribeTopicPartitionsResponse = Output<typeof DescribeTopicPartitionsResponse>

/** Topics and partitions page by page, with eligible leader replicas (KIP-966). */
export const DescribeTopicPartitionsRequest = describeTopicPartitions.request(DescribeTopicPartitionsResponse, {
  topics: array({ name: string }),
  responsePartitionLimit: int32(byDefault(2000)),
  cursor: struct({ topicName: string, partitionIndex: int32 }, nullable(), byDefault(null)),
})
export type DescribeTopicPartitionsRequest = Input<typeof DescribeTopicPartitionsRequest>
