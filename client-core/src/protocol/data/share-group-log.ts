import { data, type Input } from '../message.js'
import { array, byDefault, ignorable, int8, int32, int64, nullable, string, tagged, uuid } from '../schema.js'

/** Of a share group: key version 11. */
export const ShareGroupMetadataKey = data('ShareGroupMetadataKey', { versions: [0, 0] }, { groupId: string })
export type ShareGroupMetadataKey = Input<typeof ShareGroupMetadataKey>

/** A share group's epoch, and a hash of the topics it subscribes to. */
export const ShareGroupMetadataValue = data(
  'ShareGroupMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { epoch: int32, metadataHash: int64 },
)
export type ShareGroupMetadataValue = Input<typeof ShareGroupMetadataValue>

/** Of a member of a share group: key version 10 (KIP-932). */
export const ShareGroupMemberMetadataKey = data('ShareGroupMemberMetadataKey', { versions: [0, 0] }, { groupId: string, memberId: string })
export type ShareGroupMemberMetadataKey = Input<typeof ShareGroupMemberMetadataKey>

/** A member of a share group as it last described itself. */
export const ShareGroupMemberMetadataValue = data(
  'ShareGroupMemberMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { rackId: string(nullable()), clientId: string, clientHost: string, subscribedTopicNames: array(string) },
)
export type ShareGroupMemberMetadataValue = Input<typeof ShareGroupMemberMetadataValue>

/** Of a share group's target assignment: key version 12. */
export const ShareGroupTargetAssignmentMetadataKey = data(
  'ShareGroupTargetAssignmentMetadataKey',
  { versions: [0, 0] },
  { groupId: string },
)
export type ShareGroupTargetAssignmentMetadataKey = Input<typeof ShareGroupTargetAssignmentMetadataKey>

/** The epoch of the target assignment. */
export const ShareGroupTargetAssignmentMetadataValue = data(
  'ShareGroupTargetAssignmentMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { assignmentEpoch: int32, assignmentTimestamp: int64(tagged(0, 0), byDefault(0n), ignorable) },
)
export type ShareGroupTargetAssignmentMetadataValue = Input<typeof ShareGroupTargetAssignmentMetadataValue>

/** Of one member's target assignment: key version 13. */
export const ShareGroupTargetAssignmentMemberKey = data(
  'ShareGroupTargetAssignmentMemberKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type ShareGroupTargetAssignmentMemberKey = Input<typeof ShareGroupTargetAssignmentMemberKey>

/** The partitions that a member is to have. */
export const ShareGroupTargetAssignmentMemberValue = data(
  'ShareGroupTargetAssignmentMemberValue',
  { versions: [0, 0], flexible: 0 },
  { topicPartitions: array({ topicId: uuid, partitions: array(int32) }) },
)
export type ShareGroupTargetAssignmentMemberValue = Input<typeof ShareGroupTargetAssignmentMemberValue>

/** Of what a member has now: key version 14. */
export const ShareGroupCurrentMemberAssignmentKey = data(
  'ShareGroupCurrentMemberAssignmentKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type ShareGroupCurrentMemberAssignmentKey = Input<typeof ShareGroupCurrentMemberAssignmentKey>

/** What a member has. */
export const ShareGroupCurrentMemberAssignmentValue = data(
  'ShareGroupCurrentMemberAssignmentValue',
  { versions: [0, 0], flexible: 0 },
  { memberEpoch: int32, previousMemberEpoch: int32, state: int8, assignedPartitions: array({ topicId: uuid, partitions: array(int32) }) },
)
export type ShareGroupCurrentMemberAssignmentValue = Input<typeof ShareGroupCurrentMemberAssignmentValue>

/** Of the partitions whose state a share group keeps: key version 15. */
export const ShareGroupStatePartitionMetadataKey = data('ShareGroupStatePartitionMetadataKey', { versions: [0, 0] }, { groupId: string })
export type ShareGroupStatePartitionMetadataKey = Input<typeof ShareGroupStatePartitionMetadataKey>

/** Which partitions have their state, are being given it, or are losing it. */
export const ShareGroupStatePartitionMetadataValue = data(
  'ShareGroupStatePartitionMetadataValue',
  { versions: [0, 0], flexible: 0 },
  {
    initializingTopics: array({ topicId: uuid, topicName: string, partitions: array(int32) }),
    initializedTopics: array({ topicId: uuid, topicName: string, partitions: array(int32) }),
    deletingTopics: array({ topicId: uuid, topicName: string }),
  },
)
export type ShareGroupStatePartitionMetadataValue = Input<typeof ShareGroupStatePartitionMetadataValue>
