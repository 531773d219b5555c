import { api, type Input, type Output } from '../message.js'
import { array, int16, int32, string, struct, uuid } from '../schema.js'

const consumerGroupHeartbeat = api(68, 'ConsumerGroupHeartbeat', { versions: [0, 1], flexible: 0 })

const topicPartitions = { topicId: uuid, partitions: array(int32) }

/** The answer to ConsumerGroupHeartbeatRequest. */
export const ConsumerGroupHeartbeatResponse = consumerGroupHeartbeat.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string.nullable().default(null),
  memberId: string.nullable().default(null),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: struct({ topicPartitions: array(topicPartitions) })
    .nullable()
    .default(null),
})
export type ConsumerGroupHeartbeatResponse = Output<typeof ConsumerGroupHeartbeatResponse>

/** The next-generation group protocol: one call joins, stays, reconciles and leaves (KIP-848). */
export const ConsumerGroupHeartbeatRequest = consumerGroupHeartbeat.request(ConsumerGroupHeartbeatResponse, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  instanceId: string.nullable().default(null),
  rackId: string.nullable().default(null),
  rebalanceTimeoutMs: int32.default(-1),
  subscribedTopicNames: array(string).nullable().default(null),
  subscribedTopicRegex: string.since(1).nullable().default(null),
  serverAssignor: string.nullable().default(null),
  topicPartitions: array({ topicId: uuid, partitions: array(int32) })
    .nullable()
    .default(null),
})
export type ConsumerGroupHeartbeatRequest = Input<typeof ConsumerGroupHeartbeatRequest>
