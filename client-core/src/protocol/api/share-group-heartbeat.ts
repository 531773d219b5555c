import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, string, struct, uuid } from '../schema.js'

const shareGroupHeartbeat = api(76, 'ShareGroupHeartbeat', { versions: [0, 1], flexible: 0 })

const topicPartitions = { topicId: uuid, partitions: array(int32) }

/** The answer to ShareGroupHeartbeatRequest. */
export const ShareGroupHeartbeatResponse = shareGroupHeartbeat.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  memberId: string(nullable(), byDefault(null)),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: struct({ topicPartitions: array(topicPartitions) }, nullable(), byDefault(null)),
})
export type ShareGroupHeartbeatResponse = Output<typeof ShareGroupHeartbeatResponse>

/** Joins, stays in and leaves a share group (KIP-932). v0 was an early access of 4.0. */
export const ShareGroupHeartbeatRequest = shareGroupHeartbeat.request(ShareGroupHeartbeatResponse, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  rackId: string(nullable(), byDefault(null)),
  subscribedTopicNames: array(string, nullable(), byDefault(null)),
})
export type ShareGroupHeartbeatRequest = Input<typeof ShareGroupHeartbeatRequest>
