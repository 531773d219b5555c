import type { Sandbox } from '../sandbox.js'
import { type ListenerSaslOptions, resolveListenerSasl } from '../sasl/options.js'
import { TcpListener } from './tcp-listener.js'
import type { ListenerTlsOptions } from './tls-door.js'

export type { ListenerTlsOptions } from './tls-door.js'

export interface ListenOptions {
  /** Default `127.0.0.1`; brokers are advertised under it. */
  host?: string
  /** The first broker's port, the following ones for the others where they are free. Default 0: free ports. */
  port?: number
  /** The login that these ports ask for, of the sandbox's users; false: none. Default: what the sandbox's own `transport` was told to ask for. */
  sasl?: ListenerSaslOptions | false
  /** These ports speak TLS. Default: they do not. */
  tls?: ListenerTlsOptions
}

export interface SandboxPorts {
  /** For a client that uses TCP. */
  readonly seedBrokers: string[]
  /** Closes the ports and cuts their connections; the sandbox goes on in memory. Closing the sandbox does this too. */
  close(): Promise<void>
}

/**
 * Offers the sandbox over TCP: one port per broker, also for brokers that are added later. Who comes through a port is told the ports' addresses.
 * @throws TransportError when the first port cannot be had (`EADDRINUSE`, `EACCES` …); what Node throws for a certificate that it cannot read.
 */
export async function listen(sandbox: Sandbox, { host = '127.0.0.1', port = 0, sasl, tls }: ListenOptions = {}): Promise<SandboxPorts> {
  const asked = sasl === undefined ? sandbox.sasl : sasl && resolveListenerSasl(sasl)
  const listener = new TcpListener(
    host,
    port,
    (stream, id, principal) => sandbox.serve(stream, id, listener, principal),
    asked || undefined,
    tls,
  )
  try {
    await sandbox.attach(listener)
  } catch (error) {
    await sandbox.detach(listener)
    throw error
  }
  const seedBrokers = sandbox.brokers.flatMap(id => {
    const address = listener.address(id)
    return address ? [`${host.includes(':') ? `[${host}]` : host}:${address.port}`] : []
  })
  return { seedBrokers, close: () => sandbox.detach(listener) }
}
