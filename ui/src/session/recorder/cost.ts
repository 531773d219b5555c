/** What a view of the page cost: its first burst of requests, said in figures once it was slow. */
import type { WireCost } from '../wire-protocol.js'
import type { Recorder } from './recorder.js'
import { DONE } from './request-ring.js'

/** A pause this long ends the burst: what comes later is a refresh. */
const PAUSE_MS = 250
/** Quicker pages need no sentence. */
const SLOW_PAGE_MS = 300
const NOTABLE = 2

export function costOf(
  recorder: Recorder,
  openedAt: number,
  isMine: (slot: number) => boolean,
  api: (apiKey: number) => string,
  now: number,
): WireCost | null {
  const { requests } = recorder
  let start = 0
  let end = 0
  let count = 0
  let received = 0
  let worst = -1
  for (let id = requests.first; id <= requests.last; id++) {
    const slot = requests.slot(id)
    // A long poll waits because it was asked to: it is no cost.
    if (slot < 0 || requests.parkMs[slot] > 0 || requests.startedAt[slot] < openedAt || !isMine(slot)) continue
    if (count > 0 && requests.startedAt[slot] > end + PAUSE_MS) break
    if (count === 0) start = requests.startedAt[slot]
    end = Math.max(end, requests.has(slot, DONE) ? requests.endedAt(slot) : now)
    count++
    received += requests.received[slot]
    if (worst < 0 || requests.latencyMs(slot) > requests.latencyMs(worst)) worst = slot
  }
  if (worst < 0 || end - start < SLOW_PAGE_MS) return null
  const ms = requests.latencyMs(worst)
  const median = recorder.tally.apis.median(now, requests.apiKey[worst])
  const times = median !== null && median > 0 ? ms / median : 0
  return {
    tookMs: end - start,
    requests: count,
    received,
    worst: {
      id: requests.id[worst],
      api: api(requests.apiKey[worst]),
      broker: requests.broker[worst],
      ms,
      timesMedian: times >= NOTABLE ? times : null,
    },
  }
}
