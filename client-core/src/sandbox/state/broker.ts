import { FetchSessions } from './fetch-sessions.js'

/** A connection as its broker sees it. */
export interface BrokerConnection {
  /** Cuts it, both ways. */
  cut(): void
}

/** One node of the cluster. */
export class Broker {
  running = true
  readonly connections = new Set<BrokerConnection>()
  readonly sessions: FetchSessions
  /** Versions that this broker offers instead of the cluster's own, by API key; null: it does not know the API. */
  readonly versions = new Map<number, readonly [min: number, max: number] | null>()
  /** Requests that it has read so far. */
  requests = 0

  constructor(
    readonly id: number,
    readonly rack: string | null,
    sessionSlots: number,
  ) {
    this.sessions = new FetchSessions(sessionSlots)
  }

  cutConnections(): void {
    for (const connection of [...this.connections]) connection.cut()
  }
}
