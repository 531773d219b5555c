import type { Cluster } from './cluster.js'
import type { Partition } from './partition.js'

/** A broker stopped: it leaves every ISR, its copies stay as they are, and where it led, the first in-sync replica that runs leads on. */
export function followLeaders(cluster: Cluster, stopped: number): void {
  for (const partition of cluster.allPartitions()) {
    if (!partition.replicas.includes(stopped)) continue
    const isr = partition.isr.filter(id => id !== stopped)
    partition.hold(stopped, false)
    if (partition.leader !== stopped) {
      partition.isr = isr
      partition.changed()
      continue
    }
    // The last in-sync replica stays in the ISR: nobody else has everything, so nobody else may lead, but by an unclean election.
    if (isr.length > 0) partition.isr = isr
    partition.lead(isr[0] ?? -1)
    if (isr.length === 0 && partition.topic.settings.uncleanElection) electUnclean(cluster, partition)
  }
}

/** A broker came back: where somebody leads it follows at once. Where nobody does, an in-sync replica may lead, or any where the topic allows that. */
export function rejoin(cluster: Cluster, started: number): void {
  for (const partition of cluster.allPartitions()) {
    if (!partition.replicas.includes(started)) continue
    if (partition.leader === -1 && partition.isr.includes(started)) {
      partition.isr = [started]
      partition.lead(started)
    } else if (partition.leader === -1 && partition.topic.settings.uncleanElection) electUnclean(cluster, partition)
    catchUp(cluster, partition)
  }
}

/** The first replica that runs becomes the leader, in sync or not: what it does not have is lost. False when none runs. */
export function electUnclean(cluster: Cluster, partition: Partition): boolean {
  const to = partition.replicas.find(id => cluster.brokers.get(id)?.running)
  if (to === undefined) return false
  partition.isr = [to]
  partition.lead(to)
  catchUp(cluster, partition)
  return true
}

/** Every replica that runs and is not held by hand has what the leader has, and is in sync. */
export function catchUp(cluster: Cluster, partition: Partition): void {
  if (partition.leader === -1) return
  const back = partition.replicas.filter(id => cluster.brokers.get(id)?.running && !partition.isHeld(id))
  for (const id of back) partition.release(id)
  partition.isr = [...partition.isr.filter(id => partition.replicas.includes(id)), ...back.filter(id => !partition.isr.includes(id))]
  partition.changed()
}

/** Makes `to` the leader under a new epoch; a broker that holds no replica becomes one in the place of the old leader, as a reassignment ends. */
export function moveLeader(partition: Partition, to: number): void {
  if (!partition.replicas.includes(to)) {
    const replace = (ids: readonly number[]) => [to, ...ids.filter(id => id !== partition.leader)]
    partition.replicas = replace(partition.replicas)
    partition.isr = replace(partition.isr)
  }
  if (!partition.isr.includes(to)) partition.isr = [...partition.isr, to]
  partition.lead(to)
}

/** A broker left for good: its replicas move to running brokers that hold none, where there are any. */
export function evacuate(cluster: Cluster, gone: number): void {
  const candidates = cluster.running.map(broker => broker.id).filter(id => id !== gone)
  for (const partition of cluster.allPartitions()) {
    if (!partition.replicas.includes(gone)) continue
    partition.release(gone)
    const spare = candidates.find(id => !partition.replicas.includes(id))
    partition.replicas = partition.replicas.flatMap(id => (id !== gone ? [id] : spare === undefined ? [] : [spare]))
    partition.isr = partition.replicas.filter(id => cluster.brokers.get(id)?.running)
    if (partition.leader === gone || partition.leader === -1) partition.lead(partition.isr[0] ?? -1)
  }
}
