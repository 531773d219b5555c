/**
 * The newest matches over all partitions: from each end backwards in chunks that grow, reading only partitions that can still bring a row that
 * is newer than what was found.
 */
import { laterOf } from '../kafka/bigints.js'
import type { RecordRow, ScanPartition } from '../protocol.js'
import type { Scan, Strategy } from './run.js'
import { laneOf, TimeMerge } from './time-merge.js'

const LEAST_CHUNK = 50
const MOST_CHUNK = 10_000

interface Chunk {
  lane: ScanPartition
  from: bigint
  end: bigint
  /** The next offset to look at inside the chunk. */
  at: bigint
  rows: RecordRow[]
  firstAt: bigint | null
}

export function scanBackwards({ params, lanes, reader, outbox, looker, stop }: Scan): Strategy {
  const open = new Map<string, ScanPartition>()
  for (const lane of lanes) if (!lane.done) open.set(laneOf(lane.topic, lane.partition), lane)
  const merge = new TimeMerge('newest', params.limit, open.keys())
  let size = Math.min(params.limit, Math.max(LEAST_CHUNK, Math.ceil((2 * params.limit) / Math.max(1, open.size))))

  const chunkOf = (lane: ScanPartition): Chunk => {
    const from = laterOf(lane.at - BigInt(size), lane.from)
    return { lane, from, end: lane.at, at: from, rows: [], firstAt: null }
  }
  const close = (key: string, { lane, from, rows, firstAt }: Chunk) => {
    lane.at = from
    lane.done = from <= lane.from || lane.fault !== null
    merge.add(key, rows, firstAt, lane.done)
  }
  const readRound = async (chunks: Map<string, Chunk>): Promise<void> => {
    reader.start([...chunks.values()].map(({ lane, from }) => ({ topic: lane.topic, partition: lane.partition, offset: from })))
    while (chunks.size > 0) {
      for (const piece of await reader.next(stop)) {
        const key = laneOf(piece.topic, piece.partition)
        const chunk = chunks.get(key)
        if (!chunk) continue
        const looked = await looker.look(piece, { from: chunk.at, end: chunk.end }, { last: params.limit }, () => stop.aborted)
        stop.throwIfAborted()
        chunk.rows.push(...looked.rows)
        chunk.rows.splice(0, Math.max(0, chunk.rows.length - params.limit))
        chunk.firstAt ??= looked.firstAt
        chunk.at = laterOf(piece.next, chunk.at)
        chunk.lane.fault = piece.fault
        if (chunk.at < chunk.end && !piece.fault) continue
        reader.stop([chunk.lane])
        chunks.delete(key)
        close(key, chunk)
        outbox.add(merge.take())
      }
    }
  }

  return {
    async run() {
      while (!merge.isDone) {
        const chunks = new Map<string, Chunk>()
        for (const key of merge.wanted()) chunks.set(key, chunkOf(open.get(key)!))
        await readRound(chunks)
        outbox.add(merge.take())
        await outbox.room()
        stop.throwIfAborted()
        size = Math.min(MOST_CHUNK, size * 2)
      }
      return lanes.every(lane => lane.done) ? 'end' : 'limit'
    },
    // It reads towards the start: there is no position from which a forward scan would go on.
    finish() {
      outbox.add(merge.drain())
      return []
    },
  }
}
