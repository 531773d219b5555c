import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, since, string, until, uuid } from '../schema.js'

const leaderAndIsr = api(4, 'LeaderAndIsr', { versions: [0, 7], flexible: 4 })

const leaderAndIsrPartitionError = {
  topicName: string(until(4), ignorable),
  partitionIndex: int32,
  errorCode: int16,
}

const leaderAndIsrPartitionState = {
  topicName: string(until(1), ignorable),
  partitionIndex: int32,
  controllerEpoch: int32,
  leader: int32,
  leaderEpoch: int32,
  isr: array(int32),
  partitionEpoch: int32,
  replicas: array(int32),
  addingReplicas: array(int32, since(3), ignorable),
  removingReplicas: array(int32, since(3), ignorable),
  isNew: bool(since(1), byDefault(false), ignorable),
  leaderRecoveryState: int8(since(6), byDefault(0)),
}

/** The answer to LeaderAndIsrRequest. */
export const LeaderAndIsrResponse = leaderAndIsr.response({
  errorCode: int16,
  partitionErrors: array(leaderAndIsrPartitionError, until(4)),
  topics: array({ topicId: uuid, partitionErrors: array(leaderAndIsrPartitionError) }, since(5)),
})
export type LeaderAndIsrResponse = Output<typeof LeaderAndIsrResponse>

/** Told replicas their partitions' leader and in-sync set; went with ZooKeeper in 4.0. */
export const LeaderAndIsrRequest = leaderAndIsr.request(LeaderAndIsrResponse, {
  controllerId: int32,
  isKRaftController: bool(since(7), byDefault(false)),
  controllerEpoch: int32,
  brokerEpoch: int64(since(2), byDefault(-1n), ignorable),
  type: int8(since(5)),
  ungroupedPartitionStates: array(leaderAndIsrPartitionState, until(1)),
  topicStates: array(
    {
      topicName: string,
      topicId: uuid(since(5), ignorable),
      partitionStates: array(leaderAndIsrPartitionState),
    },
    since(2),
  ),
  liveLeaders: array({
    brokerId: int32,
    hostName: string,
    port: int32,
  }),
})
export type LeaderAndIsrRequest = Input<typeof LeaderAndIsrRequest>
