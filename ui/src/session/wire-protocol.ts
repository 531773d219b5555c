/**
 * What Wire and Metrics pull from the session. Everything here is pulled or pushed at a bounded rate; nothing is sent per request.
 */

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

export interface WireCalls {
  /** Empties the rings of requests and payloads. */
  'wire.clear': { params: Record<never, never>; result: null }
}

export interface WireStreams {
  'wire.figures': { params: Record<never, never>; event: StatusFigures; command: never }
}
