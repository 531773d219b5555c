/**
 * What Wire and Metrics pull from the session. Everything here is pulled or pushed at a bounded rate; nothing is sent per request.
 * Times are ms since the epoch; durations ms.
 */

/** metadata · produce · fetch · group · transactions · admin · auth */
export const apiFamilies = ['met', 'prd', 'fet', 'grp', 'txn', 'adm', 'aut'] as const
export type ApiFamily = (typeof apiFamilies)[number]

type None = Record<never, never>

// ---- the status line -------------------------------------------------------------------------------------------------------------------

/** The figures of the status line, over the last ten seconds. Sent at most twice a second, and only when something moved. */
export interface StatusFigures {
  requestsPerSecond: number
  receivedBytesPerSecond: number
  sentBytesPerSecond: number
  /** Request to answer, parked time and queueing left out; null before the first answer. */
  p50Ms: number | null
  p99Ms: number | null
  inFlight: number
  /** Records read or to be written that wait in the client, and the limit of that buffer in the same unit. */
  buffered: number
  bufferLimit: number
  /** Since the session started. */
  errors: number
  throttled: number
}

// ---- the list of requests ---------------------------------------------------------------------------------------------------------------

export interface WireQuery {
  /** The views that are on the asking page now; `page` shows only what they asked for. */
  views: string[]
  scope: 'page' | 'all'
  /** Filter text, parsed by `recorder/wire-filter.ts`; empty: everything. */
  text: string
  /** Pressed family chips; none: all. */
  families: ApiFamily[]
  errors: boolean
  slow: boolean
  throttled: boolean
  /** Whether heartbeats, idle fetches and the client's own refreshes are left out and counted. */
  fold: boolean
  between: { from: number; to: number } | null
}

export interface WirePull {
  query: WireQuery
  /** The row at the top of the window. With `id` the window follows that row wherever it has moved; `end` asks for the last rows. */
  top: { index: number; id: number | null } | 'end'
  rows: number
  /** Answers null when nothing has changed since this version (and the query is the same); −1 asks in any case. */
  since: number
  /** The overview: brokers by time, `bins` columns wide; null where it is not shown. Without a span: the last minute. */
  lanes: { bins: number; span: { from: number; to: number } | null } | null
  /** When the page's view was opened: the cost line adds up from here. */
  openedAt: number
  /** Rows that began later are left out: the list is paused. null: none are. */
  frozenAt: number | null
}

export type RowStatus =
  | { is: 'in flight'; mayPark: boolean }
  | { is: 'ok' }
  /** An answer came; its payload was not kept, so its error codes are not known. */
  | { is: 'answered' }
  | { is: 'no response' }
  /** Given up on our side before the answer came. */
  | { is: 'cancelled' }
  | { is: 'kafka'; code: string; errno: number }
  | { is: 'failed'; words: string }

export interface RequestRow {
  is: 'request'
  id: number
  startedAt: number
  apiKey: number
  api: string
  version: number
  family: ApiFamily
  broker: number
  /** Topics, group, keys; null when the payload was not kept. */
  about: string | null
  initiator: string
  status: RowStatus
  slow: boolean
  /** 0: not throttled. */
  throttleMs: number
  sent: number
  received: number
  queueMs: number
  writeMs: number
  waitMs: number
  readMs: number
  /** The part of the wait that the request had asked for. */
  parkedMs: number
  /** Write to the last byte of the answer; null while in flight. */
  totalMs: number | null
  attempt: number
  retryOf: number | null
  connection: number
  correlation: number
}

export interface ConnectionRow {
  is: 'connect' | 'disconnect'
  /** Negative, so that it never meets a request's. */
  id: number
  startedAt: number
  broker: number
  address: string
  connection: number
  purpose: string
  /** Dial, ApiVersions and SASL together. */
  totalMs: number
  dialMs: number
  /** Empty: in order. */
  error: string
}

export type WireRow = RequestRow | ConnectionRow

/** One broker's line of the overview. Each bin holds the number of requests that ran in it, clamped to 255. */
export interface Lane {
  broker: number
  counts: Uint8Array
  /** Requests of the pressed families only; empty when none is pressed. */
  marked: Uint8Array
  /** 1: an error or a disconnect; 2: throttled; both: 3. */
  marks: Uint8Array
}

/** What the page's view cost since it was opened, when that was slow. */
export interface WireCost {
  /** From the first request's start to the last one's end. */
  tookMs: number
  requests: number
  received: number
  worst: { id: number; api: string; broker: number; ms: number; timesMedian: number | null }
}

