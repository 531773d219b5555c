import type { IncomingMessage } from 'node:http'
import { bearerToken, parseAddress, type StreamTarget, SUBPROTOCOL, TCP_PATH } from '@milena/client-core/transport/tunnel'
import type { Settings } from './options.js'

/** What a page asks for, once everything about the request itself is in order. */
export interface Asked {
  address: StreamTarget
  /** Absent: the only one there is. */
  cluster?: string
  tls: boolean
  /** Of the subprotocol. */
  token?: string
  from: string
}

/** An HTTP status instead of a WebSocket. A page learns nothing from it: a browser shows it only that there was an error. */
export interface Refusal {
  status: 400 | 403 | 426 | 503
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']
const PARAMETERS = new Set(['addr', 'cluster', 'tls'])

/** Whether the request calls the bridge by a name of its own. A page of `evil.example` whose name leads to 127.0.0.1 does not (DNS rebinding). */
export function isOurHost(host: string | undefined, { publicHosts }: Settings): host is string {
  const name = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$/i.exec(host ?? '')?.[1].toLowerCase()
  return name !== undefined && (LOOPBACK_NAMES.includes(name) || publicHosts.includes(name))
}

/** Whether the page may use the bridge: one that the bridge served, one of a listed origin, or none (a program, which needs the token all the same). */
export function isOurOrigin(origin: string | undefined, host: string, { origins }: Settings): boolean {
  return origin === undefined || origin === `http://${host}` || origins.includes(origin)
}

/** Checks an upgrade at once, without waiting for anything: browsers open one WebSocket per address at a time, so any wait here is everybody's. */
export function admit(request: IncomingMessage, settings: Settings, hasRoom: () => boolean): Asked | Refusal {
  const { host, origin } = request.headers
  if (!isOurHost(host, settings) || !isOurOrigin(origin, host, settings)) return { status: 403 }
  const [path, query = ''] = (request.url ?? '').split('?', 2)
  if (path !== TCP_PATH) return { status: 400 }
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
  if (!protocols.includes(SUBPROTOCOL)) return { status: 426 }
  const target = targetOf(new URLSearchParams(query))
  if (!target) return { status: 400 }
  if (!hasRoom()) return { status: 503 }
  return { ...target, token: bearerToken(protocols), from: request.socket.remoteAddress ?? '?' }
}

/** An unknown parameter is refused too: a token does not belong there, where logs would keep it. */
function targetOf(query: URLSearchParams): Pick<Asked, 'address' | 'cluster' | 'tls'> | undefined {
  const names = [...query.keys()]
  if (names.some(name => !PARAMETERS.has(name)) || new Set(names).size !== names.length) return undefined
  const address = parseAddress(query.get('addr') ?? '')
  const tls = query.get('tls') ?? '0'
  return address && (tls === '0' || tls === '1') ? { address, cluster: query.get('cluster') ?? undefined, tls: tls === '1' } : undefined
}
