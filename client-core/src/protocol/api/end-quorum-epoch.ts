import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, nullable, since, string, tagged, uint16, until, uuid } from '../schema.js'

const endQuorumEpoch = api(54, 'EndQuorumEpoch', { versions: [0, 1], flexible: 1 })

/** The answer to EndQuorumEpochRequest. */
export const EndQuorumEpochResponse = endQuorumEpoch.response({
  errorCode: int16,
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      leaderId: int32,
      leaderEpoch: int32,
    }),
  }),
  nodeEndpoints: array(
    {
      nodeId: int32,
      host: string,
      port: uint16,
    },
    tagged(0, 1),
  ),
})
export type EndQuorumEpochResponse = Output<typeof EndQuorumEpochResponse>

/** A KRaft leader steps down (KIP-595). */
export const EndQuorumEpochRequest = endQuorumEpoch.request(EndQuorumEpochResponse, {
  clusterId: string(nullable(), byDefault(null)),
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32,
      preferredSuccessors: array(int32, until(0), ignorable),
      preferredCandidates: array({ candidateId: int32, candidateDirectoryId: uuid }, since(1), ignorable),
    }),
  }),
  leaderEndpoints: array(
    {
      name: string,
      host: string,
      port: uint16,
    },
    since(1),
    ignorable,
  ),
})
export type EndQuorumEpochRequest = Input<typeof EndQuorumEpochRequest>
