/** Says to brokers that fetch sessions are over (KIP-227). Loaded when a consumer is closed. */
import type { Cluster } from '../cluster/cluster.js'
import { FetchRequest } from '../protocol/api/fetch.js'
import type { ResolvedConsumerOptions } from './options.js'

const withinMs = 1_000

interface Closed {
  readonly cluster: Cluster
  readonly options: ResolvedConsumerOptions
  readonly lane: string
}

/**
 * A broker keeps a limited number of sessions, and one that nobody ends stays for two minutes. Epoch -1 ends it. A broker that does not answer
 * within a second is left alone; so is one that is gone. Leaves no connection of the lane.
 */
export async function endSessions(
  { cluster, options, lane }: Closed,
  sessions: readonly { nodeId: number; sessionId: number }[],
): Promise<void> {
  const stop = new AbortController()
  const timer = cluster.clock.setTimeout(() => stop.abort(), withinMs)
  await Promise.allSettled(
    sessions.map(async ({ nodeId, sessionId }) => {
      const broker = cluster.brokers.byId(nodeId)
      const last = {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1,
        isolationLevel: 0,
        sessionId,
        sessionEpoch: -1,
        topics: [],
        forgottenTopicsData: [],
      }
      await broker?.send(FetchRequest, last, { initiator: options.initiator, lane, signal: stop.signal, parkMs: 0 })
      broker?.closeLane(lane)
    }),
  )
  cluster.clock.clearTimeout(timer)
  for (const broker of cluster.brokers.all) broker.closeLane(lane)
}
