import type { BrokerMetadata } from '../hooks/hooks.js'
import { parseAddress } from './address.js'
import { Broker } from './broker.js'
import type { DialContext } from './dial.js'

/** Seeds have ids from here on upwards, so that they never meet a real broker's, nor -1 for "none". */
const firstSeedId = -0x80000000

/** The brokers that the client knows: seeds, and those that the cluster named. */
export class BrokerRegistry {
  /** In the place of a broker where nobody could be asked. */
  readonly nobody: BrokerMetadata = { nodeId: -1, host: '', port: 0 }
  #seeds: Broker[]
  readonly #brokers = new Map<number, Broker>()
  /** Begins anywhere, so that many clients with the same seeds do not all ask the first one. */
  #turn: number

  constructor(
    private readonly context: DialContext,
    seeds: readonly string[],
  ) {
    this.#seeds = seeds.map((seed, i) => this.#seed(seed, i))
    this.#turn = Math.floor(context.options.random() * seeds.length)
  }

  #seed(address: string, index: number): Broker {
    return new Broker({ nodeId: firstSeedId + index, ...parseAddress(address) }, this.context)
  }

  get seeds(): readonly Broker[] {
    return this.#seeds
  }
  get discovered(): readonly Broker[] {
    return [...this.#brokers.values()]
  }
  get all(): readonly Broker[] {
    return [...this.#seeds, ...this.#brokers.values()]
  }
  /** A broker of the cluster, or a seed by the id that it was given here. */
  byId(nodeId: number): Broker | undefined {
    return nodeId < -1 ? this.#seeds.find(seed => seed.metadata.nodeId === nodeId) : this.#brokers.get(nodeId)
  }

  replaceSeeds(seeds: readonly string[]): void {
    const old = this.#seeds
    this.#seeds = seeds.map((seed, i) => this.#seed(seed, i))
    for (const broker of old) broker.stop()
  }

  /**
   * `all`: the list is the whole cluster, so that others are gone. A leader hint (KIP-951) is not. A broker that is only starting may give an empty
   * list: it knows less than we do.
   */
  merge(brokers: readonly BrokerMetadata[], all: boolean): void {
    const stopped: Broker[] = []
    const ids = new Set<number>()
    for (const { nodeId, host, port, rack } of brokers) {
      if (nodeId < 0) continue
      ids.add(nodeId)
      const old = this.#brokers.get(nodeId)
      if (old && old.metadata.host === host && old.metadata.port === port && (!all || old.metadata.rack === rack)) continue
      if (old) stopped.push(old)
      this.#brokers.set(nodeId, new Broker({ nodeId, host, port, rack }, this.context))
    }
    if (all && ids.size > 0) {
      for (const [nodeId, broker] of this.#brokers) {
        if (ids.has(nodeId)) continue
        this.#brokers.delete(nodeId)
        stopped.push(broker)
      }
    }
    for (const broker of stopped) broker.stop()
  }

  /** Every broker once, for a request that any can answer: those we are connected to first, in turn, then the others, then the seeds. */
  candidates(): Broker[] {
    const turn = this.#turn++
    const rotate = (list: readonly Broker[]) => list.map((_, i) => list[(i + turn) % list.length])
    const discovered = [...this.#brokers.values()]
    const near = discovered.filter(b => b.hasConnections)
    const far = discovered.filter(b => !b.hasConnections)
    return [...rotate(near), ...rotate(far), ...rotate(this.#seeds)]
  }

  stop(): void {
    for (const broker of this.all) broker.stop()
  }
}
