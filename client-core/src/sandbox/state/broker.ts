import { FetchSessions } from './fetch-sessions.js'
import type { Release } from './releases.js'

/** Those of Kafka 4.4. */
const LAST_API_KEY = 94

export const logLevels: readonly string[] = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']

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
  /** Settings that were changed while it ran (KIP-226). */
  readonly dynamicConfigs = new Map<string, string>()
  /** The levels of its loggers (KIP-412). */
  readonly loggers = new Map([
    ['root', 'INFO'],
    ['kafka', 'INFO'],
    ['kafka.request.logger', 'WARN'],
    ['org.apache.kafka', 'INFO'],
  ])
  /** Offers also the versions that Kafka 4.0 dropped. */
  oldVersions = false
  /** Requests that it has read so far. */
  requests = 0

  constructor(
    readonly id: number,
    readonly rack: string | null,
    sessionSlots: number,
  ) {
    this.sessions = new FetchSessions(sessionSlots)
  }

  /** What the release does not have is not known here either. */
  emulate(release: Release | undefined): void {
    this.versions.clear()
    this.oldVersions = release?.oldVersions ?? false
    if (!release) return
    for (let key = 0; key <= LAST_API_KEY; key++) {
      const max = release.versions.get(key)
      this.versions.set(key, max === undefined ? null : [0, max])
    }
  }

  cutConnections(): void {
    for (const connection of [...this.connections]) connection.cut()
  }
}
