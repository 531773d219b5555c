import { ClientError } from '../../error.js'
import type { AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse } from '../../protocol/api/alter-replica-log-dirs.js'
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../../protocol/api/describe-log-dirs.js'
import type { Cluster } from '../cluster.js'
import { toEveryBroker } from './brokers.js'
import { byTopic, type Entry, keyOf, mergeTopics, reload, unknownPartition } from './leaders.js'
import { type Asked, maxThrottle, type Piece, type Sharder } from './sharder.js'

const askedOf = (broker: number, entry: Entry<unknown>): string => `${broker} ${keyOf(entry)}`

/**
 * Partitions at every broker that has a replica of them, by fresh metadata; whoever was asked for one is not asked again, unless it failed. One that is
 * not there is not waited for.
 */
async function byReplica<P, B>(
  cluster: Cluster,
  entries: Entry<P>[],
  toBody: (entries: Entry<P>[]) => B,
  asked: Asked,
): Promise<Piece<B>[]> {
  if (entries.length > 0) await reload(cluster, entries)
  const brokers = new Map<number, Entry<P>[]>()
  const pieces: Piece<B>[] = []
  for (const entry of entries) {
    const replicas = cluster.metadata.topic(entry.topic)?.partitions[entry.partition]?.replicas
    if (!replicas) pieces.push({ body: toBody([entry]), error: unknownPartition(cluster, entry) })
    for (const broker of replicas ?? []) {
      if (!asked.has(askedOf(broker, entry))) brokers.set(broker, [...(brokers.get(broker) ?? []), entry])
    }
  }
  for (const [broker, own] of brokers) {
    for (const entry of own) asked.add(askedOf(broker, entry))
    const isThere = cluster.brokers.byId(broker)
    const error = isThere ? undefined : new ClientError('UNKNOWN_BROKER', `broker ${broker}, which has a replica, is not there now`)
    pieces.push({ target: { broker }, body: toBody(own), error })
  }
  return pieces
}

async function unask(entries: readonly Entry<unknown>[], asked: Asked, broker: number): Promise<void> {
  for (const entry of entries) asked.delete(askedOf(broker, entry))
}

const described = (body: DescribeLogDirsRequest): Entry<number>[] =>
  (body.topics ?? []).flatMap(t => t.partitions.map(partition => ({ topic: t.topic, partition, value: partition })))

/** Each broker knows its own disks alone: without topics all are asked. */
export const describeLogDirs: Sharder<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  isBound: body => body.topics !== null,
  split: (cluster, body, asked) => {
    if (body.topics === null) return toEveryBroker(cluster, body)
    const toBody = (entries: Entry<number>[]) => ({ topics: byTopic(entries, (topic, partitions) => ({ topic, partitions })) })
    return byReplica(cluster, described(body), toBody, asked)
  },
  forget: (_, body, asked, broker) => unask(described(body), asked, broker),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

type Moved = { path: string; partition: number }
const moved = (body: AlterReplicaLogDirsRequest): Entry<Moved>[] =>
  body.dirs.flatMap(({ path, topics }) =>
    topics.flatMap(t => t.partitions.map(partition => ({ topic: t.name, partition, value: { path, partition } }))),
  )

function toDirs(entries: readonly Entry<Moved>[]): AlterReplicaLogDirsRequest {
  const dirs = [...new Set(entries.map(e => e.value.path))].map(path => {
    const own = entries.filter(e => e.value.path === path)
    return { path, topics: byTopic(own, (name, values) => ({ name, partitions: values.map(v => v.partition) })) }
  })
  return { dirs }
}

export const alterReplicaLogDirs: Sharder<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> = {
  isBound: true,
  split: (cluster, body, asked) => byReplica(cluster, moved(body), toDirs, asked),
  forget: (_, body, asked, broker) => unask(moved(body), asked, broker),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    results: mergeTopics(
      answers.flatMap(a => a.results),
      topic => topic.topicName,
    ),
  }),
}
