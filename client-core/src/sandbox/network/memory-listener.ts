import { memoryTransport } from '../../transport/memory.js'
import { explain } from '../../transport/reasons.js'
import type { ByteStream, StreamTarget, Transport } from '../../transport/stream.js'
import type { ListenerSasl } from '../sasl/options.js'
import type { Broker } from '../state/broker.js'
import type { Cluster } from '../state/cluster.js'
import type { Address, Listener } from './listener.js'

const PORT = 9092

/** The way in without a network: brokers are called broker-1, broker-2 … and reached through one transport. */
export class MemoryListener implements Listener {
  readonly name = 'memory'
  readonly transport: Transport
  #open = true

  constructor(
    private readonly cluster: Cluster,
    serve: (stream: ByteStream, broker: Broker) => void,
    readonly sasl?: ListenerSasl,
  ) {
    this.transport = memoryTransport((stream, target) => serve(stream, this.#brokerAt(target)))
  }

  address(brokerId: number): Address | undefined {
    return this.cluster.brokers.has(brokerId) ? { host: `broker-${brokerId}`, port: PORT } : undefined
  }

  /** Every dial looks at the brokers as they are then. */
  async follow(): Promise<void> {}

  async close(): Promise<void> {
    this.#open = false
  }

  #brokerAt(target: StreamTarget): Broker {
    const id = target.port === PORT ? Number(/^broker-(\d+)$/.exec(target.host)?.[1]) : Number.NaN
    const broker = this.cluster.brokers.get(id)
    if (!broker) throw explain('ENOTFOUND', target)
    if (!broker.running || !this.#open) throw explain('ECONNREFUSED', target)
    return broker
  }
}
