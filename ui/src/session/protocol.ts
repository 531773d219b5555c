/**
 * The border between the page and the session, which holds the client in a SharedWorker. Everything that crosses it is structured-cloneable;
 * int64 is bigint. A `Uint8Array` that crosses must own its buffer: cloning a view copies the whole buffer behind it.
 *
 * A call has one answer. A stream has events until either side ends it; the page grants credit for each event, so a page that is slow or
 * hidden holds the stream back instead of filling its own queue.
 */
import type { WireCalls, WireStreams } from './wire-protocol.js'

// ---- faults ------------------------------------------------------------------------------------------------------------------------

/** A failure as the page says it: what failed · code · broker · next step. */
export interface Fault {
  /** What did not happen, in words: "Record not produced". */
  what: string
  /** Kafka's name (`MESSAGE_TOO_LARGE`), or ours for client and transport (`CONNECTION_CLOSED`, `ECONNREFUSED`). */
  code: string
  /** Kafka's number; null when the failure is not Kafka's. */
  errno: number | null
  from: 'kafka' | 'transport' | 'client'
  broker: number | null
  /** The cause in one sentence, without the code. */
  message: string
  /** What a person can do about it. */
  next: string | null
  retriable: boolean
  /** The request in Wire. */
  requestId: number | null
}

/** A merge over brokers that did not all answer: the rows that came are in the result, the rest is said here. */
export interface PartialAnswer {
  asked: number
  answered: number
  faults: Fault[]
}

// ---- connection --------------------------------------------------------------------------------------------------------------------

export type Environment = 'local' | 'dev' | 'staging' | 'prod'

export interface BrokerStatus {
  nodeId: number
  host: string
  port: number
  rack: string | null
  controller: boolean
  /** `unknown` before the first connection to it. */
  state: 'up' | 'unreachable' | 'unknown'
  fault: Fault | null
}

/** One step of the way to the cluster: bridge, TCP, TLS, ApiVersions, Metadata, each broker. */
export interface ConnectStep {
  name: string
  target: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  note: string
  durationMs: number | null
  fault: Fault | null
}

export interface SessionStatus {
  state: 'idle' | 'connecting' | 'connected' | 'offline'
  cluster: { name: string; id: string | null; environment: Environment; kind: 'sandbox' | 'kafka' }
  /** Why nothing may be written, in words; null when writing is allowed. */
  readOnly: string | null
  brokers: BrokerStatus[]
  steps: ConnectStep[]
  /** The fault that keeps the session offline. */
  fault: Fault | null
  /** Counts tries since the last success; 0 while connected. */
  attempt: number
  /** When the next try starts, ms since the epoch; null when none is planned. */
  nextAttemptAt: number | null
  /** Where the client lives. */
  home: 'shared-worker' | 'worker' | 'page'
}

export interface OpenSession {
  /** The start token that the page was opened with; held in memory only. */
  token: string | null
  /** `ws://host:port`; the page's own origin when it is served by the bridge. */
  bridge: string
}

// ---- topics ------------------------------------------------------------------------------------------------------------------------

export interface PartitionInfo {
  partition: number
  /** −1: no leader. */
  leader: number
  leaderEpoch: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
  /** 0 when the partition is well. */
  errorCode: number
  /** Kafka's name of `errorCode`. */
  error: string | null
}

export interface TopicInfo {
  name: string
  /** Absent before KIP-516. */
  topicId: string | null
  internal: boolean
  partitions: PartitionInfo[]
  fault: Fault | null
}

export interface TopicList {
  topics: TopicInfo[]
  clusterId: string | null
  controller: number
  /** When the brokers answered, ms since the epoch. */
  at: number
}

export interface PartitionOffsets {
  partition: number
  /** null where the broker did not say; then `fault` says why. */
  earliest: bigint | null
  latest: bigint | null
  /** Last stable offset (read_committed); null when it was not asked for. */
  stable: bigint | null
  fault: Fault | null
}

export interface TopicOffsets {
  topic: string
  partitions: PartitionOffsets[]
  at: number
}

export type ConfigSource = 'topic' | 'broker' | 'broker default' | 'static broker' | 'default' | 'unknown'

export interface ConfigEntry {
  name: string
  /** null: not set, or sensitive and withheld. */
  value: string | null
  source: ConfigSource
  readOnly: boolean
  sensitive: boolean
  type: string
  documentation: string | null
  /** The values this one hides, nearest first. */
  synonyms: { name: string; value: string | null; source: ConfigSource }[]
}

export interface TopicConfigs {
  topic: string
  entries: ConfigEntry[]
  fault: Fault | null
}

// ---- records -----------------------------------------------------------------------------------------------------------------------

export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface BatchFacts {
  baseOffset: bigint
  lastOffset: bigint
  records: number
  codec: CodecName
  /** The records' bytes as they lay in the log, and after decompression. */
  compressedBytes: number
  uncompressedBytes: number
  /** −1n: not an idempotent producer. */
  producerId: bigint
  producerEpoch: number
  baseSequence: number
  transactional: boolean
  /** 2 today; 0 and 1 are message sets from before Kafka 0.11. */
  magic: number
}

