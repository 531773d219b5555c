/** The status line's figures: the last ten whole seconds. */
import type { StatusFigures } from '../wire-protocol.js'
import { addHistogram, emptyHistogram, LATENCY_BUCKETS, percentile } from './latency.js'
import type { Recorder } from './recorder.js'
import { FAMILIES } from './series.js'

const SECONDS = 10

export interface Buffers {
  fetchRecords: number
  fetchBytes: number
  /** Bytes that may be asked for and not yet consumed. */
  fetchLimit: number
  produceRecords: number
  produceLimit: number
}

export function figuresOf(recorder: Recorder, now: number, buffers: Buffers): StatusFigures {
  const { fine } = recorder.tally.all
  const latencies = emptyHistogram()
  const second = Math.floor(now / fine.sliceMs)
  let requests = 0
  let bytesIn = 0
  let bytesOut = 0
  for (let slice = second - SECONDS; slice < second; slice++) {
    const slot = fine.peek(slice)
    if (slot < 0) continue
    for (let family = 0; family < FAMILIES; family++) requests += fine.families[slot * FAMILIES + family]
    bytesIn += fine.sums.bytesIn[slot]
    bytesOut += fine.sums.bytesOut[slot]
    addHistogram(latencies, fine.histograms, slot * LATENCY_BUCKETS)
  }
  return {
    requestsPerSecond: requests / SECONDS,
    receivedBytesPerSecond: bytesIn / SECONDS,
    sentBytesPerSecond: bytesOut / SECONDS,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    inFlight: recorder.inFlight,
    buffered: buffers.produceRecords,
    bufferLimit: buffers.produceLimit,
    errors: recorder.tally.errors,
    throttled: recorder.tally.throttled,
  }
}
