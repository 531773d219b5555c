import type { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse } from '../protocol/api/consumer-group-describe.js'
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '../protocol/api/delete-groups.js'
import type { DeleteRecordsRequest, DeleteRecordsResponse } from '../protocol/api/delete-records.js'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../protocol/api/describe-configs.js'
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '../protocol/api/describe-groups.js'
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../protocol/api/describe-log-dirs.js'
import type { DescribeProducersRequest, DescribeProducersResponse } from '../protocol/api/describe-producers.js'
import type { ListGroupsRequest, ListGroupsResponse } from '../protocol/api/list-groups.js'
import type { ListOffsetsRequest, ListOffsetsResponse } from '../protocol/api/list-offsets.js'
import type { ListTransactionsRequest, ListTransactionsResponse } from '../protocol/api/list-transactions.js'
import type { OffsetFetchRequest, OffsetFetchResponse } from '../protocol/api/offset-fetch.js'
import type { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '../protocol/api/offset-for-leader-epoch.js'
import { KafkaError } from '../protocol/errors.js'
import type { Cluster, Target } from './cluster.js'

/** A part of a request and the one broker that can answer it; or why nobody can. */
export interface Piece<B = unknown> {
  target?: Target
  body: B
  error?: Error
}

/** How requests of one API are cut up and their answers put together again. Methods, so that the table may hold sharders of all APIs. */
export interface Sharder<B = unknown, R = unknown> {
  /** Whether a piece goes to a broker for what it leads or coordinates: then it is split anew when that broker fails. */
  readonly isBound?: true
  split(cluster: Cluster, body: B): Promise<Piece<B>[]>
  /** Error codes in an answer which say that the broker was the wrong one: what was cached is forgotten and the piece is split anew. */
  codes(answer: R): number[]
  merge(answers: R[]): R
}

const staleLeader = [3, 5, 6, 74, 75, 100]
const staleCoordinator = [14, 15, 16]
export const isStale = (code: number): boolean => staleLeader.includes(code) || staleCoordinator.includes(code)

type Entry<P> = { topic: string; partition: number; value: P }

/** Groups partitions by the broker that leads them. Metadata is read once when a leader is missing. */
async function byLeader<P, B>(cluster: Cluster, entries: Entry<P>[], toBody: (entries: Entry<P>[]) => B): Promise<Piece<B>[]> {
  const view = (e: Entry<P>) => cluster.metadata.topic(e.topic)?.partitions[e.partition]
  const missing = [...new Set(entries.filter(e => (view(e)?.leader ?? -1) < 0).map(e => e.topic))]
  if (missing.length > 0) await cluster.loadMetadata(missing, { initiator: 'routing' })
  const groups = new Map<number, Entry<P>[]>()
  const pieces: Piece<B>[] = []
  for (const entry of entries) {
    const leader = view(entry)?.leader
    if (leader === undefined || leader < 0) {
      const code = leader === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'LEADER_NOT_AVAILABLE'
      pieces.push({ body: toBody([entry]), error: new KafkaError(code, `${entry.topic} partition ${entry.partition}`) })
      continue
    }
    const group = groups.get(leader)
    if (group) group.push(entry)
    else groups.set(leader, [entry])
  }
  for (const [broker, group] of groups) pieces.push({ target: { broker }, body: toBody(group) })
  return pieces
}

function byTopic<P, T>(entries: Entry<P>[], toTopic: (topic: string, values: P[]) => T): T[] {
  const topics = new Map<string, P[]>()
  for (const { topic, value } of entries) {
    const values = topics.get(topic)
    if (values) values.push(value)
    else topics.set(topic, [value])
  }
  return [...topics].map(([topic, values]) => toTopic(topic, values))
}

/** Puts the partitions of a topic that came from several brokers back under one topic. */
function mergeTopics<T extends { partitions: readonly unknown[] }>(all: readonly T[], nameOf: (topic: T) => string): T[] {
  const merged = new Map<string, T>()
  for (const topic of all) {
    const before = merged.get(nameOf(topic))
    merged.set(nameOf(topic), before ? { ...before, partitions: [...before.partitions, ...topic.partitions] } : topic)
  }
  return [...merged.values()]
}

const maxThrottle = (answers: readonly { throttleTimeMs: number }[]) => Math.max(0, ...answers.map(a => a.throttleTimeMs))
const partitionCodes = (topics: readonly { partitions: readonly { errorCode: number }[] }[]) =>
  topics.flatMap(t => t.partitions.map(p => p.errorCode))

const listOffsets: Sharder<ListOffsetsRequest, ListOffsetsResponse> = {
  isBound: true,
  split: (cluster, body) =>
    byLeader(
      cluster,
      body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.name, partition: value.partitionIndex, value }))),
      entries => ({ ...body, topics: byTopic(entries, (name, partitions) => ({ name, partitions })) }),
    ),
  codes: answer => partitionCodes(answer.topics),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    topics: mergeTopics(
      answers.flatMap(a => a.topics),
      t => t.name,
    ),
  }),
}

