import type { BridgeOptions, ClusterOptions } from '../options.js'
import { withBridge } from './bridges.js'
import { RawClient, type RawOptions } from './raw-client.js'

/** The bridge's word and close for a client that does this. */
export async function ending(
  cluster: Pick<ClusterOptions, 'bootstrap'> & Partial<ClusterOptions>,
  options: Partial<BridgeOptions>,
  client: RawOptions,
  act: (client: RawClient) => void = () => {},
) {
  let result: { first: unknown; code: number; reason: string } | undefined
  await withBridge(cluster, options, async bridge => {
    const raw = new RawClient(bridge, client)
    await raw.upgraded()
    act(raw)
    const closed = await raw.closed
    result = { first: raw.texts[0], ...closed }
    while (bridge.connections > 0) await new Promise(resolve => setTimeout(resolve, 2))
  })
  return result
}
