import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, nullable, since, string, struct, uuid } from '../schema.js'

const consumerGroupDescribe = api(69, 'ConsumerGroupDescribe', { versions: [0, 1], flexible: 0 })

const topicPartitions = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
}

const assignment = { topicPartitions: array(topicPartitions) }

/** The answer to ConsumerGroupDescribeRequest. */
export const ConsumerGroupDescribeResponse = consumerGroupDescribe.response({
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
      instanceId: string(nullable(), byDefault(null)),
      rackId: string(nullable(), byDefault(null)),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: string(nullable(), byDefault(null)),
      assignment: struct(assignment),
      targetAssignment: struct(assignment),
      memberType: int8(since(1), byDefault(-1), ignorable),
    }),
    authorizedOperations: int32(byDefault(-0x80000000)),
  }),
})
export type ConsumerGroupDescribeResponse = Output<typeof ConsumerGroupDescribeResponse>

/** State and members of next-generation groups (KIP-848). */
export const ConsumerGroupDescribeRequest = consumerGroupDescribe.request(ConsumerGroupDescribeResponse, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
})
export type ConsumerGroupDescribeRequest = Input<typeof ConsumerGroupDescribeRequest>
