import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Partition } from '../state/partition.js'
import { offsetForTime, offsetOfMaxTime, type TimedOffset } from '../state/time-index.js'
import { handler, type RequestContext } from './handler.js'
import { checkTopicAccess, findTopic, leaderHere } from './partition-access.js'

type Request = Output<typeof ListOffsetsRequest>
type Asked = Request['topics'][number]['partitions'][number]

const LATEST = -1n
const EARLIEST = -2n
/** KIP-734. */
const MAX_TIMESTAMP = -3n
/** KIP-405, KIP-1005, KIP-1023: nothing is tiered here. */
const EARLIEST_LOCAL = -4n
const LATEST_TIERED = -5n
const EARLIEST_PENDING_UPLOAD = -6n
/** The version that brought each of the special timestamps. */
const since = new Map([
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

/** Offsets by time. Leaders alone answer. */
export const listOffsets = handler(ListOffsetsRequest, {
  versions: [1, 11],
  legacy: [0, 11],
  async handle(context, request, version) {
    const topics = []
    for (const topic of request.topics) {
      const partitions = []
      for (const asked of topic.partitions) partitions.push(await answer(context, request, topic, asked, version))
      topics.push({ name: topic.name, partitions })
    }
    return { topics }
  },
  failure: (request, code) => ({
    topics: request.topics.map(topic => ({
      name: topic.name,
      partitions: topic.partitions.map(asked => ({ partitionIndex: asked.partitionIndex, errorCode: code })),
    })),
  }),
})

async function answer(context: RequestContext, request: Request, topic: Request['topics'][number], asked: Asked, version: number) {
  const { partitionIndex, currentLeaderEpoch, timestamp } = asked
  try {
    checkTopicAccess(context, 'DESCRIBE', topic.name)
    if (topic.partitions.filter(other => other.partitionIndex === partitionIndex).length > 1)
      throw new Refusal('INVALID_REQUEST', `partition ${partitionIndex} is asked for twice`)
    if ((since.get(timestamp) ?? (timestamp < EARLIEST ? 99 : 0)) > version)
      throw new Refusal('UNSUPPORTED_VERSION', `timestamp ${timestamp} is not known to version ${version}`)
    const partition = leaderHere(context, findTopic(context, { name: topic.name, topicId: '' }, false), partitionIndex, currentLeaderEpoch)
    if (version === 0) return { partitionIndex, errorCode: 0, oldStyleOffsets: borders(context, partition, timestamp, asked.maxNumOffsets) }
    const { leaderEpoch, ...found } = await find(context, partition, timestamp, request.isolationLevel === 1)
    return { partitionIndex, errorCode: 0, ...found, ...(version >= 4 && { leaderEpoch }) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const code = error.code === 'OFFSET_NOT_AVAILABLE' && version < 5 ? 'LEADER_NOT_AVAILABLE' : error.code
    return { partitionIndex, errorCode: errnoOf(code) }
  }
}

/** v0 gives the borders of segments that were written by then, newest first; the log is one segment here. */
function borders({ cluster }: RequestContext, { log, highWatermark }: Partition, timestamp: bigint, most: number): bigint[] {
  const isYounger = log.batches.some(({ maxTimestamp }) => maxTimestamp > timestamp)
  const all = [log.startOffset]
  if (timestamp === LATEST || timestamp >= BigInt(Math.floor(cluster.clock.now()))) all.unshift(highWatermark)
  else if (timestamp !== EARLIEST && isYounger) return []
  return all.slice(0, Math.max(0, most))
}

async function find({ cluster }: RequestContext, partition: Partition, timestamp: bigint, readCommitted: boolean) {
  const end = partition.readableEnd(readCommitted)
  if (timestamp === LATEST) {
    checkEnd(partition, end)
    return { timestamp: -1n, offset: end, leaderEpoch: partition.leaderEpoch }
  }
  const start = partition.log.startOffset
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL)
    return { timestamp: -1n, offset: start, leaderEpoch: partition.epochs.at(start) }
  if (timestamp === LATEST_TIERED || timestamp === EARLIEST_PENDING_UPLOAD) return nothing
  const found =
    timestamp === MAX_TIMESTAMP
      ? await offsetOfMaxTime(partition.log, cluster.codecs)
      : await offsetForTime(partition.log, timestamp, cluster.codecs)
  if (found && found.offset < end) return withEpoch(partition, found)
  checkEnd(partition, end)
  return nothing
}

/** KIP-207: a new leader that does not know yet how much of the former epochs is committed would let the end go backwards. */
function checkEnd({ epochStartOffset, topic, index }: Partition, end: bigint): void {
  if (end >= epochStartOffset) return
  throw new Refusal(
    'OFFSET_NOT_AVAILABLE',
    `${topic.name}-${index} is committed up to ${end}, and its leader's epoch began at ${epochStartOffset}`,
  )
}

const nothing = { timestamp: -1n, offset: -1n, leaderEpoch: -1 }
const withEpoch = (partition: Partition, found: TimedOffset) => ({ ...found, leaderEpoch: partition.epochs.at(found.offset) })
