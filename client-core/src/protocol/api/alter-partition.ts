import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, int64, since, string, until, uuid } from '../schema.js'

const alterPartition = api(56, 'AlterPartition', { versions: [0, 3], flexible: 0 })

/** The answer to AlterPartitionRequest. */
export const AlterPartitionResponse = alterPartition.response({
  throttleTimeMs: int32,
  errorCode: int16,
  topics: array({
    topicName: string(until(1), ignorable),
    topicId: uuid(since(2), ignorable),
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      leaderId: int32,
      leaderEpoch: int32,
      isr: array(int32),
      leaderRecoveryState: int8(since(1), byDefault(0), ignorable),
      partitionEpoch: int32,
    }),
  }),
})
export type AlterPartitionResponse = Output<typeof AlterPartitionResponse>

/** A leader tells the controller of a changed in-sync set (KIP-497). v2: topics by id; v3: replicas with their broker epoch (KIP-903). */
export const AlterPartitionRequest = alterPartition.request(AlterPartitionResponse, {
  brokerId: int32,
  brokerEpoch: int64(byDefault(-1n)),
  topics: array({
    topicName: string(until(1), ignorable),
    topicId: uuid(since(2), ignorable),
    partitions: array({
      partitionIndex: int32,
      leaderEpoch: int32,
      newIsr: array(int32, until(2)),
      newIsrWithEpochs: array({ brokerId: int32, brokerEpoch: int64(byDefault(-1n)) }, since(3)),
      leaderRecoveryState: int8(since(1), byDefault(0)),
      partitionEpoch: int32,
    }),
  }),
})
export type AlterPartitionRequest = Input<typeof AlterPartitionRequest>
