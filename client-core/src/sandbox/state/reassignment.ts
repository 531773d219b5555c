import type { Cluster } from './cluster.js'
import { catchUp } from './leadership.js'
import type { Partition, Reassignment } from './partition.js'

export const addingOf = ({ before, target }: Reassignment): number[] => target.filter(id => !before.includes(id))
export const removingOf = ({ before, target }: Reassignment): number[] => before.filter(id => !target.includes(id))

/** Copies to the target; done at once, unless the cluster's reassignments are held. A second one takes the place of the first. */
export function reassign(cluster: Cluster, partition: Partition, target: readonly number[]): void {
  const before = partition.reassignment?.before ?? partition.replicas
  const reassignment = { before, target }
  const adding = addingOf(reassignment)
  for (const id of partition.replicas) if (!before.includes(id) && !target.includes(id)) partition.release(id)
  partition.reassignment = reassignment
  partition.replicas = [...target, ...removingOf(reassignment)]
  partition.isr = partition.isr.filter(id => partition.replicas.includes(id))
  if (cluster.reassignmentsHeld > 0 && adding.length > 0) {
    const { startOffset } = partition.log
    for (const id of adding) partition.hold(id, true, { endOffset: startOffset, highWatermark: startOffset })
    partition.changed()
  } else finish(cluster, partition)
}

/** The copies are made: the target alone is left, and leads. */
export function finish(cluster: Cluster, partition: Partition): void {
  const { reassignment } = partition
  if (!reassignment) return
  partition.reassignment = undefined
  for (const id of addingOf(reassignment)) partition.release(id)
  settle(cluster, partition, reassignment.target)
}

/** Back to what was before. */
export function cancel(cluster: Cluster, partition: Partition): void {
  const { reassignment } = partition
  if (!reassignment) return
  partition.reassignment = undefined
  settle(cluster, partition, reassignment.before)
}

function settle(cluster: Cluster, partition: Partition, replicas: readonly number[]): void {
  for (const id of partition.replicas) if (!replicas.includes(id)) partition.release(id)
  partition.replicas = replicas
  partition.isr = partition.isr.filter(id => replicas.includes(id))
  const alive = replicas.filter(id => cluster.brokers.get(id)?.running)
  if (!replicas.includes(partition.leader) && alive.length > 0) partition.lead(alive[0])
  catchUp(cluster, partition)
}
