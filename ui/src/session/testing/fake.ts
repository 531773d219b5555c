/** A session without a worker, for development and component tests: the real port protocol over a MessageChannel, answered from a model. */

import { PortSession } from '../port-session.js'
import type {
  Fault,
  GroupDetail,
  GroupPartition,
  GroupSummary,
  PartitionOffsets,
  ProduceParams,
  SessionStatus,
  TopicConfigs,
} from '../protocol.js'
import { type CallHandlers, type SessionHandlers, type StreamHandlersOf, servePort } from '../serve-port.js'
import { faultOf, SessionError } from '../session.js'
import type { StatusFigures, WireCalls, WireStreams } from '../wire-protocol.js'
import { type FakeCluster, type FakeGroup, type FakeTopic, makeCluster, topicInfo } from './fake-cluster.js'
import { murmur2 } from './fake-murmur2.js'
import { recordAt, row, utf8 } from './fake-records.js'
import { type FakeScanOptions, fakeScan } from './fake-scan.js'

export interface FakeOptions extends Partial<FakeScanOptions> {
  startedAt?: number
  /** Records a second that appear in orders.events and audit.log; 0: none. */
  livePerSecond?: number
  extraTopics?: number
  /** ms before each answer. */
  delayMs?: number
  environment?: SessionStatus['cluster']['environment']
  /** Answers of Wire and Metrics; a method that is not here fails with its name. */
  wire?: { calls?: Partial<Pick<CallHandlers, keyof WireCalls>>; streams?: Partial<Pick<StreamHandlersOf, keyof WireStreams>> }
}

export interface FakeSession {
  session: PortSession
  cluster: FakeCluster
  /** Every call of this method fails with the fault; null heals it. */
  fail(method: string, fault: Fault | null): void
  setStatus(change: Partial<SessionStatus>): void
  append(topic: string, partition: number, key: string | null, value: string | null): bigint
  /** How often each method was called. */
  asked: Map<string, number>
  close(): void
}

export function fault(what: string, change: Partial<Fault> = {}): Fault {
  const base = {
    code: 'REQUEST_TIMED_OUT',
    errno: 7,
    from: 'kafka',
    broker: 3,
    message: 'no answer after 30 s',
    next: 'Retry, or look at broker 3',
  } as const
  return { what, ...base, retriable: true, requestId: 2413, ...change }
}

export function createFakeSession(options: FakeOptions = {}): FakeSession {
  const {
    startedAt = Date.now(),
    livePerSecond = 0,
    extraTopics,
    delayMs = 0,
    environment = 'local',
    beatMs = 60,
    failAfter = null,
    wire = {},
  } = options
  const cluster = makeCluster({ startedAt, extraTopics })
  const channel = new MessageChannel()
  const faults = new Map<string, Fault>()
  const asked = new Map<string, number>()
  const listeners = new Set<(status: SessionStatus) => void>()
  let status: SessionStatus = {
    state: 'connected',
    cluster: { name: 'shop-local', id: 'q3Zt1mJvTJe8Zl5rKx0aBw', environment, kind: 'sandbox' },
    readOnly: null,
    brokers: cluster.brokers,
    steps: [{ name: 'Bridge', target: 'ws://127.0.0.1:8640', state: 'done', note: 'token accepted', durationMs: 1.8, fault: null }],
    fault: null,
    attempt: 0,
    nextAttemptAt: null,
    home: 'page',
  }

  const handlers = withFaults(
    {
      calls: {
        'session.open': async () => status,
        'session.retry': async () => status,
        'topics.list': async ({ topics }) => ({
          topics: (topics ? topics.map(name => found(cluster, name)) : [...cluster.topics.values()]).map(topicInfo),
          clusterId: status.cluster.id,
          controller: 2,
          at: Date.now(),
        }),
        'topics.offsets': async ({ topics, stable }) =>
          topics.map(name => ({ topic: name, partitions: found(cluster, name).partitions.map(p => offsetsOf(p, stable)), at: Date.now() })),
        'topics.configs': async ({ topics, keys }) => topics.map(name => configsOf(found(cluster, name), keys)),
        'records.read': async ({ topic: name, partition, offset }) => {
          const topic = found(cluster, name)
          return recordAt(cluster, topic, topic.partitions[partition], offset)
        },
        produce: async params => produceTo(cluster, params),
        'produce.partitionFor': async ({ topic: name, key }) => {
          const { partitions } = found(cluster, name)
          const hash = murmur2(key)
          const partition = (hash & 0x7fffffff) % partitions.length
          return { hash: hash >>> 0, partition, partitions: partitions.length, leader: partitions[partition].info.leader }
        },
        'groups.list': async () => ({
          groups: [...cluster.groups.values()].map(({ group, state, type, protocolType, coordinator }) => ({
            group,
            state,
            type,
            protocolType,
            coordinator,
          })),
          partial: { asked: 3, answered: 3, faults: [] },
          at: Date.now(),
        }),
        'groups.summaries': async ({ groups }) => groups.map(name => summaryOf(cluster, name)),
        'groups.detail': async ({ group }) => detailOf(cluster, cluster.groups.get(group), group),
        ...wire.calls,
      } as CallHandlers,
      streams: {
        'session.status': (_, context) => {
          const listener = (next: SessionStatus) => context.send(next)
          listeners.add(listener)
          listener(status)
          return new Promise(resolve => context.signal.addEventListener('abort', () => resolve(void listeners.delete(listener))))
        },
        scan: (params, context) => fakeScan(cluster, params, context, { beatMs, failAfter }),
        'wire.figures': async (_, context) => {
          context.send(figures)
          await new Promise(resolve => context.signal.addEventListener('abort', resolve))
        },
        ...wire.streams,
      },
      fault: (error, what) => faultOf(error, what),
    },
    { faults, asked, delayMs },
  )
  servePort(channel.port2, handlers)
  const append = (name: string, partition: number, key: string | null, value: string | null) =>
    produceTo(cluster, produceParams(name, partition, key, value)).offset ?? 0n
  const timer = livePerSecond > 0 ? setInterval(() => feed(cluster, append), 1000 / livePerSecond) : undefined
  const session = new PortSession(channel.port1)
  return {
    session,
    cluster,
    asked,
    append,
    fail: (method, fault) => void (fault ? faults.set(method, fault) : faults.delete(method)),
    setStatus: change => {
      status = { ...status, ...change }
      for (const listener of listeners) listener(status)
    },
    close: () => {
      clearInterval(timer)
      session.close()
      channel.port2.close()
    },
  }
}

