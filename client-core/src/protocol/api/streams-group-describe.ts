import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, nullable, since, string, struct, uint16 } from '../schema.js'

const streamsGroupDescribe = api(89, 'StreamsGroupDescribe', { versions: [0, 1], flexible: 0 })

const keyValue = { key: string, value: string }

const topicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
}

const endpoint = { host: string, port: uint16 }

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
}

const taskIds = { subtopologyId: string, partitions: array(int32) }

const assignment = {
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
}

const topologyDescriptionNode = {
  name: string(since(1)),
  nodeType: int8(since(1)),
  sourceTopics: array(string, since(1)),
  sinkTopic: string(since(1), nullable(), byDefault(null)),
  stores: array(string, since(1)),
  successors: array(string, since(1)),
}

const topologyDescriptionSubtopology = { subtopologyId: string(since(1)), nodes: array(topologyDescriptionNode, since(1)) }

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode, since(1)),
  processor: struct(topologyDescriptionNode, since(1)),
}

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology, since(1)),
  globalStores: array(topologyDescriptionGlobalStore, since(1)),
}

/** The answer to StreamsGroupDescribeRequest. */
export const StreamsGroupDescribeResponse = streamsGroupDescribe.response({
  throttleTimeMs: int32,
  groups: array({
    errorCode: int16,
    errorMessage: string(nullable(), byDefault(null)),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    topology: struct(
      {
        epoch: int32,
        subtopologies: array(
          {
            subtopologyId: string,
            sourceTopics: array(string),
            repartitionSinkTopics: array(string),
            stateChangelogTopics: array(topicInfo),
            repartitionSourceTopics: array(topicInfo),
          },
          nullable(),
          byDefault(null),
        ),
      },
      nullable(),
      byDefault(null),
    ),
    members: array({
      memberId: string,
      memberEpoch: int32,
      instanceId: string(nullable(), byDefault(null)),
      rackId: string(nullable(), byDefault(null)),
      clientId: string,
      clientHost: string,
      topologyEpoch: int32,
      processId: string,
      userEndpoint: struct(endpoint, nullable(), byDefault(null)),
      clientTags: array(keyValue),
      taskOffsets: array(taskOffset),
      taskEndOffsets: array(taskOffset),
      assignment: struct(assignment),
      targetAssignment: struct(assignment),
      isClassic: bool,
    }),
    authorizedOperations: int32(byDefault(-0x80000000)),
    topologyDescription: struct(topologyDescription, since(1), nullable(), byDefault(null)),
    topologyDescriptionStatus: int8(since(1), byDefault(0)),
    assignorName: string(since(1), nullable(), byDefault(null), ignorable),
  }),
})
export type StreamsGroupDescribeResponse = Output<typeof StreamsGroupDescribeResponse>

/** State, topology and members of streams groups (KIP-1071). */
export const StreamsGroupDescribeRequest = streamsGroupDescribe.request(StreamsGroupDescribeResponse, {
  groupIds: array(string),
  includeAuthorizedOperations: bool,
  includeTopologyDescription: bool(since(1), byDefault(false)),
})
export type StreamsGroupDescribeRequest = Input<typeof StreamsGroupDescribeRequest>
