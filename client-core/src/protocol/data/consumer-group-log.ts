import { data, type Input } from '../message.js'
import { array, byDefault, bytes, ignorable, int8, int32, int64, nullable, string, struct, tagged, uuid } from '../schema.js'

/** Of a consumer group: key version 3 (KIP-848). */
export const ConsumerGroupMetadataKey = data('ConsumerGroupMetadataKey', { versions: [0, 0] }, { groupId: string })
export type ConsumerGroupMetadataKey = Input<typeof ConsumerGroupMetadataKey>

/** A consumer group's epoch, and a hash of the topics it subscribes to. */
export const ConsumerGroupMetadataValue = data(
  'ConsumerGroupMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { epoch: int32, metadataHash: int64(tagged(0, 0), byDefault(0n)) },
)
export type ConsumerGroupMetadataValue = Input<typeof ConsumerGroupMetadataValue>

/** Of the topics of a consumer group: key version 4. Brokers since 4.1 only delete these. */
export const ConsumerGroupPartitionMetadataKey = data('ConsumerGroupPartitionMetadataKey', { versions: [0, 0] }, { groupId: string })
export type ConsumerGroupPartitionMetadataKey = Input<typeof ConsumerGroupPartitionMetadataKey>

/** The topics that a consumer group subscribes to. */
export const ConsumerGroupPartitionMetadataValue = data(
  'ConsumerGroupPartitionMetadataValue',
  { versions: [0, 0], flexible: 0 },
  {
    topics: array({
      topicId: uuid,
      topicName: string,
      numPartitions: int32,
      partitionMetadata: array({ partition: int32, racks: array(string) }),
    }),
  },
)
export type ConsumerGroupPartitionMetadataValue = Input<typeof ConsumerGroupPartitionMetadataValue>

/** Of a member of a consumer group: key version 5. */
export const ConsumerGroupMemberMetadataKey = data(
  'ConsumerGroupMemberMetadataKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type ConsumerGroupMemberMetadataKey = Input<typeof ConsumerGroupMemberMetadataKey>

/** A member as it last described itself; `classicMemberMetadata` of one that still speaks the classic protocol. */
export const ConsumerGroupMemberMetadataValue = data(
  'ConsumerGroupMemberMetadataValue',
  { versions: [0, 0], flexible: 0 },
  {
    instanceId: string(nullable()),
    rackId: string(nullable()),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: string(nullable()),
    rebalanceTimeoutMs: int32(byDefault(-1)),
    serverAssignor: string(nullable()),
    classicMemberMetadata: struct(
      { sessionTimeoutMs: int32, supportedProtocols: array({ name: string, metadata: bytes }) },
      tagged(0, 0),
      nullable(),
    ),
  },
)
export type ConsumerGroupMemberMetadataValue = Input<typeof ConsumerGroupMemberMetadataValue>

/** Of a consumer group's target assignment: key version 6. */
export const ConsumerGroupTargetAssignmentMetadataKey = data(
  'ConsumerGroupTargetAssignmentMetadataKey',
  { versions: [0, 0] },
  { groupId: string },
)
export type ConsumerGroupTargetAssignmentMetadataKey = Input<typeof ConsumerGroupTargetAssignmentMetadataKey>

/** The epoch of the target assignment. */
export const ConsumerGroupTargetAssignmentMetadataValue = data(
  'ConsumerGroupTargetAssignmentMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { assignmentEpoch: int32, assignmentTimestamp: int64(tagged(0, 0), byDefault(0n), ignorable) },
)
export type ConsumerGroupTargetAssignmentMetadataValue = Input<typeof ConsumerGroupTargetAssignmentMetadataValue>

/** Of one member's target assignment: key version 7. */
export const ConsumerGroupTargetAssignmentMemberKey = data(
  'ConsumerGroupTargetAssignmentMemberKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type ConsumerGroupTargetAssignmentMemberKey = Input<typeof ConsumerGroupTargetAssignmentMemberKey>

/** The partitions that a member is to have. */
export const ConsumerGroupTargetAssignmentMemberValue = data(
  'ConsumerGroupTargetAssignmentMemberValue',
  { versions: [0, 0], flexible: 0 },
  { topicPartitions: array({ topicId: uuid, partitions: array(int32) }) },
)
export type ConsumerGroupTargetAssignmentMemberValue = Input<typeof ConsumerGroupTargetAssignmentMemberValue>

/** Of what a member has now: key version 8. */
export const ConsumerGroupCurrentMemberAssignmentKey = data(
  'ConsumerGroupCurrentMemberAssignmentKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type ConsumerGroupCurrentMemberAssignmentKey = Input<typeof ConsumerGroupCurrentMemberAssignmentKey>

/**
 * What a member has, and what it must still give up. `state`: 0 stable, 1 unrevoked partitions, 2 unreleased partitions, 127 unknown.
 */
export const ConsumerGroupCurrentMemberAssignmentValue = data(
  'ConsumerGroupCurrentMemberAssignmentValue',
  { versions: [0, 0], flexible: 0 },
  {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array({
      topicId: uuid,
      partitions: array(int32),
      assignmentEpochs: array(int32, tagged(0, 0), nullable()),
    }),
    partitionsPendingRevocation: array({
      topicId: uuid,
      partitions: array(int32),
      assignmentEpochs: array(int32, tagged(0, 0), nullable()),
    }),
  },
)
export type ConsumerGroupCurrentMemberAssignmentValue = Input<typeof ConsumerGroupCurrentMemberAssignmentValue>

/** Of a regular expression that members subscribe with: key version 16. */
export const ConsumerGroupRegularExpressionKey = data(
  'ConsumerGroupRegularExpressionKey',
  { versions: [0, 0] },
  { groupId: string, regularExpression: string },
)
export type ConsumerGroupRegularExpressionKey = Input<typeof ConsumerGroupRegularExpressionKey>

/** The topics that it stands for, the version of the metadata image that says so, and when that was (ms). */
export const ConsumerGroupRegularExpressionValue = data(
  'ConsumerGroupRegularExpressionValue',
  { versions: [0, 0], flexible: 0 },
  { topics: array(string), version: int64, timestamp: int64 },
)
export type ConsumerGroupRegularExpressionValue = Input<typeof ConsumerGroupRegularExpressionValue>
