import { ApiVersionsRequest, MetadataRequest } from '@milena/client-core/protocol'
import { addressOf, explain, parseAddress, type StreamTarget } from '@milena/client-core/transport/tunnel'
import { Calls } from './calls.js'
import { type Dial, type DialTarget, openBroker } from './dial.js'
import type { AskBrokers } from './directory.js'

/** Asks all bootstrap brokers, each on a connection of its own, and takes the first answer; when none answers, the first one's failure is thrown. */
export function askBrokers(dial: Dial, ms: number): AskBrokers {
  return bootstrap =>
    Promise.any(bootstrap.map(broker => brokersBy(dial, broker, ms))).catch(failure => {
      throw failure instanceof AggregateError ? failure.errors[0] : failure
    })
}

async function brokersBy(dial: Dial, broker: DialTarget, ms: number): Promise<StreamTarget[]> {
  const socket = await openBroker(dial, broker, ms, new AbortController().signal)
  const timer = setTimeout(() => socket.destroy(explain('ETIMEDOUT', broker)), ms)
  const calls = new Calls(socket, broker)
  try {
    // Version 0 of both requests is known to every broker; Metadata 0 alone cannot ask for no topics.
    const offered = await calls.call(ApiVersionsRequest, 0, {})
    const range = offered.apiKeys.find(api => api.apiKey === MetadataRequest.key)
    const version = Math.min(range?.maxVersion ?? -1, MetadataRequest.versions[1])
    if (!range || version < Math.max(1, range.minVersion))
      throw new Error(`${addressOf(broker)} offers no version of Metadata that the bridge speaks`)
    const metadata = await calls.call(MetadataRequest, version, { topics: [], allowAutoTopicCreation: false })
    return metadata.brokers
      .filter(({ host, port }) => parseAddress(addressOf({ host, port })))
      .map(({ host, port }) => ({ host: host.toLowerCase(), port }))
  } finally {
    clearTimeout(timer)
    calls.release()
    socket.destroy()
  }
}
