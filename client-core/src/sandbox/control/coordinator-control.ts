import type { Cluster } from '../state/cluster.js'
import { moveLeader } from '../state/leadership.js'
import { groupPartition } from '../state/offsets-topic.js'

/** The coordinator of a group: whoever leads the group's partition of `__consumer_offsets`. */
export class CoordinatorControl {
  constructor(
    private readonly cluster: Cluster,
    private readonly groupId: string,
  ) {}

  /** The broker's id; -1 while there is none. */
  get broker(): number {
    return groupPartition(this.cluster, this.groupId).leader
  }

  /** Another broker takes over, with all groups of that partition; the old one answers NOT_COORDINATOR. */
  moveTo(broker: number): void {
    moveLeader(groupPartition(this.cluster, this.groupId), broker)
  }

  /** As after a move: it answers COORDINATOR_LOAD_IN_PROGRESS until the function that is returned is called. */
  load(): () => void {
    const partition = groupPartition(this.cluster, this.groupId)
    this.cluster.loading.add(partition)
    return () => this.cluster.loading.delete(partition)
  }
}