const deleteRecords: Sharder<DeleteRecordsRequest, DeleteRecordsResponse> = {
  isBound: true,
  split: (cluster, body) =>
    byLeader(
      cluster,
      body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.name, partition: value.partitionIndex, value }))),
      entries => ({ ...body, topics: byTopic(entries, (name, partitions) => ({ name, partitions })) }),
    ),
  codes: answer => partitionCodes(answer.topics),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    topics: mergeTopics(
      answers.flatMap(a => a.topics),
      t => t.name,
    ),
  }),
}

const offsetForLeaderEpoch: Sharder<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> = {
  isBound: true,
  split: (cluster, body) =>
    byLeader(
      cluster,
      body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.topic, partition: value.partition, value }))),
      entries => ({ ...body, topics: byTopic(entries, (topic, partitions) => ({ topic, partitions })) }),
    ),
  codes: answer => partitionCodes(answer.topics),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    topics: mergeTopics(
      answers.flatMap(a => a.topics),
      t => t.topic,
    ),
  }),
}

const describeProducers: Sharder<DescribeProducersRequest, DescribeProducersResponse> = {
  isBound: true,
  split: (cluster, body) =>
    byLeader(
      cluster,
      body.topics.flatMap(t => t.partitionIndexes.map(value => ({ topic: t.name, partition: value, value }))),
      entries => ({ topics: byTopic(entries, (name, partitionIndexes) => ({ name, partitionIndexes })) }),
    ),
  codes: answer => partitionCodes(answer.topics),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    topics: mergeTopics(
      answers.flatMap(a => a.topics),
      t => t.name,
    ),
  }),
}

/** Groups names by the broker that coordinates them. A coordinator that cannot be found is that name's error. */
async function byCoordinator<B>(cluster: Cluster, groups: readonly string[], toBody: (groups: string[]) => B): Promise<Piece<B>[]> {
  const found = await Promise.allSettled(groups.map(group => cluster.coordinators.find('group', group)))
  const nodes = new Map<number, string[]>()
  const pieces: Piece<B>[] = []
  groups.forEach((group, i) => {
    const result = found[i]
    if (result.status === 'rejected') pieces.push({ body: toBody([group]), error: result.reason as Error })
    else nodes.set(result.value, [...(nodes.get(result.value) ?? []), group])
  })
  for (const [broker, names] of nodes) pieces.push({ target: { broker }, body: toBody(names) })
  return pieces
}

const describeGroups: Sharder<DescribeGroupsRequest, DescribeGroupsResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, body.groups, groups => ({ ...body, groups })),
  codes: answer => answer.groups.map(g => g.errorCode),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}

const consumerGroupDescribe: Sharder<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, body.groupIds, groupIds => ({ ...body, groupIds })),
  codes: answer => answer.groups.map(g => g.errorCode),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}

