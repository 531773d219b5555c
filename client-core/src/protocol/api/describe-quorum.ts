import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, since, string, uint16, uuid } from '../schema.js'

const describeQuorum = api(55, 'DescribeQuorum', { versions: [0, 2], flexible: 0 })

const replicaState = {
  replicaId: int32,
  replicaDirectoryId: uuid(since(2)),
  logEndOffset: int64,
  lastFetchTimestamp: int64(since(1), byDefault(-1n), ignorable),
  lastCaughtUpTimestamp: int64(since(1), byDefault(-1n), ignorable),
}

/** The answer to DescribeQuorumRequest. */
export const DescribeQuorumResponse = describeQuorum.response({
  errorCode: int16,
  errorMessage: string(since(2), nullable(), ignorable),
  topics: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(since(2), nullable(), ignorable),
      leaderId: int32,
      leaderEpoch: int32,
      highWatermark: int64,
      currentVoters: array(replicaState),
      observers: array(replicaState),
    }),
  }),
  nodes: array(
    {
      nodeId: int32,
      listeners: array({
        name: string,
        host: string,
        port: uint16,
      }),
    },
    since(2),
  ),
})
export type DescribeQuorumResponse = Output<typeof DescribeQuorumResponse>

/** The KRaft quorum: leader, voters, observers and how far they are (KIP-595, KIP-836). */
export const DescribeQuorumRequest = describeQuorum.request(DescribeQuorumResponse, {
  topics: array({ topicName: string, partitions: array({ partitionIndex: int32 }) }),
})
export type DescribeQuorumRequest = Input<typeof DescribeQuorumRequest>
