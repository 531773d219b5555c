import { TransportError } from './stream.js'
import { INFO_PATH } from './tunnel.js'

/** How to reach a bridge. */
export interface BridgeAccess {
  /** http(s), without a slash at its end. */
  base: string
  token?: string
}

const PROBE_MS = 3000

/** There is no way to the bridge. */
export function unreachable({ base }: BridgeAccess, detail: string, cause?: unknown): TransportError {
  const message = `the bridge at ${base} cannot be reached: ${detail}`
  return new TransportError('BRIDGE_UNREACHABLE', message, true, { cause })
}

/**
 * Finds out why a WebSocket failed. A browser tells a page nothing (close code 1006 for a refused connection, a 401 and a broken wire alike), so
 * the bridge's HTTP side is asked. `wasOpen`: the connection stood before.
 */
export async function whyBroken(bridge: BridgeAccess, wasOpen: boolean): Promise<TransportError> {
  let response: Response
  try {
    response = await ask(bridge)
  } catch (cause) {
    const slow = cause instanceof Error && cause.name === 'TimeoutError'
    const detail = slow
      ? 'it did not answer in time; restart it if it hangs'
      : 'nothing answers there; start it again, or let this page reach it (its Content-Security-Policy and the origins that the bridge allows)'
    return unreachable(bridge, detail, cause)
  }
  const at = bridge.base
  if (response.status === 401) {
    const message = `the bridge at ${at} did not accept the start token; open the page by the URL that the bridge printed when it started`
    return new TransportError('BRIDGE_UNAUTHENTICATED', message, false)
  }
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    return new TransportError(
      'BRIDGE_UNAUTHENTICATED',
      `something in front of the bridge at ${at} asks for a login; log in there, then try again`,
      false,
    )
  }
  if (response.status === 403) {
    const message = `the bridge at ${at} refuses this page's origin or this name for it; open the URL that it printed, or start it with --origin or --public-host`
    return new TransportError('BRIDGE_DENIED', message, false)
  }
  if (response.status === 503 || (response.ok && (await isFull(response)))) {
    return new TransportError(
      'BRIDGE_BUSY',
      `the bridge at ${at} has as many connections as it allows; close other pages that use it, or try again`,
      true,
    )
  }
  if (!response.ok) return unreachable(bridge, `it answered HTTP ${response.status}; check that the URL is that of a bridge`)
  if (wasOpen)
    return new TransportError(
      'ECONNRESET',
      `the connection to the bridge at ${at} broke; the bridge is up, so connecting again should work`,
      true,
    )
  return unreachable(bridge, 'it answers HTTP, but no WebSocket could be opened; a proxy on the way may not pass WebSockets on')
}

function ask({ base, token }: BridgeAccess): Promise<Response> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  return fetch(base + INFO_PATH, { headers, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PROBE_MS) })
}

async function isFull(response: Response): Promise<boolean> {
  try {
    const info: unknown = await response.json()
    if (typeof info !== 'object' || info === null || !('connections' in info) || !('max' in info)) return false
    return typeof info.connections === 'number' && typeof info.max === 'number' && info.connections >= info.max
  } catch {
    return false
  }
}
