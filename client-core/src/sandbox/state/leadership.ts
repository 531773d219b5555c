import type { Cluster } from './cluster.js'
import type { Partition } from './partition.js'

/** A broker stopped: it leaves every ISR, and where it led, the first in-sync replica that runs leads on. */
export function followLeaders(cluster: Cluster, stopped: number): void {
  for (const partition of cluster.allPartitions()) {
    if (!partition.replicas.includes(stopped)) continue
    const isr = partition.isr.filter(id => id !== stopped)
    if (partition.leader !== stopped) {
      partition.isr = isr
      continue
    }
    // The last in-sync replica stays in the ISR: nobody else has everything, so nobody else may lead (unclean election is off).
    if (isr.length > 0) partition.isr = isr
    partition.lead(isr[0] ?? -1)
  }
}

/**
 * A broker came back: it joins the ISR at once where somebody leads. Where nobody does, only an in-sync replica may lead; the others that run
 * catch up from it.
 */
export function rejoin(cluster: Cluster, started: number): void {
  for (const partition of cluster.allPartitions()) {
    if (!partition.replicas.includes(started)) continue
    if (partition.leader === -1) {
      if (!partition.isr.includes(started)) continue
      partition.isr = partition.replicas.filter(id => cluster.brokers.get(id)?.running)
      partition.lead(started)
    } else if (!partition.isr.includes(started)) {
      partition.isr = [...partition.isr, started]
      partition.changed()
    }
  }
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
    const spare = candidates.find(id => !partition.replicas.includes(id))
    partition.replicas = partition.replicas.flatMap(id => (id !== gone ? [id] : spare === undefined ? [] : [spare]))
    partition.isr = partition.replicas.filter(id => cluster.brokers.get(id)?.running)
    if (partition.leader === gone || partition.leader === -1) partition.lead(partition.isr[0] ?? -1)
  }
}