const deleteGroups: Sharder<DeleteGroupsRequest, DeleteGroupsResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, body.groupsNames, groupsNames => ({ groupsNames })),
  codes: answer => answer.results.map(g => g.errorCode),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

/** The batched form (v8, KIP-709) is what callers fill in; `fitOffsetFetch` turns it into the old form for a broker that lacks it. */
const offsetFetch: Sharder<OffsetFetchRequest, OffsetFetchResponse> = {
  isBound: true,
  split: (cluster, body) => {
    const groups = body.groups ?? []
    if (groups.length === 0 && body.groupId !== undefined) return byCoordinator(cluster, [body.groupId], () => body)
    return byCoordinator(
      cluster,
      groups.map(g => g.groupId),
      names => ({ ...body, groups: groups.filter(g => names.includes(g.groupId)) }),
    )
  },
  codes: answer => [answer.errorCode, ...answer.groups.map(g => g.errorCode)],
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}

/** One piece per broker of the cluster. */
async function toEveryBroker<B>(cluster: Cluster, body: B): Promise<Piece<B>[]> {
  if (cluster.brokers.discovered.length === 0) await cluster.loadMetadata([], { initiator: 'routing' })
  return cluster.brokers.discovered.map(b => ({ target: { broker: b.metadata.nodeId }, body }))
}

/** While a coordinator moves, two brokers may list the same group. */
const listGroups: Sharder<ListGroupsRequest, ListGroupsResponse> = {
  split: toEveryBroker,
  codes: () => [],
  merge: answers => ({
    ...answers[0],
    errorCode: answers.find(a => a.errorCode !== 0)?.errorCode ?? 0,
    throttleTimeMs: maxThrottle(answers),
    groups: [...new Map(answers.flatMap(a => a.groups).map(g => [g.groupId, g])).values()],
  }),
}

const listTransactions: Sharder<ListTransactionsRequest, ListTransactionsResponse> = {
  split: toEveryBroker,
  codes: () => [],
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    unknownStateFilters: [...new Set(answers.flatMap(a => a.unknownStateFilters))],
    transactionStates: [...new Map(answers.flatMap(a => a.transactionStates).map(t => [t.transactionalId, t])).values()],
  }),
}

/** Each broker knows its own disks alone. */
const describeLogDirs: Sharder<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  split: toEveryBroker,
  codes: () => [],
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

const brokerResource = 4
const brokerLoggerResource = 8

/** A broker describes its own configuration; topics are the same everywhere. */
const describeConfigs: Sharder<DescribeConfigsRequest, DescribeConfigsResponse> = {
  split: async (_, body) => {
    const own = body.resources.filter(
      r => (r.resourceType === brokerResource || r.resourceType === brokerLoggerResource) && r.resourceName !== '',
    )
    const rest = body.resources.filter(r => !own.includes(r))
    const pieces: Piece<DescribeConfigsRequest>[] = own.map(r => ({
      target: { broker: Number(r.resourceName) },
      body: { ...body, resources: [r] },
    }))
    if (rest.length > 0 || own.length === 0) pieces.push({ target: 'any', body: { ...body, resources: rest } })
    return pieces
  },
  codes: () => [],
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

/** By API key. */
export const sharders: ReadonlyMap<number, Sharder> = new Map<number, Sharder>([
  [2, listOffsets as Sharder],
  [9, offsetFetch as Sharder],
  [15, describeGroups as Sharder],
  [16, listGroups as Sharder],
  [21, deleteRecords as Sharder],
  [23, offsetForLeaderEpoch as Sharder],
  [32, describeConfigs as Sharder],
  [35, describeLogDirs as Sharder],
  [42, deleteGroups as Sharder],
  [61, describeProducers as Sharder],
  [66, listTransactions as Sharder],
  [69, consumerGroupDescribe as Sharder],
])
