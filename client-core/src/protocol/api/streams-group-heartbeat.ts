import { api, type Input, type Output } from '../message.js'
import { array, bool, int8, int16, int32, int64, string, struct, uint16 } from '../schema.js'

const streamsGroupHeartbeat = api(88, 'StreamsGroupHeartbeat', { versions: [0, 1], flexible: 0 })

const status = { statusCode: int8, statusDetail: string }

const taskIds = { subtopologyId: string, partitions: array(int32) }

const endpoint = { host: string, port: uint16 }

const topicPartition = { topic: string, partitions: array(int32) }

const keyValue = { key: string, value: string }

const topicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
}

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
}

/** The answer to StreamsGroupHeartbeatRequest. */
export const StreamsGroupHeartbeatResponse = streamsGroupHeartbeat.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string.nullable().default(null),
  memberId: string,
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  acceptableRecoveryLagLegacy: int32.until(0),
  taskOffsetIntervalMs: int32,
  acceptableRecoveryLag: int64.since(1).default(-1n).ignorable,
  status: array(status).nullable(),
  activeTasks: array(taskIds).nullable().default(null),
  standbyTasks: array(taskIds).nullable().default(null),
  warmupTasks: array(taskIds).nullable().default(null),
  topologyDescriptionRequired: bool.since(1).default(false),
  endpointInformationEpoch: int32,
  partitionsByUserEndpoint: array({
    userEndpoint: struct(endpoint),
    activePartitions: array(topicPartition),
    standbyPartitions: array(topicPartition),
  })
    .nullable()
    .default(null),
})
export type StreamsGroupHeartbeatResponse = Output<typeof StreamsGroupHeartbeatResponse>

/** Joins, stays in and leaves a streams group, with its topology (KIP-1071). */
export const StreamsGroupHeartbeatRequest = streamsGroupHeartbeat.request(StreamsGroupHeartbeatResponse, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  endpointInformationEpoch: int32,
  instanceId: string.nullable().default(null),
  rackId: string.nullable().default(null),
  rebalanceTimeoutMs: int32.default(-1),
  topology: struct({
    epoch: int32,
    subtopologies: array({
      subtopologyId: string,
      sourceTopics: array(string),
      sourceTopicRegex: array(string),
      stateChangelogTopics: array(topicInfo),
      repartitionSinkTopics: array(string),
      repartitionSourceTopics: array(topicInfo),
      copartitionGroups: array({
        sourceTopics: array(int16),
        sourceTopicRegex: array(int16),
        repartitionSourceTopics: array(int16),
      }),
    }),
  })
    .nullable()
    .default(null),
  activeTasks: array(taskIds).nullable().default(null),
  standbyTasks: array(taskIds).nullable().default(null),
  warmupTasks: array(taskIds).nullable().default(null),
  processId: string.nullable().default(null),
  userEndpoint: struct(endpoint).nullable().default(null),
  clientTags: array(keyValue).nullable().default(null),
  taskOffsets: array(taskOffset).nullable().default(null),
  taskEndOffsets: array(taskOffset).nullable().default(null),
  shutdownApplication: bool.default(false),
})
export type StreamsGroupHeartbeatRequest = Input<typeof StreamsGroupHeartbeatRequest>
