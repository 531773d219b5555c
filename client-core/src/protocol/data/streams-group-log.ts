import { data, type Input } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, int64, nullable, string, struct, tagged, uint16 } from '../schema.js'

const topics = array({ name: string, partitions: int32, replicationFactor: int16, topicConfigs: array({ key: string, value: string }) })
const target = array({ subtopologyId: string, partitions: array(int32) })
const tasks = array({
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32, tagged(0, 0), nullable()),
})

/** Of a streams group: key version 17 (KIP-1071). */
export const StreamsGroupMetadataKey = data('StreamsGroupMetadataKey', { versions: [0, 0] }, { groupId: string })
export type StreamsGroupMetadataKey = Input<typeof StreamsGroupMetadataKey>

/** A streams group's epoch, a hash of its topics, and the epochs of its topology. */
export const StreamsGroupMetadataValue = data(
  'StreamsGroupMetadataValue',
  { versions: [0, 0], flexible: 0 },
  {
    epoch: int32,
    metadataHash: int64,
    validatedTopologyEpoch: int32(tagged(0, 0), byDefault(-1)),
    lastAssignmentConfigs: array({ key: string, value: string }, tagged(1, 0), nullable()),
    storedDescriptionTopologyEpoch: int32(tagged(2, 0), byDefault(-1)),
    failedDescriptionTopologyEpoch: int32(tagged(3, 0), byDefault(-1)),
  },
)
export type StreamsGroupMetadataValue = Input<typeof StreamsGroupMetadataValue>

/** Of a member of a streams group: key version 19. */
export const StreamsGroupMemberMetadataKey = data(
  'StreamsGroupMemberMetadataKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type StreamsGroupMemberMetadataKey = Input<typeof StreamsGroupMemberMetadataKey>

/** A member of a streams group as it last described itself. */
export const StreamsGroupMemberMetadataValue = data(
  'StreamsGroupMemberMetadataValue',
  { versions: [0, 0], flexible: 0 },
  {
    instanceId: string(nullable()),
    rackId: string(nullable()),
    clientId: string,
    clientHost: string,
    rebalanceTimeoutMs: int32(byDefault(-1)),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: struct({ host: string, port: uint16 }, nullable(), byDefault(null)),
    clientTags: array({ key: string, value: string }),
  },
)
export type StreamsGroupMemberMetadataValue = Input<typeof StreamsGroupMemberMetadataValue>

/** Of a streams group's target assignment: key version 20. */
export const StreamsGroupTargetAssignmentMetadataKey = data(
  'StreamsGroupTargetAssignmentMetadataKey',
  { versions: [0, 0] },
  { groupId: string },
)
export type StreamsGroupTargetAssignmentMetadataKey = Input<typeof StreamsGroupTargetAssignmentMetadataKey>

/** The epoch of the target assignment. */
export const StreamsGroupTargetAssignmentMetadataValue = data(
  'StreamsGroupTargetAssignmentMetadataValue',
  { versions: [0, 0], flexible: 0 },
  { assignmentEpoch: int32, assignmentTimestamp: int64(tagged(0, 0), byDefault(0n), ignorable) },
)
export type StreamsGroupTargetAssignmentMetadataValue = Input<typeof StreamsGroupTargetAssignmentMetadataValue>

/** Of one member's target assignment: key version 21. */
export const StreamsGroupTargetAssignmentMemberKey = data(
  'StreamsGroupTargetAssignmentMemberKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type StreamsGroupTargetAssignmentMemberKey = Input<typeof StreamsGroupTargetAssignmentMemberKey>

/** The tasks that a member is to have. */
export const StreamsGroupTargetAssignmentMemberValue = data(
  'StreamsGroupTargetAssignmentMemberValue',
  { versions: [0, 0], flexible: 0 },
  {
    activeTasks: target,
    standbyTasks: target,
    warmupTasks: target,
  },
)
export type StreamsGroupTargetAssignmentMemberValue = Input<typeof StreamsGroupTargetAssignmentMemberValue>

/** Of what a member has now: key version 22. */
export const StreamsGroupCurrentMemberAssignmentKey = data(
  'StreamsGroupCurrentMemberAssignmentKey',
  { versions: [0, 0] },
  { groupId: string, memberId: string },
)
export type StreamsGroupCurrentMemberAssignmentKey = Input<typeof StreamsGroupCurrentMemberAssignmentKey>

/** The tasks that a member has, and what it must still give up. */
export const StreamsGroupCurrentMemberAssignmentValue = data(
  'StreamsGroupCurrentMemberAssignmentValue',
  { versions: [0, 0], flexible: 0 },
  {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    activeTasks: tasks,
    standbyTasks: tasks,
    warmupTasks: tasks,
    activeTasksPendingRevocation: tasks,
    standbyTasksPendingRevocation: tasks,
    warmupTasksPendingRevocation: tasks,
  },
)
export type StreamsGroupCurrentMemberAssignmentValue = Input<typeof StreamsGroupCurrentMemberAssignmentValue>

/** Of a streams group's topology: key version 23. */
export const StreamsGroupTopologyKey = data('StreamsGroupTopologyKey', { versions: [0, 0] }, { groupId: string })
export type StreamsGroupTopologyKey = Input<typeof StreamsGroupTopologyKey>

/** The topology that the members run. */
export const StreamsGroupTopologyValue = data(
  'StreamsGroupTopologyValue',
  { versions: [0, 0], flexible: 0 },
  {
    epoch: int32,
    subtopologies: array({
      subtopologyId: string,
      sourceTopics: array(string),
      sourceTopicRegex: array(string),
      stateChangelogTopics: topics,
      repartitionSinkTopics: array(string),
      repartitionSourceTopics: topics,
      copartitionGroups: array({ sourceTopics: array(int16), sourceTopicRegex: array(int16), repartitionSourceTopics: array(int16) }),
    }),
  },
)
export type StreamsGroupTopologyValue = Input<typeof StreamsGroupTopologyValue>