export interface WireSnapshot {
  version: number
  now: number
  counts: { page: number; all: number; families: number[]; errors: number; slow: number; throttled: number; inFlight: number }
  folded: { heartbeats: number; fetches: number; refreshes: number }
  /** Rows that match; `from` is the index of the first one here. */
  total: number
  from: number
  /** By how many rows the row at the top has moved since the page last knew its index. */
  shift: number
  rows: WireRow[]
  recording: boolean
  /** Payloads are kept since Wire was first opened. */
  payloads: boolean
  payloadBytes: number
  payloadBudget: number
  /** When the first row that is still kept began; null when there is none. */
  oldestAt: number | null
  /** Answers whose error codes have not been looked at yet. */
  unread: number
  overview: { from: number; to: number; lanes: Lane[] } | null
  cost: WireCost | null
  /** A filter that had to be read differently than it was written, in words. */
  filterNote: string | null
}

// ---- the inspector ---------------------------------------------------------------------------------------------------------------------

export type WireSide = 'request' | 'response'

/** One line of a field tree. `path` leads to it from the root: indices of children. */
export interface FieldLine {
  path: number[]
  name: string
  value: string
  type: string
  /** `v8+`, `tag 0, v10+`, `nullable`. */
  note: string
  /** What the value means: the name of an error code, of a topic id, a time. */
  meaning: string
  tone: 'key' | 'string' | 'number' | 'literal' | 'error' | 'plain'
  isDefault: boolean
  /** Of the frame with its four bytes of size; −1 where the bytes lie in a decompressed batch. */
  offset: number
  length: number
  children: number
}

export type FrameState =
  | { is: 'kept'; bytes: Uint8Array; fields: number; unreadable: string | null }
  | { is: 'hidden'; because: 'SASL' | 'credentials' }
  | { is: 'dropped' }
  | { is: 'too large'; bytes: number }
  | { is: 'not recorded' }
  | { is: 'none'; because: 'in flight' | 'no response expected' | 'failed' | 'cancelled' }

export interface Inspection {
  row: WireRow
  request: FrameState
  response: FrameState
  /** This request and its other attempts, oldest first; just itself when it was not retried. */
  attempts: RequestRow[]
  brokerAddress: string | null
  /** What this API usually takes; null before its first answer. */
  medianMs: number | null
}

export interface FieldRange {
  id: number
  side: WireSide
  path: number[]
  from: number
  count: number
}

// ---- metrics ------------------------------------------------------------------------------------------------------------------------------

export type MetricsRange = '5 min' | '15 min' | '1 h'

/** One slice of time. Rates are sums; the page divides by `sliceMs`. */
export interface MetricsSeries {
  /** The start of the first slice. */
  from: number
  sliceMs: number
  slices: number
  /** By family, in the order of `apiFamilies`. */
  families: Float64Array[]
  /** NaN: no answer in that slice. */
  p50: Float64Array
  p90: Float64Array
  p99: Float64Array
  bytesIn: Float64Array
  bytesOut: Float64Array
  /** Records per batch; NaN: no batch. */
  fetched: Float64Array
  produced: Float64Array
  /** Of the limit, 0 to 1. */
  fetchBuffer: Float64Array
  produceBuffer: Float64Array
}

export interface ApiMetrics {
  apiKey: number
  api: string
  family: ApiFamily
  count: number
  errors: number
  p50Ms: number | null
  p90Ms: number | null
  p99Ms: number | null
  maxMs: number
  parkedP50Ms: number | null
  totalMs: number
  bytes: number
}

export interface MetricsSnapshot {
  version: number
  now: number
  series: MetricsSeries
  apis: ApiMetrics[]
  /** Brokers with figures of their own. */
  brokers: number[]
  totals: { requests: number; errors: number; throttles: number; throttleMs: number; retries: number }
  /** Compressed over uncompressed bytes in the range; null without a batch. */
  ratios: { fetched: number | null; produced: number | null }
  buffers: { fetchBytes: number; fetchLimit: number; produceRecords: number; produceLimit: number }
  /** When the first figure was taken; null: nothing yet. */
  since: number | null
}

// ---- the methods ----------------------------------------------------------------------------------------------------------------------------

export interface WireCalls {
  /** Empties the rings of requests and payloads. */
  'wire.clear': { params: None; result: null }
  /** Wire has been opened: keep payloads from now on. */
  'wire.opened': { params: None; result: null }
  'wire.record': { params: { on: boolean }; result: null }
  'wire.pull': { params: WirePull; result: WireSnapshot | null }
  /** null: the row has left the ring. */
  'wire.inspect': { params: { id: number }; result: Inspection | null }
  'wire.fields': { params: FieldRange; result: FieldLine[] }
  /** The path of the deepest field over a byte; null where there is none. */
  'wire.fieldAt': { params: { id: number; side: WireSide; offset: number }; result: number[] | null }
  /** The frame's body as JSON text: bigint as number text, bytes as base64. */
  'wire.json': { params: { id: number; side: WireSide }; result: string }
  /** The nearest row with an error behind (or before) this one; null: none. */
  'wire.nextError': { params: { query: WireQuery; after: number; backwards: boolean }; result: number | null }
  'metrics.pull': { params: { range: MetricsRange; broker: number | null; since: number }; result: MetricsSnapshot | null }
}

export interface WireStreams {
  'wire.figures': { params: None; event: StatusFigures; command: never }
}
