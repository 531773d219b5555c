import type { ListenerSasl } from '../sasl/options.js'
import type { Broker } from '../state/broker.js'

export interface Address {
  host: string
  port: number
}

/** A way in: memory, or TCP. Metadata names brokers by the addresses of the listener that the question came through. */
export interface Listener {
  readonly name: string
  /** The login that it asks for; undefined: none. */
  readonly sasl?: ListenerSasl
  /** Where a broker is reached; undefined while this listener does not offer it. */
  address(brokerId: number): Address | undefined
  /** Brings the listener in line with a broker that was started, stopped, added or removed. */
  follow(broker: Broker): Promise<void>
  close(): Promise<void>
}
