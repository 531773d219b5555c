/** From the start, an offset or a time up to the end offsets: all partitions at once, given out in order of time. */
import { earlierOf, laterOf } from '../kafka/bigints.js'
import type { ScanPartition } from '../protocol.js'
import type { Piece } from './reader.js'
import type { Position, Scan, Strategy } from './run.js'
import { laneOf, TimeMerge } from './time-merge.js'

export function scanForwards({ params, lanes, reader, outbox, looker, stop }: Scan): Strategy {
  const open = new Map<string, ScanPartition>()
  for (const lane of lanes) if (!lane.done) open.set(laneOf(lane.topic, lane.partition), lane)
  const merge = new TimeMerge('oldest', params.limit, open.keys())

  const take = async (piece: Piece): Promise<void> => {
    const key = laneOf(piece.topic, piece.partition)
    const lane = open.get(key)
    if (!lane || lane.done) return
    // The first `limit` matches of a partition are all that can be wanted of it.
    const looked = await looker.look(piece, { from: lane.at, end: lane.end }, { first: params.limit }, () => stop.aborted)
    if (stop.aborted) return
    lane.fault = piece.fault
    lane.at = looked.cut ?? earlierOf(laterOf(piece.next, lane.at), lane.end)
    lane.done = lane.at >= lane.end || piece.fault !== null
    merge.add(key, looked.rows, looked.lastAt, lane.done || looked.cut !== null)
  }
  /** A partition whose records can no longer come first need not be read on. */
  const letGo = () => {
    const wanted = new Set(merge.wanted())
    for (const [key, lane] of open) {
      if (wanted.has(key)) continue
      reader.stop([lane])
      open.delete(key)
    }
  }

  return {
    async run() {
      reader.start([...open.values()].map(lane => ({ topic: lane.topic, partition: lane.partition, offset: lane.at })))
      while (!merge.isDone) {
        for (const piece of await reader.next(stop)) await take(piece)
        stop.throwIfAborted()
        outbox.add(merge.take())
        letGo()
        await outbox.room()
        stop.throwIfAborted()
      }
      return lanes.every(lane => lane.done) && nextOf(lanes, merge).length === 0 ? 'end' : 'limit'
    },
    finish() {
      outbox.add(merge.drain())
      return nextOf(lanes, merge)
    },
  }
}

function nextOf(lanes: readonly ScanPartition[], merge: TimeMerge): Position[] {
  return lanes.flatMap(({ topic, partition, at, end, fault }) => {
    const offset = merge.resumeAt(laneOf(topic, partition)) ?? at
    return offset < end && !fault ? [{ topic, partition, offset }] : []
  })
}
