import { type Bridge, createBridge } from '../bridge.js'
import type { BridgeOptions, ClusterOptions } from '../options.js'

export interface Closable {
  close(): Promise<void>
}

/** Runs with a bridge whose one cluster has these brokers, and closes it and all else afterwards. */
export async function withBridge(
  cluster: Partial<ClusterOptions> & Pick<ClusterOptions, 'bootstrap'>,
  options: Partial<BridgeOptions>,
  run: (bridge: Bridge, lines: string[]) => Promise<void>,
  others: Closable[] = [],
): Promise<void> {
  const lines: string[] = []
  const bridge = await createBridge({ port: 0, log: line => lines.push(line), clusters: [{ id: 'local', ...cluster }], ...options })
  try {
    await run(bridge, lines)
  } finally {
    await bridge.close()
    await Promise.all(others.map(other => other.close()))
  }
}
