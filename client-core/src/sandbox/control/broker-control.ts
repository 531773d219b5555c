import type { ApiName } from '../handlers/index.js'
import { handlers } from '../handlers/index.js'
import type { Broker } from '../state/broker.js'
import type { Cluster } from '../state/cluster.js'

/** One broker of a sandbox, to be looked at and to be mistreated. */
export class BrokerControl {
  constructor(
    private readonly cluster: Cluster,
    private readonly broker: Broker,
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
    await this.#follow()
  }

  /** Comes back with its data, at its old addresses. */
  async start(): Promise<void> {
    this.cluster.start(this.broker)
    await this.#follow()
  }

  /** Cuts every connection; the broker goes on. */
  cut(): void {
    this.broker.cutConnections()
  }

  /**
   * Offers only these versions, as an older or a broken broker does; null takes an API away, undefined gives back what there is. What is not named
   * stays as it was. Ranges wider than the sandbox's own change nothing.
   */
  limitVersions(versions: { readonly [A in ApiName]?: readonly [min: number, max: number] | null }): void {
    for (const [name, range] of Object.entries(versions)) {
      const { key } = handlers[name as ApiName].message
      if (range === undefined) this.broker.versions.delete(key)
      else this.broker.versions.set(key, range)
    }
  }

  async #follow(): Promise<void> {
    await Promise.all([...this.cluster.listeners].map(listener => listener.follow(this.broker)))
  }
}
