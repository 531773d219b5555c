import type { ListOffsetsRequest, ListOffsetsResponse } from '../../protocol/api/list-offsets.js'
import type { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '../../protocol/api/offset-for-leader-epoch.js'
import type { KafkaErrorCode } from '../../protocol/errors.js'
import type { Cluster } from '../cluster.js'
import { cut, isStale, maxThrottle, type Piece, type Sharder } from './sharder.js'

/** A partition that a request is about, and what it says of it. */
export type Entry<P> = { topic: string; partition: number; value: P }

export const unknownPartition = (
  cluster: Cluster,
  { topic, partition }: Entry<unknown>,
  code: KafkaErrorCode = 'UNKNOWN_TOPIC_OR_PARTITION',
): Error => cluster.retries.refusal(code, `${topic} partition ${partition}`)

/** Groups partitions by the broker that leads them, by metadata that is no older than `metadataMinAgeMs`. */
export async function byLeader<P, B>(cluster: Cluster, entries: Entry<P>[], toBody: (entries: Entry<P>[]) => B): Promise<Piece<B>[]> {
  const isThere = (e: Entry<P>) => cluster.metadata.topic(e.topic)?.partitions[e.partition] !== undefined
  const since = cluster.clock.now() - cluster.options.metadataMinAgeMs
  const isKnown = (e: Entry<P>) => cluster.leaderOf(e.topic, e.partition) >= 0 && cluster.metadata.topic(e.topic)!.loadedAtMs >= since
  const missing = new Set(entries.filter(e => !isKnown(e)).map(e => e.topic))
  if (missing.size > 0) await cluster.loadMetadata([...missing], { initiator: 'routing' })
  const groups = new Map<number, Entry<P>[]>()
  const pieces: Piece<B>[] = []
  for (const entry of entries) {
    const leader = cluster.leaderOf(entry.topic, entry.partition)
    if (leader < 0) {
      pieces.push({ body: toBody([entry]), error: unknownPartition(cluster, entry, isThere(entry) ? 'LEADER_NOT_AVAILABLE' : undefined) })
      continue
    }
    const group = groups.get(leader)
    if (group) group.push(entry)
    else groups.set(leader, [entry])
  }
  for (const [broker, group] of groups) pieces.push({ target: { broker }, body: toBody(group) })
  return pieces
}

export function byTopic<P, T>(entries: readonly Entry<P>[], toTopic: (topic: string, values: P[]) => T): T[] {
  const topics = new Map<string, P[]>()
  for (const { topic, value } of entries) {
    const values = topics.get(topic)
    if (values) values.push(value)
    else topics.set(topic, [value])
  }
  return [...topics].map(([topic, values]) => toTopic(topic, values))
}

/** Puts the partitions of a topic that came from several brokers back under one topic. */
export function mergeTopics<T extends { readonly partitions: readonly unknown[] }>(all: readonly T[], nameOf: (topic: T) => string): T[] {
  const merged = new Map<string, T>()
  for (const topic of all) {
    const before = merged.get(nameOf(topic))
    merged.set(nameOf(topic), before ? { ...before, partitions: [...before.partitions, ...topic.partitions] } : topic)
  }
  return [...merged.values()]
}

export async function reload(cluster: Cluster, entries: readonly Entry<unknown>[]): Promise<void> {
  const topics = new Set(entries.map(e => e.topic))
  await cluster.loadMetadata([...topics], { initiator: 'routing' })
}

interface AnsweredPartition {
  readonly partitionIndex?: number
  readonly partition?: number
  readonly errorCode: number
}
interface AnsweredTopic {
  readonly partitions: readonly AnsweredPartition[]
}
interface TopicsAnswer {
  throttleTimeMs: number
  topics: readonly AnsweredTopic[]
}

export const keyOf = ({ topic, partition }: Pick<Entry<unknown>, 'topic' | 'partition'>): string => `${partition} ${topic}`

/** The partitions that a broker does not lead. */
export const notLed = <T extends AnsweredTopic>(topics: readonly T[], nameOf: (topic: T) => string): Set<string> =>
  new Set(
    topics.flatMap(topic =>
      topic.partitions
        .filter(p => isStale(p.errorCode))
        .map(p => keyOf({ topic: nameOf(topic), partition: p.partitionIndex ?? p.partition ?? -1 })),
    ),
  )

/** Topics without those partitions. */
export const led = <T extends AnsweredTopic>(topics: readonly T[]): T[] =>
  topics
    .map(topic => ({ ...topic, partitions: topic.partitions.filter(p => !isStale(p.errorCode)) }))
    .filter(topic => topic.partitions.length > 0)

/** For requests that name topics and partitions, each answered by the partition's leader. */
export function leaderSharder<B, P, R extends TopicsAnswer>(
  entriesOf: (body: B) => Entry<P>[],
  toBody: (body: B, entries: readonly Entry<P>[]) => B,
  nameOf: (topic: R['topics'][number]) => string,
): Sharder<B, R> {
  return {
    isBound: true,
    split: (cluster, body) => byLeader(cluster, entriesOf(body), entries => toBody(body, entries)),
    refused: (answer, body) => {
      const keep = (chosen: (key: string) => boolean) => {
        const entries = entriesOf(body).filter(e => chosen(keyOf(e)))
        return entries.length > 0 ? toBody(body, entries) : undefined
      }
      return cut(notLed(answer.topics, nameOf), keep, () => ({ ...answer, topics: led(answer.topics) }))
    },
    forget: (cluster, body) => reload(cluster, entriesOf(body)),
    merge: answers => ({
      ...answers[0],
      throttleTimeMs: maxThrottle(answers),
      topics: mergeTopics<R['topics'][number]>(
        answers.flatMap(a => a.topics),
        nameOf,
      ),
    }),
  }
}

export const listOffsets: Sharder<ListOffsetsRequest, ListOffsetsResponse> = leaderSharder(
  body => body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.name, partition: value.partitionIndex, value }))),
  (body, entries) => ({ ...body, topics: byTopic(entries, (name, partitions) => ({ name, partitions })) }),
  topic => topic.name,
)

export const offsetForLeaderEpoch: Sharder<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> = leaderSharder(
  body => body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.topic, partition: value.partition, value }))),
  (body, entries) => ({ ...body, topics: byTopic(entries, (topic, partitions) => ({ topic, partitions })) }),
  topic => topic.topic,
)
