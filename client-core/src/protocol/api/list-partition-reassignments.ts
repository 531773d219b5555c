import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, string } from '../schema.js'

const listPartitionReassignments = api(46, 'ListPartitionReassignments', { versions: [0, 0], flexible: 0 })

/** The answer to ListPartitionReassignmentsRequest. */
export const ListPartitionReassignmentsResponse = listPartitionReassignments.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
  topics: array({
    name: string,
    partitions: array({
      partitionIndex: int32,
      replicas: array(int32),
      addingReplicas: array(int32),
      removingReplicas: array(int32),
    }),
  }),
})
export type ListPartitionReassignmentsResponse = Output<typeof ListPartitionReassignmentsResponse>

/** Moves that are under way (KIP-455). */
export const ListPartitionReassignmentsRequest = listPartitionReassignments.request(ListPartitionReassignmentsResponse, {
  timeoutMs: int32(byDefault(60000)),
  topics: array({ name: string, partitionIndexes: array(int32) }, nullable(), byDefault(null)),
})
export type ListPartitionReassignmentsRequest = Input<typeof ListPartitionReassignmentsRequest>