export interface RecordHeader {
  key: string
  value: Uint8Array | null
}

export interface RecordRow {
  topic: string
  partition: number
  offset: bigint
  /** ms since the epoch; −1n: no timestamp. */
  timestamp: bigint
  timestampType: 'CreateTime' | 'LogAppendTime'
  leaderEpoch: number
  /** At most `SCAN_VALUE_BYTES` of it; `keySize` is the whole. −1 for null. */
  key: Uint8Array | null
  keySize: number
  /** At most `SCAN_VALUE_BYTES` of it; `valueSize` is the whole. −1 for null. */
  value: Uint8Array | null
  valueSize: number
  /** At most `SCAN_HEADERS` of them, in order; `headerCount` is the whole. */
  headers: RecordHeader[]
  headerCount: number
  /** Shared by the records of one batch (structured clone keeps the identity within one event). */
  batch: BatchFacts
  /** A transaction marker: a row only when asked for. */
  control: 'commit' | 'abort' | 'unknown' | null
}

/** Bytes of a key or value that a scan sends; `records.read` gives the whole. */
export const SCAN_VALUE_BYTES = 65_536
export const SCAN_HEADERS = 100
/** Rows kept by a live scan, in the session while paused and in the page. */
export const LIVE_ROWS = 5_000

export type ScanFrom =
  | { at: 'newest' }
  | { at: 'oldest' }
  /** The same offset in every partition chosen, clamped to what the partition holds. */
  | { at: 'offset'; offset: bigint }
  /** Goes on exactly where a scan stopped. A partition that is missing is not read. */
  | { at: 'positions'; positions: { topic: string; partition: number; offset: bigint }[] }
  /** The first record at or after it, ms since the epoch. */
  | { at: 'time'; timestamp: bigint }
  /** New records from now on. */
  | { at: 'live' }

export interface ScanParams {
  /** One or several topics, each with the partitions to read; null: all of them. */
  topics: { topic: string; partitions: number[] | null }[]
  from: ScanFrom
  /** Do not stop at the end offsets: follow. Implied by `live`. */
  follow: boolean
  /** Stop after this many matching rows. `newest` gives the newest of them over all partitions, by time. */
  limit: number
  /** Filter text, parsed by `messages/record-filter.ts`; empty: all rows match. */
  filter: string
  controlRecords: boolean
  isolation: 'read_uncommitted' | 'read_committed'
}

export interface ScanPartition {
  topic: string
  partition: number
  /** What the scan will read: [from, end). */
  from: bigint
  end: bigint
  /** The next offset to read. `newest` scans that widen backwards count from `end` down. */
  at: bigint
  done: boolean
  fault: Fault | null
}

export interface ScanProgress {
  scanned: number
  matched: number
  /** Sent to the page; `matched − shown − dropped` wait in the session. */
  shown: number
  /** Fell out of the live ring before the page took them. */
  dropped: number
  /** Received on the wire for this scan. */
  bytes: number
  elapsedMs: number
  /** The oldest timestamp looked at; null before the first record. */
  backTo: bigint | null
  partitions: ScanPartition[]
}

/** Rows come at most ten times a second. Their order is that of arrival; the page sorts. */
export type ScanEvent =
  | { is: 'rows'; rows: RecordRow[]; progress: ScanProgress }
  | {
      is: 'ended'
      /** `limit`: the count was reached; `end`: everything between the bounds was read. */
      reason: 'limit' | 'end' | 'stopped' | 'failed'
      progress: ScanProgress
      fault: Fault | null
      /** Where a `positions` scan goes on without a gap; empty when nothing is left. */
      next: { topic: string; partition: number; offset: bigint }[]
    }

/** Pause keeps fetching into the ring of `LIVE_ROWS` and sends only progress; resume sends what the ring holds. Stop answers with `ended`. */
export type ScanCommand = 'pause' | 'resume' | 'stop'

export interface ReadRecord {
  topic: string
  partition: number
  offset: bigint
  /** Refuse more than this of key, value and headers together. */
  maxBytes: number
}

// ---- produce -----------------------------------------------------------------------------------------------------------------------

export interface ProduceParams {
  topic: string
  /** null: the partitioner chooses (murmur2 over the key; sticky without one). */
  partition: number | null
  key: Uint8Array | null
  value: Uint8Array | null
  headers: RecordHeader[]
  /** null: now. */
  timestamp: bigint | null
  codec: CodecName
  acks: 'all' | 'leader' | 'none'
  idempotent: boolean
}

export interface ProduceResult {
  topic: string
  partition: number
  /** null with acks none: the broker does not say. */
  offset: bigint | null
  timestamp: bigint
  /** From the call to the broker's answer. */
  latencyMs: number
  /** The record batch on the wire. */
  batchBytes: number
  broker: number | null
}

export interface PartitionPreview {
  /** murmur2 of the key, as an unsigned 32-bit number. */
  hash: number
  partition: number
  partitions: number
  leader: number
}

// ---- groups ------------------------------------------------------------------------------------------------------------------------

