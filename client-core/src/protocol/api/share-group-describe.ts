import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, int16, int32, nullable, string, struct, uuid } from '../schema.js'

const shareGroupDescribe = api(77, 'ShareGroupDescribe', { versions: [0, 1], flexible: 0 })

const topicPartitions = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
}

const assignment = { topicPartitions: array(topicPartitions) }

/** The answer to ShareGroupDescribeRequest. */
export const ShareGroupDescribeResponse = shareGroupDescribe.response({
  throttleTimeMs: int32,
  groups: array({
    errorCode: int16,
    errorMessage: string(nullable(), byDefault(null)),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    assignorName: string,
    members: array({
      memberId: string,
      rackId: string(nullable(), byDefault(null)),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      assignment: struct(assignment),
    }),
    authorizedOperations: int32(byDefault(-0x80000000)),
  }),
})
export type ShareGroupDescribeResponse = Output<typeof ShareGroupDescribeResponse>

/** State and members of share groups (KIP-932). v0 was an early access of 4.0. */
export const ShareGroupDescribeRequest = shareGroupDescribe.request(ShareGroupDescribeResponse, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
})
export type ShareGroupDescribeRequest = Input<typeof ShareGroupDescribeRequest>
