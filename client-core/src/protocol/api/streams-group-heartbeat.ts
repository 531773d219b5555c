import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, nullable, since, string, struct, uint16, until } from '../schema.js'

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
  errorMessage: string(nullable(), byDefault(null)),
  memberId: string,
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  acceptableRecoveryLagLegacy: int32(until(0)),
  taskOffsetIntervalMs: int32,
  acceptableRecoveryLag: int64(since(1), byDefault(-1n), ignorable),
  status: array(status, nullable()),
  activeTasks: array(taskIds, nullable(), byDefault(null)),
  standbyTasks: array(taskIds, nullable(), byDefault(null)),
  warmupTasks: array(taskIds, nullable(), byDefault(null)),
  topologyDescriptionRequired: bool(since(1), byDefault(false)),
  endpointInformationEpoch: int32,
  partitionsByUserEndpoint: array(
    {
      userEndpoint: struct(endpoint),
      activePartitions: array(topicPartition),
      standbyPartitions: array(topicPartition),
    },
    nullable(),
    byDefault(null),
  ),
})
export type StreamsGroupHeartbeatResponse = Output<typeof StreamsGroupHeartbeatResponse>

/** Joins, stays in and leaves a streams group, with its topology (KIP-1071). */
export const StreamsGroupHeartbeatRequest = streamsGroupHeartbeat.request(StreamsGroupHeartbeatResponse, {
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  endpointInformationEpoch: int32,
  instanceId: string(nullable(), byDefault(null)),
  rackId: string(nullable(), byDefault(null)),
  rebalanceTimeoutMs: int32(byDefault(-1)),
  topology: struct(
    {
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
    },
    nullable(),
    byDefault(null),
  ),
  activeTasks: array(taskIds, nullable(), byDefault(null)),
  standbyTasks: array(taskIds, nullable(), byDefault(null)),
  warmupTasks: array(taskIds, nullable(), byDefault(null)),
  processId: string(nullable(), byDefault(null)),
  userEndpoint: struct(endpoint, nullable(), byDefault(null)),
  clientTags: array(keyValue, nullable(), byDefault(null)),
  taskOffsets: array(taskOffset, nullable(), byDefault(null)),
  taskEndOffsets: array(taskOffset, nullable(), byDefault(null)),
  shutdownApplication: bool(byDefault(false)),
})
export type StreamsGroupHeartbeatRequest = Input<typeof StreamsGroupHeartbeatRequest>
