import type { AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse } from '../../protocol/api/alter-replica-log-dirs.js'
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../../protocol/api/describe-log-dirs.js'
import type { Cluster } from '../cluster.js'
import { toEveryBroker } from './brokers.js'
import { byTopic, type Entry, mergeTopics, reload, unknownPartition } from './leaders.js'
import { maxThrottle, nothingStale, type Piece, type Sharder } from './sharder.js'

/**
 * Partitions at every broker that has a replica of them, by fresh metadata. A broker that fails is asked again by itself: split anew, its part would go
 * once more to those who have answered.
 */
async function byReplica<P, B>(cluster: Cluster, entries: Entry<P>[], toBody: (entries: Entry<P>[]) => B): Promise<Piece<B>[]> {
  if (entries.length > 0) await reload(cluster, entries)
  const brokers = new Map<number, Entry<P>[]>()
  const pieces: Piece<B>[] = []
  for (const entry of entries) {
    const replicas = cluster.metadata.topic(entry.topic)?.partitions[entry.partition]?.replicas
    if (!replicas) pieces.push({ body: toBody([entry]), error: unknownPartition(entry) })
    for (const broker of replicas ?? []) brokers.set(broker, [...(brokers.get(broker) ?? []), entry])
  }
  for (const [broker, own] of brokers) pieces.push({ target: { broker }, body: toBody(own) })
  return pieces
}

const described = (body: DescribeLogDirsRequest): Entry<number>[] =>
  (body.topics ?? []).flatMap(t => t.partitions.map(partition => ({ topic: t.topic, partition, value: partition })))

/** Each broker knows its own disks alone: without topics all are asked. */
export const describeLogDirs: Sharder<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  ...nothingStale,
  split: (cluster, body) => {
    if (body.topics === null) return toEveryBroker(cluster, body)
    return byReplica(cluster, described(body), entries => ({ topics: byTopic(entries, (topic, partitions) => ({ topic, partitions })) }))
  },
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

type Moved = { path: string; partition: number }
const moved = (body: AlterReplicaLogDirsRequest): Entry<Moved>[] =>
  body.dirs.flatMap(({ path, topics }) =>
    topics.flatMap(t => t.partitions.map(partition => ({ topic: t.name, partition, value: { path, partition } }))),
  )

export const alterReplicaLogDirs: Sharder<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> = {
  ...nothingStale,
  split: (cluster, body) =>
    byReplica(cluster, moved(body), entries => {
      const dirs = [...new Set(entries.map(e => e.value.path))].map(path => {
        const own = entries.filter(e => e.value.path === path)
        return { path, topics: byTopic(own, (name, values) => ({ name, partitions: values.map(v => v.partition) })) }
      })
      return { dirs }
    }),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    results: mergeTopics(
      answers.flatMap(a => a.results),
      topic => topic.topicName,
    ),
  }),
}
