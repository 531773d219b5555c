import { type CloseClass, isCloseClass, isWord } from './close-codes.js'

export { BRIDGE_TLS, type CloseClass, closeCodes, closeError, closeFor } from './close-codes.js'
export { addressOf, explain, type Phase, parseAddress } from './reasons.js'
export { type StreamTarget, TransportError } from './stream.js'

/**
 * What a page and the bridge agree on, without a platform: the contract `kafka-bridge.v1`, as bridge/CONTRACT.md tells it. A WebSocket carries one
 * TCP connection: binary messages are its bytes, text messages are control, and the first message of the bridge is always `open` or `err`.
 */
export const SUBPROTOCOL = 'kafka-bridge.v1'

/** The bridge refuses larger messages. */
export const MAX_MESSAGE = 1024 * 1024
/** What a client sends at once: Chromium splits messages above 131,000 bytes, and the bridge would have to join them again. */
export const MAX_CLIENT_MESSAGE = 64 * 1024
/** Bytes on their way to a peer above which a sender pauses, and below which it goes on. */
export const HIGH_WATER = 1024 * 1024
export const LOW_WATER = 512 * 1024
/** A close frame holds no more (RFC 6455, 5.5). */
export const MAX_REASON = 123
/** Control messages are small; a larger text is not one. */
const MAX_CONTROL = 8192

export type ServerMessage =
  /** The broker's connection is open. `hb` is how often the bridge pings, ms. */
  | { t: 'open'; id: string; peer: string; tls?: { v: string; cn?: string }; max: number; hb: number }
  /** It could not be opened; a close with the code's number follows. */
  | { t: 'err'; code: string; class: CloseClass; msg: string; retry: boolean }
  /** The bridge closes this connection in so many ms. */
  | { t: 'goaway'; in: number }
  /** A message of a later revision, to be ignored. */
  | { t: 'other' }

/** For callers that cannot put a token into the subprotocol: their first message. An empty token says that there is none. */
export type ClientMessage = { t: 'auth'; token: string }

/** Reads what the bridge sent; undefined when that is not a control message. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const message = parseObject(text)
  if (!message) return undefined
  const { t, id, peer, tls, max, hb, code, class: kind, msg, retry } = message
  switch (t) {
    case 'open':
      if (typeof id !== 'string' || typeof peer !== 'string' || !isCount(max) || !isCount(hb)) return undefined
      return { t, id: printable(id, 64), peer: printable(peer, 300), max, hb, ...tlsOf(tls) }
    case 'err':
      if (typeof code !== 'string' || !isWord(code) || !isCloseClass(kind) || typeof msg !== 'string' || typeof retry !== 'boolean')
        return undefined
      return { t, code, class: kind, msg: printable(msg, 500), retry }
    case 'goaway':
      return isCount(message.in) ? { t, in: message.in } : undefined
    default:
      return typeof t === 'string' ? { t: 'other' } : undefined
  }
}

/** Reads what a client sent as text; undefined when that is not a control message. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  const message = parseObject(text)
  return message?.t === 'auth' && typeof message.token === 'string' ? { t: 'auth', token: message.token } : undefined
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (text.length > MAX_CONTROL) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function tlsOf(tls: unknown): { tls?: { v: string; cn?: string } } {
  if (typeof tls !== 'object' || tls === null || !('v' in tls) || typeof tls.v !== 'string') return {}
  return { tls: { v: printable(tls.v, 32), ...('cn' in tls && typeof tls.cn === 'string' ? { cn: printable(tls.cn, 300) } : {}) } }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Text from the other side as a person may be shown it: one line, of bounded length. */
function printable(text: string, length: number): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').slice(0, length)
}

const BEARER = 'bearer.'

/** The token as a subprotocol: a page can set no headers on a WebSocket, and a query would end up in logs. */
export function bearerProtocol(token: string): string {
  const bytes = new TextEncoder().encode(token)
  return BEARER + btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, char => ({ '+': '-', '/': '_', '=': '' })[char] as string)
}

/** The token among the offered subprotocols; undefined when there is none or it is not well formed. */
export function bearerToken(protocols: readonly string[]): string | undefined {
  const encoded = protocols.find(protocol => protocol.startsWith(BEARER))?.slice(BEARER.length)
  if (encoded === undefined || !/^[A-Za-z0-9_-]{1,2048}$/.test(encoded)) return undefined
  try {
    const bytes = Uint8Array.from(atob(encoded.replace(/-/g, '+').replace(/_/g, '/')), char => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Paths below the bridge's base URL. */
export const TCP_PATH = '/v1/tcp'
export const INFO_PATH = '/v1/info'

/** The query that names a broker. `tls` asks for TLS where the bridge's own settings do not ask for it already. */
export function tunnelQuery(address: string, cluster: string | undefined, tls: boolean): string {
  const query = new URLSearchParams({ addr: address })
  if (cluster !== undefined) query.set('cluster', cluster)
  if (tls) query.set('tls', '1')
  return query.toString()
}
