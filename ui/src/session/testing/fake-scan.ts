/** The scan stream of the fake: the same events, bounds and order of things as the real one, over the model. */
import { parseRecordFilter, recordMatches } from '../../messages/record-filter.js'
import {
  type Fault,
  LIVE_ROWS,
  type RecordRow,
  type ScanFrom,
  type ScanParams,
  type ScanPartition,
  type ScanProgress,
} from '../protocol.js'
import type { StreamContext } from '../serve-port.js'
import type { FakeCluster, FakePartition, FakeTopic } from './fake-cluster.js'
import { recordAt } from './fake-records.js'

interface Lane {
  topic: FakeTopic
  partition: FakePartition
  progress: ScanPartition
}

export interface FakeScanOptions {
  /** ms between two events. */
  beatMs: number
  /** Fails the scan after this many records were looked at; null: never. */
  failAfter: number | null
}

const STEP = 40
const BYTES = 300

export async function fakeScan(
  cluster: FakeCluster,
  params: ScanParams,
  context: StreamContext<'scan'>,
  options: FakeScanOptions,
): Promise<void> {
  const filter = parseRecordFilter(params.filter)
  const lanes = lanesOf(cluster, params)
  const started = performance.now()
  const progress: ScanProgress = {
    scanned: 0,
    matched: 0,
    shown: 0,
    dropped: 0,
    bytes: 0,
    elapsedMs: 0,
    backTo: null,
    partitions: lanes.map(l => l.progress),
  }
  let stopped = false
  let paused = false
  let waiting: RecordRow[] = []
  context.onCommand = command => {
    stopped ||= command === 'stop'
    if (command !== 'stop') paused = command === 'pause'
  }
  const live = params.from.at === 'live' || params.follow
  const backwards = params.from.at === 'newest'
  const look = (record: RecordRow) => {
    progress.scanned++
    progress.bytes += BYTES
    if (progress.backTo === null || record.timestamp < progress.backTo) progress.backTo = record.timestamp
    if (!recordMatches(filter, record)) return
    progress.matched++
    waiting.push(record)
  }
  const flush = () => {
    progress.elapsedMs = performance.now() - started
    if (paused && waiting.length > LIVE_ROWS) {
      progress.dropped += waiting.length - LIVE_ROWS
      waiting = waiting.slice(-LIVE_ROWS)
    }
    const rows = paused ? [] : waiting.splice(0, LIVE_ROWS)
    progress.shown += rows.length
    context.send({ is: 'rows', rows, progress: structuredClone(progress) })
  }
  const end = (reason: 'limit' | 'end' | 'stopped' | 'failed', fault: Fault | null) => {
    const next = lanes
      .filter(lane => !backwards && !lane.progress.done)
      .map(lane => ({ topic: lane.topic.name, partition: lane.partition.info.partition, offset: lane.progress.at }))
    context.send({ is: 'ended', reason, progress: structuredClone(progress), fault, next })
  }
  while (!context.signal.aborted) {
    if (stopped) {
      flush()
      return end('stopped', null)
    }
    for (const lane of lanes) {
      if (backwards) stepBack(cluster, lane, Math.max(1, Math.ceil(params.limit / lanes.length)), look)
      else stepOn(cluster, lane, { live, full: () => !live && progress.matched >= params.limit }, look)
    }
    if (backwards && progress.matched >= params.limit) waiting = newest(waiting, params.limit - progress.shown)
    flush()
    if (options.failAfter !== null && progress.scanned >= options.failAfter) return end('failed', lostBroker)
    if (!live && progress.shown >= params.limit) return end('limit', null)
    if (!live && lanes.every(lane => lane.progress.done)) return end('end', null)
    await new Promise(resolve => setTimeout(resolve, options.beatMs))
    await context.ready()
  }
}

const lostBroker: Fault = {
  what: 'Scan stopped',
  code: 'CONNECTION_CLOSED',
  errno: null,
  from: 'transport',
  broker: 3,
  message: 'connection closed by broker 3 after 11 ms',
  next: 'Continue when the broker is back',
  retriable: true,
  requestId: 2413,
}

function newest(rows: RecordRow[], limit: number): RecordRow[] {
  return rows.sort((a, b) => Number(b.timestamp - a.timestamp)).slice(0, limit)
}

function lanesOf(cluster: FakeCluster, params: ScanParams): Lane[] {
  return params.topics.flatMap(({ topic: name, partitions }) => {
    const topic = cluster.topics.get(name)
    if (!topic) return []
    return topic.partitions
      .filter(partition => partitions === null || partitions.includes(partition.info.partition))
      .map(partition => laneOf(cluster, topic, partition, params))
  })
}

function laneOf(cluster: FakeCluster, topic: FakeTopic, partition: FakePartition, params: ScanParams): Lane {
  const from = startOf(cluster, topic, partition, params.from)
  const backwards = params.from.at === 'newest'
  const at = backwards ? partition.latest : from
  const done = !params.follow && params.from.at !== 'live' && from >= partition.latest
  return {
    topic,
    partition,
    progress: { topic: topic.name, partition: partition.info.partition, from, end: partition.latest, at, done, fault: null },
  }
}

function startOf(cluster: FakeCluster, topic: FakeTopic, partition: FakePartition, from: ScanFrom): bigint {
  const clamp = (offset: bigint) =>
    offset < partition.earliest ? partition.earliest : offset > partition.latest ? partition.latest : offset
  switch (from.at) {
    case 'live':
      return partition.latest
    case 'offset':
      return clamp(from.offset)
    case 'positions':
      return clamp(from.positions.find(p => p.topic === topic.name && p.partition === partition.info.partition)?.offset ?? partition.latest)
    case 'time': {
      const ago = BigInt(cluster.startedAt) - from.timestamp
      return clamp(partition.latest - (ago > 0n ? ago / BigInt(topic.spacing) : 0n))
    }
    default:
      return partition.earliest
  }
}

interface StepOptions {
  live: boolean
  full(): boolean
}

/** Reads some records of a lane upwards, live past the end. */
function stepOn(
  cluster: FakeCluster,
  { topic, partition, progress }: Lane,
  { live, full }: StepOptions,
  look: (record: RecordRow) => void,
): void {
  if (live) progress.end = partition.latest
  for (let count = 0; count < STEP && progress.at < progress.end && !full(); count++) {
    const record = recordAt(cluster, topic, partition, progress.at++)
    if (record) look(record)
  }
  progress.done = !live && progress.at >= progress.end
}

/** Downwards from the end: `newest`. */
function stepBack(cluster: FakeCluster, { topic, partition, progress }: Lane, most: number, look: (record: RecordRow) => void): void {
  for (let count = 0; count < most && progress.at > progress.from; count++) {
    const record = recordAt(cluster, topic, partition, --progress.at)
    if (record) look(record)
  }
  progress.done = progress.at <= progress.from
}
