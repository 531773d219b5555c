import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, bytes, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const joinGroup = api(11, 'JoinGroup', { versions: [0, 9], flexible: 6 })

/**
 * The leader gets every member's metadata, the others an empty list. v7: the protocol type; v9: the leader may be told to skip the
 * assignment (KIP-814).
 */
export const JoinGroupResponse = joinGroup.response({
  throttleTimeMs: int32(since(2), ignorable),
  errorCode: int16,
  generationId: int32(byDefault(-1)),
  protocolType: string(since(7), nullable(), byDefault(null), ignorable),
  protocolName: string(nullable(7)),
  leader: string,
  skipAssignment: bool(since(9), byDefault(false)),
  memberId: string,
  members: array({
    memberId: string,
    groupInstanceId: string(since(5), nullable(), byDefault(null), ignorable),
    metadata: bytes,
  }),
})
export type JoinGroupResponse = Output<typeof JoinGroupResponse>

/**
 * Joins a classic group and waits for the others. v4: the first try only hands out a member id (KIP-394); v5: static members (KIP-345);
 * v8: a reason (KIP-800).
 */
export const JoinGroupRequest = joinGroup.request(JoinGroupResponse, {
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: int32(since(1), byDefault(-1), ignorable),
  memberId: string,
  groupInstanceId: string(since(5), nullable(), byDefault(null)),
  protocolType: string,
  protocols: array({ name: string, metadata: bytes }),
  reason: string(since(8), nullable(), byDefault(null), ignorable),
})
export type JoinGroupRequest = Input<typeof JoinGroupRequest>
