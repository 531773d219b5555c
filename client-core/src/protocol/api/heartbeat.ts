import { api, type Input, type Output } from '../message.js'
import { byDefault, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const heartbeat = api(12, 'Heartbeat', { versions: [0, 4], flexible: 4 })

/** The answer to HeartbeatRequest. */
export const HeartbeatResponse = heartbeat.response({ throttleTimeMs: int32(since(1), ignorable), errorCode: int16 })
export type HeartbeatResponse = Output<typeof HeartbeatResponse>

/** Keeps a member of a classic group alive and learns of a rebalance. v3: static members (KIP-345). */
export const HeartbeatRequest = heartbeat.request(HeartbeatResponse, {
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: string(since(3), nullable(), byDefault(null)),
})
export type HeartbeatRequest = Input<typeof HeartbeatRequest>
