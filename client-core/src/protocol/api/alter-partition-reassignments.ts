import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const alterPartitionReassignments = api(45, 'AlterPartitionReassignments', { versions: [0, 1], flexible: 0 })

/** The answer to AlterPartitionReassignmentsRequest. */
export const AlterPartitionReassignmentsResponse = alterPartitionReassignments.response({
  throttleTimeMs: int32,
  allowReplicationFactorChange: bool(since(1), byDefault(true), ignorable),
  errorCode: int16,
  errorMessage: string(nullable()),
  responses: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(nullable()),
    }),
  }),
})
export type AlterPartitionReassignmentsResponse = Output<typeof AlterPartitionReassignmentsResponse>

/** Moves partitions to other replicas, or cancels a move (KIP-455). */
export const AlterPartitionReassignmentsRequest = alterPartitionReassignments.request(AlterPartitionReassignmentsResponse, {
  timeoutMs: int32(byDefault(60000)),
  allowReplicationFactorChange: bool(since(1), byDefault(true)),
  topics: array({ name: string, partitions: array({ partitionIndex: int32, replicas: array(int32, nullable(), byDefault(null)) }) }),
})
export type AlterPartitionReassignmentsRequest = Input<typeof AlterPartitionReassignmentsRequest>
