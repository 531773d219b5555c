import { handlers } from '../handlers/index.js'
import type { Range } from '../network/offers.js'
import type { Server } from '../network/server.js'
import type { Broker } from '../state/broker.js'
import type { Cluster } from '../state/cluster.js'
import { findMessage } from './messages.js'

/** One broker of a sandbox, to be looked at and to be mistreated. */
export class BrokerControl {
  constructor(
    private readonly cluster: Cluster,
    private readonly broker: Broker,
    private readonly server: Server,
  ) {}

  get id(): number {
    return this.broker.id
  }
  get rack(): string | null {
    return this.broker.rack
  }
  get running(): boolean {
    return this.broker.running
  }
  /** Open connections. */
  get connections(): number {
    return this.broker.connections.size
  }
  /** Requests read so far. */
  get requests(): number {
    return this.broker.requests
  }
  /** Open incremental fetch sessions. */
  get fetchSessions(): number {
    return this.broker.sessions.size
  }

  /** As SIGKILL does: connections are cut, dials refused, its partitions led by others; resolves when no port is open any more. */
  async stop(): Promise<void> {
    this.cluster.stop(this.broker)
    await this.server.follow(this.broker)
  }

  /** Comes back with its data, at its old addresses. */
  async start(): Promise<void> {
    this.cluster.start(this.broker)
    await this.server.follow(this.broker)
  }

  /** Cuts every connection; the broker goes on. */
  cut(): void {
    this.broker.cutConnections()
  }

  /**
   * Offers only these versions, as an older or a broken broker does; null takes an API away, undefined gives back what there is. What is not named
   * stays as it was. Ranges wider than the sandbox's own change nothing. A map of highest versions by key (`versionsFromString('2.0')`) takes away
   * what is not in it. An API without a handler may be scripted, and so limited. @throws ClientError `INVALID_OPTION` for a name that is no API.
   */
  limitVersions(versions: { readonly [api: string]: Range | null | undefined } | ReadonlyMap<number, number>): void {
    if (versions instanceof Map) {
      for (const { message } of Object.values(handlers)) {
        const max = versions.get(message.key)
        this.broker.versions.set(message.key, max === undefined ? null : [0, max])
      }
      return
    }
    for (const [name, range] of Object.entries(versions as Record<string, Range | null | undefined>)) {
      const { key } = findMessage(name, 'limitVersions')
      if (range === undefined) this.broker.versions.delete(key)
      else this.broker.versions.set(key, range)
    }
  }
}
