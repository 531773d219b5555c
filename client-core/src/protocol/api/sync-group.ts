import { api, type Input, type Output } from '../message.js'
import { array, byDefault, bytes, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const syncGroup = api(14, 'SyncGroup', { versions: [0, 5], flexible: 4 })

/** The answer to SyncGroupRequest. */
export const SyncGroupResponse = syncGroup.response({
  throttleTimeMs: int32(since(1), ignorable),
  errorCode: int16,
  protocolType: string(since(5), nullable(), byDefault(null), ignorable),
  protocolName: string(since(5), nullable(), byDefault(null), ignorable),
  assignment: bytes,
})
export type SyncGroupResponse = Output<typeof SyncGroupResponse>

/**
 * Hands in (the leader) or asks for a member's assignment. v3: static members (KIP-345); v5: protocol type and name, to be checked
 * (KIP-559).
 */
export const SyncGroupRequest = syncGroup.request(SyncGroupResponse, {
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: string(since(3), nullable(), byDefault(null)),
  protocolType: string(since(5), nullable(), byDefault(null), ignorable),
  protocolName: string(since(5), nullable(), byDefault(null), ignorable),
  assignments: array({ memberId: string, assignment: bytes }),
})
export type SyncGroupRequest = Input<typeof SyncGroupRequest>
