import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, nullable, since, string, tagged, uint16, uuid } from '../schema.js'

const vote = api(52, 'Vote', { versions: [0, 2], flexible: 0 })

/** The answer to VoteRequest. */
export const VoteResponse = vote.response({
  errorCode: int16,
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      leaderId: int32,
      leaderEpoch: int32,
      voteGranted: bool,
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
export type VoteResponse = Output<typeof VoteResponse>

/** Asks a KRaft voter for its vote (KIP-595). v2: the vote before the vote (KIP-996). */
export const VoteRequest = vote.request(VoteResponse, {
  clusterId: string(nullable(), byDefault(null)),
  voterId: int32(since(1), byDefault(-1), ignorable),
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      replicaEpoch: int32,
      replicaId: int32,
      replicaDirectoryId: uuid(since(1), ignorable),
      voterDirectoryId: uuid(since(1), ignorable),
      lastOffsetEpoch: int32,
      lastOffset: int64,
      preVote: bool(since(2)),
    }),
  }),
})
export type VoteRequest = Input<typeof VoteRequest>
