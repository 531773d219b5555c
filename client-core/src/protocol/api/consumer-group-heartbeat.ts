import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, since, string, struct, uuid } from '../schema.js'

const consumerGroupHeartbeat = api(68, 'ConsumerGroupHeartbeat', { versions: [0, 1], flexible: 0 })

const topicPartitions = { topicId: uuid, partitions: array(int32) }

/** The answer to ConsumerGroupHeartbeatRequest. */
export const ConsumerGroupHeartbeatResponse = consumerGroupHeartbeat.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  memberId: string(nullable(), byDefault(null)),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: struct({ topicPartitions: array(topicPartitions) }, nullable(), byDefault(null)),
})
export type ConsumerGroupHeartbeatResponse = Output<typeof ConsumerGroupHeartbeatResponse>

/** The next-generation group protocol: one call joins, stays, reconciles and leaves (KIP-848). */
export const ConsumerGroupHeartbeatRequest = consumerGroupHeartbeat.request(ConsumerGroupHeartbeatResponse, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  instanceId: string(nullable(), byDefault(null)),
  rackId: string(nullable(), byDefault(null)),
  rebalanceTimeoutMs: int32(byDefault(-1)),
  subscribedTopicNames: array(string, nullable(), byDefault(null)),
  subscribedTopicRegex: string(since(1), nullable(), byDefault(null)),
  serverAssignor: string(nullable(), byDefault(null)),
  topicPartitions: array({ topicId: uuid, partitions: array(int32) }, nullable(), byDefault(null)),
})
export type ConsumerGroupHeartbeatRequest = Input<typeof ConsumerGroupHeartbeatRequest>