export interface GroupInfo {
  group: string
  /** Kafka's word (`Stable`, `Empty`, ...); null from brokers before KIP-518. */
  state: string | null
  /** `classic`, `consumer`, `share`, `streams`; null when the broker does not say. */
  type: string | null
  protocolType: string
  /** The broker that listed it. */
  coordinator: number
}

export interface GroupList {
  groups: GroupInfo[]
  partial: PartialAnswer
  at: number
}

/** What a row of the list needs beyond the listing; asked for rows on screen. */
export interface GroupSummary {
  group: string
  state: string | null
  members: number | null
  protocol: string | null
  topics: number | null
  /** Over partitions with a commit; null when there is none. */
  lag: bigint | null
  withoutCommit: number
  fault: Fault | null
}

export interface GroupMember {
  memberId: string
  instanceId: string | null
  clientId: string
  host: string
  /** Assigned now. */
  assignment: { topic: string; partitions: number[] }[]
  /** KIP-848: what the coordinator wants; null for classic groups. */
  target: { topic: string; partitions: number[] }[] | null
  epoch: number | null
}

export interface GroupPartition {
  topic: string
  partition: number
  /** The member that reads it; null: unassigned. */
  memberId: string | null
  /** null: no commit. */
  committed: bigint | null
  committedEpoch: number | null
  metadata: string | null
  earliest: bigint | null
  end: bigint | null
  /** end − committed; null when either is unknown. May be negative after a truncation. */
  lag: bigint | null
  fault: Fault | null
}

export interface GroupDetail {
  group: string
  state: string
  type: string
  protocolType: string
  /** The assignor chosen. */
  protocol: string | null
  /** Generation (classic) or epoch (KIP-848); null when the API does not tell. */
  generation: number | null
  coordinator: { nodeId: number; host: string; port: number } | null
  members: GroupMember[]
  partitions: GroupPartition[]
  lag: bigint | null
  withoutCommit: number
  /** Parts that failed; what came is still here. */
  faults: Fault[]
  at: number
}

// ---- the methods ---------------------------------------------------------------------------------------------------------------------

type None = Record<never, never>

export interface Calls extends WireCalls {
  /** Starts connecting, or joins the session that already runs; the answer is the status at that moment. */
  'session.open': { params: OpenSession; result: SessionStatus }
  /** Tries again at once. */
  'session.retry': { params: None; result: SessionStatus }
  /** One Metadata request; null asks for all topics. */
  'topics.list': { params: { topics: string[] | null }; result: TopicList }
  /** ListOffsets per leader, batched over the topics. */
  'topics.offsets': { params: { topics: string[]; stable: boolean }; result: TopicOffsets[] }
  /** DescribeConfigs; null asks for every key. */
  'topics.configs': { params: { topics: string[]; keys: string[] | null }; result: TopicConfigs[] }
  /** The whole record; null when the offset holds none. */
  'records.read': { params: ReadRecord; result: RecordRow | null }
  produce: { params: ProduceParams; result: ProduceResult }
  'produce.partitionFor': { params: { topic: string; key: Uint8Array }; result: PartitionPreview }
  'groups.list': { params: None; result: GroupList }
  'groups.summaries': { params: { groups: string[] }; result: GroupSummary[] }
  'groups.detail': { params: { group: string }; result: GroupDetail }
}

export interface Streams extends WireStreams {
  /** The status at once, then on each change. */
  'session.status': { params: None; event: SessionStatus; command: never }
  scan: { params: ScanParams; event: ScanEvent; command: ScanCommand }
}

export type CallName = keyof Calls
export type Params<M extends CallName> = Calls[M]['params']
export type Result<M extends CallName> = Calls[M]['result']
export type StreamName = keyof Streams
export type StreamParams<S extends StreamName> = Streams[S]['params']
export type StreamEvent<S extends StreamName> = Streams[S]['event']
export type StreamCommand<S extends StreamName> = Streams[S]['command']

/** Who asked, as Wire says it ("topics", "orders.events messages"); `page` narrows Wire to *This page*. */
export interface Origin {
  view: string
}

// ---- the messages on the port ------------------------------------------------------------------------------------------------------------

/** Events a stream may have under way before the page has taken them. */
export const STREAM_CREDIT = 2

export type ToSession =
  | { is: 'call'; id: number; method: CallName; params: Params<CallName>; origin: Origin }
  | { is: 'cancel'; id: number }
  | { is: 'subscribe'; id: number; stream: StreamName; params: StreamParams<StreamName>; origin: Origin }
  /** The page took `count` events. */
  | { is: 'credit'; id: number; count: number }
  | { is: 'command'; id: number; command: StreamCommand<StreamName> }
  | { is: 'unsubscribe'; id: number }
  /** A hidden page asks for nothing; the session keeps its connections. */
  | { is: 'visible'; visible: boolean }
  /** The page goes away: everything it asked for ends. */
  | { is: 'bye' }

export type ToPage =
  | { is: 'result'; id: number; result: Result<CallName> }
  | { is: 'failed'; id: number; fault: Fault }
  | { is: 'event'; id: number; event: StreamEvent<StreamName> }
  | { is: 'closed'; id: number; fault: Fault | null }
