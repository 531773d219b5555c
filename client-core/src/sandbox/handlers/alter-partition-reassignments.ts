import { AlterPartitionReassignmentsRequest } from '../../protocol/api/alter-partition-reassignments.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import { cancel, reassign } from '../state/reassignment.js'
import { handler, wordsFor } from './handler.js'
import { checkReplicas } from './new-topic.js'

/** Moves partitions to other brokers; without brokers a move under way is given up (KIP-455). v1 may forbid another number of replicas. */
export const alterPartitionReassignments = handler(AlterPartitionReassignmentsRequest, {
  versions: [0, 1],
  controller: true,
  needs: 'ALTER',
  handle: ({ cluster }, { topics, allowReplicationFactorChange }) => ({
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: 0,
    errorMessage: null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) =>
        alter(cluster, name, partitionIndex, replicas, allowReplicationFactorChange),
      ),
    })),
  }),
  failure: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, errorMessage: wordsFor(errorCode), responses: [] }),
})

function alter(cluster: Cluster, topic: string, partitionIndex: number, target: readonly number[] | null, mayResize: boolean) {
  try {
    const partition = cluster.partition(topic, partitionIndex)
    if (!partition) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition ${topic}:${partitionIndex}.`)
    if (target === null) {
      if (!partition.reassignment) throw new Refusal('NO_REASSIGNMENT_IN_PROGRESS', '')
      cancel(cluster, partition)
    } else {
      checkReplicas(cluster, target, undefined)
      const { length } = partition.reassignment?.before ?? partition.replicas
      if (!mayResize && target.length !== length)
        throw new Refusal('INVALID_REPLICATION_FACTOR', `The replication factor is changed from ${length} to ${target.length}`)
      reassign(cluster, partition, target)
    }
    return { partitionIndex, errorCode: 0, errorMessage: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { partitionIndex, errorCode: errnoOf(error.code), errorMessage: error.message || null }
  }
}
