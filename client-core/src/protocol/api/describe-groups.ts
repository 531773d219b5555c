import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, bytes, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const describeGroups = api(15, 'DescribeGroups', { versions: [0, 6], flexible: 5 })

/** The answer to DescribeGroupsRequest. */
export const DescribeGroupsResponse = describeGroups.response({
  throttleTimeMs: int32(since(1), ignorable),
  groups: array({
    errorCode: int16,
    errorMessage: string(since(6), nullable(), byDefault(null)),
    groupId: string,
    groupState: string,
    protocolType: string,
    protocolData: string,
    members: array({
      memberId: string,
      groupInstanceId: string(since(4), nullable(), byDefault(null), ignorable),
      clientId: string,
      clientHost: string,
      memberMetadata: bytes,
      memberAssignment: bytes,
    }),
    authorizedOperations: int32(since(3), byDefault(-0x80000000)),
  }),
})
export type DescribeGroupsResponse = Output<typeof DescribeGroupsResponse>

/**
 * State, members and assignments of classic groups. v3: authorized operations (KIP-430); v4: static members (KIP-345); v6:
 * GROUP_ID_NOT_FOUND (KIP-1043).
 */
export const DescribeGroupsRequest = describeGroups.request(DescribeGroupsResponse, {
  groups: array(string),
  includeAuthorizedOperations: bool(since(3)),
})
export type DescribeGroupsRequest = Input<typeof DescribeGroupsRequest>
