import { ClientError } from '../../error.js'
import type { ByteStream } from '../../transport/stream.js'
import type { ResolvedOptions } from '../options.js'
import { Login } from '../sasl/login.js'
import type { Users } from '../sasl/users.js'
import type { Broker } from '../state/broker.js'
import type { Cluster } from '../state/cluster.js'
import { Connection } from './connection.js'
import type { Dispatcher } from './dispatch.js'
import type { Listener } from './listener.js'

/** The listeners of a cluster and the connections that came through them. */
export class Server {
  readonly #serving = new Set<Promise<void>>()
  #closed = false

  constructor(
    private readonly cluster: Cluster,
    private readonly dispatcher: Dispatcher,
    private readonly users: Users,
    private readonly options: ResolvedOptions,
  ) {}

  async attach(listener: Listener): Promise<void> {
    if (this.#closed) throw new ClientError('CLIENT_CLOSED', 'the sandbox is closed: create another one')
    this.cluster.listeners.add(listener)
    await Promise.all([...this.cluster.brokers.values()].map(broker => listener.follow(broker)))
  }

  async detach(listener: Listener): Promise<void> {
    this.cluster.listeners.delete(listener)
    await listener.close()
  }

  /** Tells every listener of a broker that was started, stopped, added or removed. */
  async follow(broker: Broker): Promise<void> {
    await Promise.all([...this.cluster.listeners].map(listener => listener.follow(broker)))
  }

  serve(stream: ByteStream, brokerId: number, listener: Listener, principal?: string): void {
    const broker = this.cluster.brokers.get(brokerId)
    if (!broker?.running || this.#closed) {
      stream.close()
      return
    }
    const { onFault, maxFrameBytes, onDisconnect } = this.options
    const { clock } = this.cluster
    const login = listener.sasl && new Login(listener.sasl, this.users, clock)
    const environment = { clock, maxFrameBytes, answer: this.dispatcher.answer, onDisconnect }
    const connection = new Connection(stream, broker, listener, environment, login, principal)
    const serving = connection.serve().catch(onFault)
    this.#serving.add(serving)
    void serving.then(() => this.#serving.delete(serving))
  }

  /** Cuts all connections and closes all ports. */
  async close(): Promise<void> {
    this.#closed = true
    for (const broker of this.cluster.brokers.values()) broker.cutConnections()
    await Promise.all([...this.cluster.listeners].map(listener => listener.close()))
    await Promise.all(this.#serving)
  }
}
