import { ClientError } from '../../error.js'
import type { Cluster } from '../state/cluster.js'
import { type CompactOptions, compact } from '../state/compact.js'
import { catchUp, electUnclean, moveLeader } from '../state/leadership.js'
import type { Partition } from '../state/partition.js'

/** One partition of a sandbox: its replicas and what the broker's own tasks do to its log. */
export class PartitionControl {
  constructor(
    private readonly cluster: Cluster,
    private readonly partition: Partition,
  ) {}

  /** -1 while no replica can lead. */
  get leader(): number {
    return this.partition.leader
  }
  get leaderEpoch(): number {
    return this.partition.leaderEpoch
  }
  get replicas(): readonly number[] {
    return this.partition.replicas
  }
  get isr(): readonly number[] {
    return this.partition.isr
  }
  /** The first offset that can be read. */
  get startOffset(): bigint {
    return this.partition.log.startOffset
  }
  get highWatermark(): bigint {
    return this.partition.highWatermark
  }
  get lastStableOffset(): bigint {
    return this.partition.lastStableOffset
  }
  /** The end of the copy on a broker. Default: on the leader. */
  endOffset(broker = this.partition.leader): bigint {
    return this.partition.copyOf(broker).endOffset
  }

  /**
   * Holds a follower back: its copy stays as it is. It leaves the ISR, as Kafka lets it after `replica.lag.time.max.ms`; with `inSync` it does not,
   * the high watermark stands still with it, and writes with acks=all wait.
   */
  hold(broker: number, { inSync = false }: { inSync?: boolean } = {}): void {
    const { partition } = this
    if (!partition.replicas.includes(broker) || broker === partition.leader)
      throw new ClientError('INVALID_REQUEST', `hold: broker ${broker} is no follower of ${partition.topic.name}-${partition.index}`)
    partition.hold(broker, true)
    if (!inSync) partition.isr = partition.isr.filter(id => id !== broker)
    partition.changed()
  }

  /** Lets a follower that was held catch up. */
  release(broker: number): void {
    this.partition.release(broker)
    catchUp(this.cluster, this.partition)
  }

  /**
   * Makes a broker the leader under a new epoch. One that was held has not what was written since: it is lost, as in an unclean election. Without a
   * broker, any replica that runs is elected, in sync or not.
   */
  elect(broker?: number): void {
    if (broker === undefined) electUnclean(this.cluster, this.partition)
    else {
      moveLeader(this.partition, broker)
      catchUp(this.cluster, this.partition)
    }
  }

  /** Compacts the whole log at once, whatever the topic's settings: holes and empty batches stay. */
  compact(options: CompactOptions = {}): Promise<void> {
    return compact(this.partition, this.cluster.codecs, options)
  }

  /** Deletes at once what the topic's retention does not keep, by age and by size. */
  retain(): void {
    this.partition.retain(this.cluster.clock.now(), 0)
    this.partition.changed()
  }
}
