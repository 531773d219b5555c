import { type Listener as Door, listenTcp } from '../../transport/node/index.js'
import type { ByteStream } from '../../transport/stream.js'
import type { Address, Listener } from '../network/listener.js'
import type { ListenerSasl } from '../sasl/options.js'
import { type ListenerTlsOptions, listenTls } from './tls-door.js'

/** A broker as a listener is told of it. */
interface Node {
  readonly id: number
  readonly running: boolean
}

type Serve = (stream: ByteStream, brokerId: number, principal?: string) => void

/** One TCP port per running broker. A broker that comes back gets the port that it had. */
export class TcpListener implements Listener {
  readonly name = 'tcp'
  readonly #ports = new Map<number, number>()
  readonly #doors = new Map<number, Door>()
  /** The last step for each broker: they are taken one after the other. */
  readonly #steps = new Map<number, Promise<void>>()
  #closed = false

  constructor(
    private readonly host: string,
    /** The first broker's port, the others' follow; 0 for free ones. */
    private readonly port: number,
    private readonly serve: Serve,
    readonly sasl?: ListenerSasl,
    private readonly tls?: ListenerTlsOptions,
  ) {}

  address(brokerId: number): Address | undefined {
    const port = this.#ports.get(brokerId)
    return port === undefined ? undefined : { host: this.host, port }
  }

  follow(broker: Node): Promise<void> {
    const before = this.#steps.get(broker.id) ?? Promise.resolve()
    const step = before.catch(() => {}).then(() => (broker.running && !this.#closed ? this.#open(broker.id) : this.#shut(broker.id)))
    this.#steps.set(broker.id, step)
    return step
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#steps.values())
    await Promise.all([...this.#doors.keys()].map(id => this.#shut(id)))
  }

  async #open(id: number): Promise<void> {
    if (this.#doors.has(id)) return
    const door = await this.#listen(id)
    this.#ports.set(id, door.port)
    this.#doors.set(id, door)
  }

  async #listen(id: number): Promise<Door> {
    const had = this.#ports.get(id)
    const wanted = had ?? (this.port === 0 ? 0 : this.port + id - 1)
    try {
      return await this.#listenAt(wanted, id)
    } catch (error) {
      // The port that was asked for must be had; one that only follows it may be another.
      if (had !== undefined || id === 1 || wanted === 0) throw error
      return this.#listenAt(0, id)
    }
  }

  #listenAt(port: number, id: number): Promise<Door> {
    const onStream = (stream: ByteStream, principal?: string) => this.serve(stream, id, principal)
    const { host, tls } = this
    return tls ? listenTls(host, port, tls, onStream) : listenTcp({ host, port }, onStream)
  }

  async #shut(id: number): Promise<void> {
    const door = this.#doors.get(id)
    this.#doors.delete(id)
    await door?.close()
  }
}
