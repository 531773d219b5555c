/** Follows the partitions: rows go out as they come, the newest are kept when the page cannot keep up. */
import { laterOf } from '../kafka/bigints.js'
import type { Scan, Strategy } from './run.js'
import { laneOf } from './time-merge.js'

export function followLive({ lanes, reader, outbox, looker, stop }: Scan): Strategy {
  const open = new Map(lanes.filter(lane => !lane.fault).map(lane => [laneOf(lane.topic, lane.partition), lane]))
  return {
    async run() {
      reader.start([...open.values()].map(({ topic, partition, at }) => ({ topic, partition, offset: at })))
      while (true) {
        for (const piece of await reader.next(stop)) {
          const lane = open.get(laneOf(piece.topic, piece.partition))
          if (!lane) continue
          // A partition in trouble is read on as soon as it is well again: its fault is shown meanwhile.
          lane.fault = piece.fault
          const { rows } = await looker.look(piece, { from: lane.at, end: null }, {}, () => stop.aborted)
          stop.throwIfAborted()
          lane.at = laterOf(lane.at, piece.next)
          lane.end = laterOf(lane.end, lane.at)
          outbox.add(rows)
        }
        stop.throwIfAborted()
      }
    },
    finish: () => [...open.values()].map(({ topic, partition, at }) => ({ topic, partition, offset: at })),
  }
}