const figures: StatusFigures = {
  requestsPerSecond: 14,
  receivedBytesPerSecond: 2_100_000,
  sentBytesPerSecond: 40_000,
  p50Ms: 4,
  p99Ms: 61,
  inFlight: 3,
  buffered: 0,
  bufferLimit: 112,
  errors: 0,
  throttled: 0,
}

interface Interference {
  faults: Map<string, Fault>
  asked: Map<string, number>
  delayMs: number
}

function withFaults(handlers: SessionHandlers, { faults, asked, delayMs }: Interference): SessionHandlers {
  const calls = Object.entries(handlers.calls).map(([method, handler]) => {
    const wrapped = async (...args: unknown[]) => {
      asked.set(method, (asked.get(method) ?? 0) + 1)
      if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
      const planned = faults.get(method)
      if (planned) throw new SessionError(planned)
      return Reflect.apply(handler, null, args)
    }
    return [method, wrapped]
  })
  return { ...handlers, calls: Object.fromEntries(calls) as SessionHandlers['calls'] }
}

function found(cluster: FakeCluster, name: string): FakeTopic {
  const topic = cluster.topics.get(name)
  if (topic) return topic
  throw new SessionError(
    fault('Topic not read', {
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      errno: 3,
      broker: 1,
      message: `no topic ${name} on this cluster`,
      next: 'See the list of topics',
      retriable: false,
    }),
  )
}

function offsetsOf({ info, earliest, latest }: FakeTopic['partitions'][number], stable: boolean): PartitionOffsets {
  if (info.leader >= 0) return { partition: info.partition, earliest, latest, stable: stable ? latest : null, fault: null }
  const failed = fault('Offsets not read', {
    code: 'LEADER_NOT_AVAILABLE',
    errno: 5,
    broker: null,
    message: `partition ${info.partition} has no leader`,
    next: 'Bring one of its replicas back',
  })
  return { partition: info.partition, earliest: null, latest: null, stable: null, fault: failed }
}

const documented = new Map([
  ['cleanup.policy', 'What happens to old segments: delete, compact, or both.'],
  ['retention.ms', 'How long a record is kept before its segment may be deleted; −1 keeps it for good.'],
  ['max.message.bytes', 'The largest record batch that the broker takes.'],
  ['min.insync.replicas', 'How many replicas must have a record before acks=all is answered.'],
  ['segment.bytes', 'The size of a log segment.'],
])

function configsOf(topic: FakeTopic, keys: string[] | null): TopicConfigs {
  const defaults = new Map([
    ['cleanup.policy', 'delete'],
    ['retention.ms', '604800000'],
    ['max.message.bytes', '1048588'],
    ['min.insync.replicas', '2'],
    ['segment.bytes', '1073741824'],
    ['compression.type', 'producer'],
  ])
  const entries = [...defaults].map(([name, byDefault]) => {
    const value = topic.configs.get(name) ?? byDefault
    const own = value !== byDefault
    return {
      name,
      value,
      source: own ? ('topic' as const) : ('default' as const),
      readOnly: false,
      sensitive: false,
      type: /ms|bytes|replicas/.test(name) ? 'long' : 'string',
      documentation: documented.get(name) ?? null,
      synonyms: [
        ...(own ? [{ name, value, source: 'topic' as const }] : []),
        { name: `log.${name}`, value: byDefault, source: 'default' as const },
      ],
    }
  })
  return { topic: topic.name, entries: entries.filter(entry => keys === null || keys.includes(entry.name)), fault: null }
}

