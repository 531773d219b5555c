/** The overview: how busy each broker was over a span of time, at the width of the page's canvas. */
import type { ApiFamily, Lane } from '../wire-protocol.js'
import { familyOf } from './api-family.js'
import type { Recorder } from './recorder.js'
import { DONE, FAILED } from './request-ring.js'

export const LANE_ERROR = 1
export const LANE_THROTTLED = 2
const MOST_LANES = 12
const MOST_BINS = 4_096

export interface LaneSpan {
  from: number
  to: number
  bins: number
}

export function lanesOf(recorder: Recorder, span: LaneSpan, pressed: readonly ApiFamily[], now: number): Lane[] {
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(span.bins)))
  const binMs = (span.to - span.from) / bins
  const lanes = new Map<number, Lane>()
  if (!(binMs > 0)) return []
  const laneOf = (broker: number): Lane | undefined => {
    let lane = lanes.get(broker)
    if (!lane && lanes.size < MOST_LANES) {
      const marked = new Uint8Array(pressed.length > 0 ? bins : 0)
      lanes.set(broker, (lane = { broker, counts: new Uint8Array(bins), marked, marks: new Uint8Array(bins) }))
    }
    return lane
  }
  const bin = (at: number) => Math.max(0, Math.min(bins - 1, Math.floor((at - span.from) / binMs)))
  const { requests } = recorder
  for (let id = requests.first; id <= requests.last; id++) {
    const slot = requests.slot(id)
    if (slot < 0) continue
    const done = requests.has(slot, DONE)
    const end = done ? requests.endedAt(slot) : now
    // A long poll shows only where it was not parked: at its end.
    const start = requests.parkMs[slot] > 0 ? end - (done ? requests.latencyMs(slot) : 0) : requests.wroteAt(slot)
    const throttledTo = end + requests.throttleMs[slot]
    if (throttledTo < span.from || start > span.to) continue
    const lane = laneOf(requests.broker[slot])
    if (!lane) continue
    const into = pressed.includes(familyOf(requests.apiKey[slot])) ? lane.marked : null
    if (end >= span.from) {
      raise(lane.counts, bin(start), bin(end))
      if (into) raise(into, bin(start), bin(end))
    }
    if (requests.has(slot, FAILED) || requests.errno[slot] !== 0) lane.marks[bin(end)] |= LANE_ERROR
    if (requests.throttleMs[slot] > 0) for (let b = bin(end); b <= bin(throttledTo); b++) lane.marks[b] |= LANE_THROTTLED
  }
  for (const event of recorder.connections) {
    if (event.error !== '' && event.at >= span.from && event.at <= span.to) {
      const lane = laneOf(event.broker)
      if (lane) lane.marks[bin(event.at)] |= LANE_ERROR
    }
  }
  return [...lanes.values()].sort((a, b) => a.broker - b.broker)
}

function raise(counts: Uint8Array, from: number, to: number): void {
  for (let b = from; b <= to; b++) if (counts[b] < 255) counts[b]++
}
