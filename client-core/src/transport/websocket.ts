import { ClientError } from '../error.js'
import { addressOf, explain } from './reasons.js'
import type { ByteStream, StreamTarget, Transport } from './stream.js'
import { bearerProtocol, SUBPROTOCOL, TCP_PATH, tunnelQuery } from './tunnel.js'
import { type BridgeAccess, unreachable } from './websocket-probe.js'
import { TunnelStream, type WebSocketLike } from './websocket-stream.js'

export type { WebSocketLike } from './websocket-stream.js'
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike

export interface WebSocketTransportOptions {
  /** Where the bridge is: http(s) or ws(s), with the path it is mounted under, relative to the page where there is one. */
  url: string
  /** The bridge's start token. */
  token?: string
  /** Which of the bridge's clusters; needed when it has several. */
  cluster?: string
  /**
   * Asks the bridge to speak TLS to the brokers, where its own settings do not say so already. Default false. Authorities, a client certificate and
   * another name are for the bridge's operator to set.
   */
  tls?: boolean
  /** Default: the platform's. */
  WebSocket?: WebSocketConstructor
}

/**
 * Brokers through the bridge, for pages and workers: one WebSocket per connection. A classic WebSocket has no back-pressure for what comes in, so
 * whoever uses it must bound what it asks for.
 */
export function webSocket(options: WebSocketTransportOptions): Transport {
  const Socket = options.WebSocket ?? ('WebSocket' in globalThis ? WebSocket : undefined)
  if (!Socket) throw new ClientError('INVALID_OPTION', 'webSocket: this platform has no WebSocket; pass one as `WebSocket`')
  if (![undefined, true, false].includes(options.tls))
    throw new ClientError('INVALID_OPTION', 'webSocket.tls: must be true or false; certificates and names are settings of the bridge')
  const bridge: BridgeAccess = { base: baseUrl(options.url), token: options.token }
  const protocols = options.token ? [SUBPROTOCOL, bearerProtocol(options.token)] : [SUBPROTOCOL]
  return {
    name: 'websocket',
    connect: (target, signal) => {
      const query = tunnelQuery(addressOf(target), options.cluster, options.tls ?? false)
      const url = `${bridge.base.replace(/^http/, 'ws')}${TCP_PATH}?${query}`
      return open(() => new Socket(url, protocols), bridge, target, signal)
    },
  }
}

/** The bridge's URL as http(s), without a slash at its end. */
function baseUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text, typeof location === 'undefined' ? undefined : location.href)
  } catch (cause) {
    throw new ClientError('INVALID_OPTION', `webSocket.url: '${text}' is not a URL`, { cause })
  }
  const scheme = { 'ws:': 'http:', 'wss:': 'https:', 'http:': 'http:', 'https:': 'https:' }[url.protocol]
  if (!scheme) throw new ClientError('INVALID_OPTION', `webSocket.url: '${text}' must be http, https, ws or wss`)
  return `${scheme}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

function open(start: () => WebSocketLike, bridge: BridgeAccess, target: StreamTarget, signal: AbortSignal): Promise<ByteStream> {
  const abortion = () => explain('ABORTED', target, { cause: signal.reason })
  if (signal.aborted) return Promise.reject(abortion())
  let socket: WebSocketLike
  try {
    socket = start()
  } catch (cause) {
    // A page may be forbidden to open it at all: ws from https, or a port that browsers block.
    return Promise.reject(unreachable(bridge, 'this page may not open a WebSocket to it', cause))
  }
  const stream = new TunnelStream(socket, bridge, target)
  const aborted = () => stream.close(abortion())
  signal.addEventListener('abort', aborted, { once: true })
  return stream.opened.then(() => stream).finally(() => signal.removeEventListener('abort', aborted))
}