const produceParams = (topic: string, partition: number, key: string | null, value: string | null): ProduceParams => ({
  topic,
  partition,
  key: key === null ? null : utf8(key),
  value: value === null ? null : utf8(value),
  headers: [],
  timestamp: null,
  codec: 'none',
  acks: 'all',
  idempotent: true,
})

function produceTo(cluster: FakeCluster, params: ProduceParams) {
  const topic = found(cluster, params.topic)
  const size = (params.value?.length ?? 0) + (params.key?.length ?? 0)
  if (size > 1_048_588) {
    const message = `${size.toLocaleString('en')} B is over max.message.bytes 1,048,588`
    throw new SessionError(
      fault('Record not produced', {
        code: 'MESSAGE_TOO_LARGE',
        errno: 10,
        broker: 1,
        message,
        next: 'Raise max.message.bytes of the topic, or send less',
        retriable: false,
      }),
    )
  }
  const index = params.partition ?? (params.key ? (murmur2(params.key) & 0x7fffffff) % topic.partitions.length : 0)
  const partition = topic.partitions[index]
  if (!partition)
    throw new SessionError(
      fault('Record not produced', {
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        errno: 3,
        broker: 1,
        message: `${topic.name} has no partition ${index}`,
        next: null,
        retriable: false,
      }),
    )
  const offset = partition.latest++
  const timestamp = params.timestamp ?? BigInt(Date.now())
  partition.written.set(offset, row(topic, partition, offset, timestamp, params.key, params.value, params.headers))
  return {
    topic: topic.name,
    partition: index,
    offset: params.acks === 'none' ? null : offset,
    timestamp,
    latencyMs: 5.8,
    batchBytes: size + 68,
    broker: partition.info.leader,
  }
}

function feed(cluster: FakeCluster, append: FakeSession['append']): void {
  const topic = cluster.topics.get('orders.events')!
  const partition = topic.partitions[Math.floor(Math.random() * topic.partitions.length)]
  const model = recordAt(cluster, topic, partition, partition.earliest + BigInt(Math.floor(Math.random() * 30_000)))
  const decode = (bytes: Uint8Array | null | undefined) => (bytes ? new TextDecoder().decode(bytes) : null)
  append('orders.events', partition.info.partition, decode(model?.key), decode(model?.value))
}

function lagOf(partitions: GroupPartition[]): { lag: bigint | null; withoutCommit: number } {
  const known = partitions.filter(partition => partition.lag !== null)
  const lag = known.length === 0 ? null : known.reduce((sum, partition) => sum + (partition.lag! > 0n ? partition.lag! : 0n), 0n)
  return { lag, withoutCommit: partitions.filter(partition => partition.committed === null).length }
}

function clampUp(value: bigint, least: bigint): bigint {
  if (value < least) return least
  return value
}

function partitionsOf(cluster: FakeCluster, group: FakeGroup): GroupPartition[] {
  return [...group.behind].flatMap(([name, distances]) =>
    found(cluster, name).partitions.map(({ info, earliest, latest }, partition) => {
      const distance = distances[partition] ?? null
      const committed = distance === null ? null : clampUp(latest - distance, earliest)
      const owner = group.members.find(member => member.assignment.some(a => a.topic === name && a.partitions.includes(partition)))
      const lag = committed === null ? null : latest - committed
      return {
        topic: name,
        partition,
        memberId: owner?.memberId ?? null,
        committed,
        committedEpoch: committed === null ? null : info.leaderEpoch,
        metadata: '',
        earliest,
        end: latest,
        lag,
        fault: null,
      }
    }),
  )
}

function summaryOf(cluster: FakeCluster, name: string): GroupSummary {
  const group = cluster.groups.get(name)
  if (!group) return { group: name, state: 'Dead', members: 0, protocol: null, topics: 0, lag: null, withoutCommit: 0, fault: null }
  return {
    group: name,
    state: group.state,
    members: group.members.length,
    protocol: group.protocol,
    topics: group.behind.size,
    ...lagOf(partitionsOf(cluster, group)),
    fault: null,
  }
}

function detailOf(cluster: FakeCluster, group: FakeGroup | undefined, name: string): GroupDetail {
  if (!group)
    throw new SessionError(
      fault('Group not read', {
        code: 'GROUP_ID_NOT_FOUND',
        errno: 69,
        message: `no group ${name} on this cluster`,
        next: 'See the list of groups',
        retriable: false,
      }),
    )
  const broker = cluster.brokers.find(each => each.nodeId === group.coordinator)
  const partitions = partitionsOf(cluster, group)
  return {
    group: name,
    state: group.state,
    type: group.type,
    protocolType: group.protocolType,
    protocol: group.protocol,
    generation: group.members.length > 0 ? 214 : null,
    coordinator: broker ? { nodeId: broker.nodeId, host: broker.host, port: broker.port } : null,
    members: group.members,
    partitions,
    ...lagOf(partitions),
    faults: [],
    at: Date.now(),
  }
}
