import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, nullable, since, string, until } from '../schema.js'

const leaveGroup = api(13, 'LeaveGroup', { versions: [0, 5], flexible: 4 })

/** The answer to LeaveGroupRequest. */
export const LeaveGroupResponse = leaveGroup.response({
  throttleTimeMs: int32(since(1), ignorable),
  errorCode: int16,
  members: array(
    {
      memberId: string,
      groupInstanceId: string(nullable()),
      errorCode: int16,
    },
    since(3),
  ),
})
export type LeaveGroupResponse = Output<typeof LeaveGroupResponse>

/** Leaves a classic group. v3: several members at once, static ones by instance id (KIP-345); v5: a reason (KIP-800). */
export const LeaveGroupRequest = leaveGroup.request(LeaveGroupResponse, {
  groupId: string,
  memberId: string(until(2)),
  members: array(
    {
      memberId: string,
      groupInstanceId: string(nullable(), byDefault(null)),
      reason: string(since(5), nullable(), byDefault(null), ignorable),
    },
    since(3),
  ),
})
export type LeaveGroupRequest = Input<typeof LeaveGroupRequest>
