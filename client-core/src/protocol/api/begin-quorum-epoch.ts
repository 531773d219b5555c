import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, nullable, since, string, tagged, uint16, uuid } from '../schema.js'

const beginQuorumEpoch = api(53, 'BeginQuorumEpoch', { versions: [0, 1], flexible: 1 })

/** The answer to BeginQuorumEpochRequest. */
export const BeginQuorumEpochResponse = beginQuorumEpoch.response({
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
export type BeginQuorumEpochResponse = Output<typeof BeginQuorumEpochResponse>

/** A new KRaft leader presents itself (KIP-595). */
export const BeginQuorumEpochRequest = beginQuorumEpoch.request(BeginQuorumEpochResponse, {
  clusterId: string(nullable(), byDefault(null)),
  voterId: int32(since(1), byDefault(-1), ignorable),
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      voterDirectoryId: uuid(since(1), ignorable),
      leaderId: int32,
      leaderEpoch: int32,
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
export type BeginQuorumEpochRequest = Input<typeof BeginQuorumEpochRequest>
