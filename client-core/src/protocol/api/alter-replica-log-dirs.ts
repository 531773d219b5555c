import { api, type Input, type Output } from '../message.js'
import { array, int16, int32, string } from '../schema.js'

const alterReplicaLogDirs = api(34, 'AlterReplicaLogDirs', { versions: [0, 2], flexible: 2 })

/** The answer to AlterReplicaLogDirsRequest. */
export const AlterReplicaLogDirsResponse = alterReplicaLogDirs.response({
  throttleTimeMs: int32,
  results: array({ topicName: string, partitions: array({ partitionIndex: int32, errorCode: int16 }) }),
})
export type AlterReplicaLogDirsResponse = Output<typeof AlterReplicaLogDirsResponse>

/** Moves replicas between a broker's log directories (KIP-113). */
export const AlterReplicaLogDirsRequest = alterReplicaLogDirs.request(AlterReplicaLogDirsResponse, {
  dirs: array({ path: string, topics: array({ name: string, partitions: array(int32) }) }),
})
export type AlterReplicaLogDirsRequest = Input<typeof AlterReplicaLogDirsRequest>
