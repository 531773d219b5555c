import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, int64, uuid } from '../schema.js'

const assignReplicasToDirs = api(73, 'AssignReplicasToDirs', { versions: [0, 0], flexible: 0 })

/** The answer to AssignReplicasToDirsRequest. */
export const AssignReplicasToDirsResponse = assignReplicasToDirs.response({
  throttleTimeMs: int32,
  errorCode: int16,
  directories: array({ id: uuid, topics: array({ topicId: uuid, partitions: array({ partitionIndex: int32, errorCode: int16 }) }) }),
})
export type AssignReplicasToDirsResponse = Output<typeof AssignReplicasToDirsResponse>

/** A broker tells the controller in which directories its replicas lie (KIP-858). */
export const AssignReplicasToDirsRequest = assignReplicasToDirs.request(AssignReplicasToDirsResponse, {
  brokerId: int32,
  brokerEpoch: int64(byDefault(-1n)),
  directories: array({ id: uuid, topics: array({ topicId: uuid, partitions: array({ partitionIndex: int32 }) }) }),
})
export type AssignReplicasToDirsRequest = Input<typeof AssignReplicasToDirsRequest>
