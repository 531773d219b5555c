import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, since, string, until } from '../schema.js'

const stopReplica = api(5, 'StopReplica', { versions: [0, 4], flexible: 2 })

/** The answer to StopReplicaRequest. */
export const StopReplicaResponse = stopReplica.response({
  errorCode: int16,
  partitionErrors: array({
    topicName: string,
    partitionIndex: int32,
    errorCode: int16,
  }),
})
export type StopReplicaResponse = Output<typeof StopReplicaResponse>

/** Told a broker to give up replicas; went with ZooKeeper in 4.0. */
export const StopReplicaRequest = stopReplica.request(StopReplicaResponse, {
  controllerId: int32,
  isKRaftController: bool(since(4), byDefault(false)),
  controllerEpoch: int32,
  brokerEpoch: int64(since(1), byDefault(-1n), ignorable),
  deletePartitions: bool(until(2)),
  ungroupedPartitions: array({ topicName: string, partitionIndex: int32 }, until(0)),
  topics: array({ name: string, partitionIndexes: array(int32) }, since(1), until(2)),
  topicStates: array(
    {
      topicName: string,
      partitionStates: array({
        partitionIndex: int32,
        leaderEpoch: int32(byDefault(-1)),
        deletePartition: bool,
      }),
    },
    since(3),
  ),
})
export type StopReplicaRequest = Input<typeof StopReplicaRequest>
