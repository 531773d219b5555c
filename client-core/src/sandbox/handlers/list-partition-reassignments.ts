import { ListPartitionReassignmentsRequest } from '../../protocol/api/list-partition-reassignments.js'
import type { Partition } from '../state/partition.js'
import { addingOf, removingOf } from '../state/reassignment.js'
import { handler, wordsFor } from './handler.js'

/** The moves that are under way: all, or those of some partitions (KIP-455). */
export const listPartitionReassignments = handler(ListPartitionReassignmentsRequest, {
  versions: [0, 0],
  controller: true,
  needs: 'DESCRIBE',
  handle({ cluster }, { topics }) {
    const asked = topics && new Map(topics.map(({ name, partitionIndexes }) => [name, new Set(partitionIndexes)]))
    const moving = [...cluster.topics.values()].map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter(({ index }) => !asked || asked.get(name)?.has(index)).flatMap(told),
    }))
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics: moving.filter(({ partitions }) => partitions.length > 0) }
  },
  failure: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, errorMessage: wordsFor(errorCode), topics: [] }),
})

function told({ index, replicas, reassignment }: Partition) {
  if (!reassignment) return []
  return [{ partitionIndex: index, replicas, addingReplicas: addingOf(reassignment), removingReplicas: removingOf(reassignment) }]
}
