import type { LookupFunction } from 'node:net'
import { type ConnectionOptions, createSecureContext } from 'node:tls'
import type { SaslMechanism } from '@milena/client-core/sasl'
import { addressOf, parseAddress } from '@milena/client-core/transport/tunnel'
import { isLoopbackName } from './addresses.js'
import { type Dial, dialBroker } from './dial.js'
import { randomToken } from './token.js'

export interface ClusterOptions {
  /** What clients call it, and logs. */
  id: string
  /** `host:port` of some brokers. The others are learned from their metadata. */
  bootstrap: string[]
  /** Further addresses that clients may ask for: for brokers whose metadata the bridge cannot read, because they want a login that it does not have. */
  allow?: string[]
  /** How the brokers are spoken to. Default false: plain, unless the client asks for TLS. All in PEM; at least TLS 1.2 and verified unless said otherwise. */
  tls?: boolean | BrokerTls
  /**
   * How the bridge logs in at the brokers, for itself and for every client: who has the token then acts as that user, and no password reaches a page.
   * Default: not at all; clients log in themselves.
   */
  sasl?: SaslMechanism
}

export type BrokerTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized' | 'minVersion'>

export interface BridgeOptions {
  clusters: ClusterOptions[]
  /** Where to listen. Default `127.0.0.1`; anything that is not loopback needs `allowRemote`. */
  host?: string
  /** Default 8474. 0 is a free one. */
  port?: number
  /** Confirms that other machines may reach the bridge. The token is then all that keeps them out. */
  allowRemote?: boolean
  /** Names, besides localhost, the loopback addresses and `host`, by which pages may call the bridge (the `Host` header, without a port). */
  publicHosts?: string[]
  /** Origins of pages from elsewhere that may use the bridge, such as `https://ui.example.com`. */
  origins?: string[]
  /** At least 16 characters. Default: 32 random bytes. */
  token?: string
  /** A folder with the built explorer. */
  ui?: string
  /** Gets one line when a connection opens and one when it closes. Default: nothing is logged. */
  log?: (line: string) => void
  /** WebSockets at a time. Default 512. */
  maxConnections?: number
  /** Memory that bytes which wait for slow readers may take, all connections together, before no more are accepted (503). Default 256 MiB. */
  maxBufferedBytes?: number
  /** Default 100 MiB, as the brokers' own `socket.request.max.bytes`. */
  maxRequestBytes?: number
  /** How often connections may be opened. Default 32 a second, 128 at once after a rest: a page that opens a cluster of fifty brokers stays below. */
  dialRate?: { perSecond: number; burst: number }
  times?: Partial<BridgeTimes>
  /** Opens the socket to a broker. Default: TCP, or TLS. */
  dial?: Dial
  /** Default: the system's. */
  lookup?: LookupFunction
}

/** All in milliseconds. */
export interface BridgeTimes {
  /** A client that has no token in its subprotocol must send one. Default 5 s. */
  hello: number
  /** A connection to a broker, TLS included. Default 10 s. */
  dial: number
  /** Without any progress to a side that does not read. Default 60 s. */
  stall: number
  /** What was sent to a broker before the client left may still go out. Default 2 s. */
  linger: number
  /** Between pings. Default 25 s. */
  heartbeat: number
  /** Between questions for a cluster's brokers while it is in use. Default 60 s. */
  refresh: number
  /** Least time between two such questions that unknown addresses caused. Default 1 s. */
  relearn: number
}

export interface Settings extends Required<Omit<BridgeOptions, 'ui' | 'times' | 'clusters' | 'lookup' | 'allowRemote'>> {
  clusters: Array<Required<Omit<ClusterOptions, 'sasl'>> & Pick<ClusterOptions, 'sasl'>>
  times: BridgeTimes
  ui?: string
  lookup?: LookupFunction
}

/** An option that cannot be; the message names it. */
export class BridgeOptionError extends Error {
  override readonly name = 'BridgeOptionError'
  readonly code = 'INVALID_OPTION'
}

const TIMES: BridgeTimes = { hello: 5000, dial: 10_000, stall: 60_000, linger: 2000, heartbeat: 25_000, refresh: 60_000, relearn: 1000 }

/** Fills the defaults in, and refuses what cannot be meant. */
export function resolveOptions(options: BridgeOptions): Settings {
  const { host = '127.0.0.1', port = 8474, token = randomToken(), origins = [], publicHosts = [] } = options
  if (!options.allowRemote && !isLoopbackName(host)) {
    throw new BridgeOptionError(`host: ${host} lets other machines in; say so with allowRemote (--allow-remote), or listen on 127.0.0.1`)
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new BridgeOptionError(`port: ${port} is not a port`)
  if (token.length < 16) throw new BridgeOptionError('token: it must have at least 16 characters')
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new BridgeOptionError(`origins: '${origin}' is not an origin such as https://ui.example.com`)
  }
  return {
    host,
    port,
    token,
    origins,
    publicHosts: [...publicHosts, host.includes(':') ? `[${host}]` : host].map(name => name.toLowerCase()),
    clusters: clusters(options.clusters),
    log: options.log ?? (() => {}),
    maxConnections: options.maxConnections ?? 512,
    maxBufferedBytes: options.maxBufferedBytes ?? 256 * 1024 * 1024,
    maxRequestBytes: options.maxRequestBytes ?? 100 * 1024 * 1024,
    dialRate: options.dialRate ?? { perSecond: 32, burst: 128 },
    times: { ...TIMES, ...options.times },
    dial: options.dial ?? dialBroker,
    ui: options.ui,
    lookup: options.lookup,
  }
}

/** The address to call a bridge by that listens on `host`: of all this machine's addresses, the loopback one is sure to be there. */
export function reachableAs(host: string): string {
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
}

function clusters(given: ClusterOptions[]): Settings['clusters'] {
  if (given.length === 0) throw new BridgeOptionError('clusters: name at least one, or the bridge would lead nowhere')
  const seen = new Set<string>()
  return given.map(({ id, bootstrap, allow = [], tls = false, sasl }, index) => {
    const at = `clusters[${index}]`
    if (!/^[\w.-]{1,100}$/.test(id)) throw new BridgeOptionError(`${at}.id: '${id}' must be letters, digits, dots, dashes and underscores`)
    if (seen.has(id)) throw new BridgeOptionError(`${at}.id: '${id}' is there twice`)
    if (bootstrap.length === 0) throw new BridgeOptionError(`${at}.bootstrap: name at least one broker as host:port`)
    seen.add(id)
    return {
      id,
      bootstrap: addresses(bootstrap, `${at}.bootstrap`),
      allow: addresses(allow, `${at}.allow`),
      tls: checkedTls(tls, `${at}.tls`),
      sasl,
    }
  })
}

function addresses(given: string[], option: string): string[] {
  return given.map(text => {
    const address = parseAddress(text)
    if (!address) throw new BridgeOptionError(`${option}: '${text}' is not host:port`)
    return addressOf(address)
  })
}

/** Node would say it at the first connect, and of some it would say nothing. */
function checkedTls(tls: boolean | BrokerTls, option: string): boolean | BrokerTls {
  if (typeof tls === 'boolean') return tls
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new BridgeOptionError(`${option}: ca, cert and key cannot be used: ${error instanceof Error ? error.message : error}`)
  }
  return tls
}
