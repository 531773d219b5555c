import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, nullable, string, struct } from '../schema.js'

const streamsGroupTopologyDescriptionUpdate = api(93, 'StreamsGroupTopologyDescriptionUpdate', { versions: [0, 0], flexible: 0 })

const topologyDescriptionNode = {
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: string(nullable(), byDefault(null)),
  stores: array(string),
  successors: array(string),
}

const topologyDescriptionSubtopology = { subtopologyId: string, nodes: array(topologyDescriptionNode) }

const topologyDescriptionGlobalStore = { source: struct(topologyDescriptionNode), processor: struct(topologyDescriptionNode) }

const topologyDescription = { subtopologies: array(topologyDescriptionSubtopology), globalStores: array(topologyDescriptionGlobalStore) }

/** The answer to StreamsGroupTopologyDescriptionUpdateRequest. */
export const StreamsGroupTopologyDescriptionUpdateResponse = streamsGroupTopologyDescriptionUpdate.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
})
export type StreamsGroupTopologyDescriptionUpdateResponse = Output<typeof StreamsGroupTopologyDescriptionUpdateResponse>

/** A member of a streams group describes its topology for people to read. */
export const StreamsGroupTopologyDescriptionUpdateRequest = streamsGroupTopologyDescriptionUpdate.request(
  StreamsGroupTopologyDescriptionUpdateResponse,
  {
    groupId: string,
    memberId: string,
    topologyEpoch: int32,
    topologyDescription: struct(topologyDescription),
  },
)
export type StreamsGroupTopologyDescriptionUpdateRequest = Input<typeof StreamsGroupTopologyDescriptionUpdateRequest>
