/** What the bridge says about itself: which clusters it reaches. */
import { TransportError } from '@milena/client-core'

export interface BridgeCluster {
  id: string
  bootstrap: string[]
}
export interface BridgeInfo {
  version: string
  clusters: BridgeCluster[]
}

const TIMEOUT_MS = 5_000

/** `bridge`: its URL, http(s) or ws(s). */
export async function readBridgeInfo(bridge: string, token: string | null, signal: AbortSignal): Promise<BridgeInfo> {
  const url = `${bridge.replace(/^ws/, 'http').replace(/\/+$/, '')}/v1/info`
  let response: Response
  try {
    response = await fetch(url, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw new TransportError('BRIDGE_UNREACHABLE', `the bridge at ${bridge} does not answer`, true, { cause })
  }
  if (response.status === 401) {
    throw new TransportError('BRIDGE_UNAUTHENTICATED', 'the bridge did not accept the start token of this page', false)
  }
  const info = response.ok ? readInfo(await response.text()) : null
  if (!info) throw new TransportError('BRIDGE_PROTOCOL', `${bridge} answered ${response.status} with something that no bridge says`, false)
  return info
}

function readInfo(text: string): BridgeInfo | null {
  try {
    const { version, clusters } = JSON.parse(text) as { version?: unknown; clusters?: unknown }
    if (!Array.isArray(clusters)) return null
    const known = clusters.filter((one): one is BridgeCluster => typeof one?.id === 'string' && Array.isArray(one.bootstrap))
    return { version: String(version ?? ''), clusters: known.map(({ id, bootstrap }) => ({ id, bootstrap: bootstrap.map(String) })) }
  } catch {
    return null
  }
}
