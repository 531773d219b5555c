/** The real client, as the session uses it. */
import { Client, type Hooks, type Transport } from '@milena/client-core'
import { ApiVersionsRequest } from '@milena/client-core/protocol'
import type { SessionClient } from './client.js'
import type { ForkReader } from './fork-reader.js'
import type { Producing } from './producing.js'

export interface ClientSettings {
  transport: Transport
  seeds: readonly string[]
  hooks: readonly Hooks[]
  now(): number
}

/** A page waits for answers, so it gives up earlier than a service would. */
const RETRY_MS = 12_000
const DIAL_MS = 8_000
/** A tail that has lost its leader asks for the new one this often. */
const METADATA_MS = 1_000

export function createSessionClient({ transport, seeds, hooks, now }: ClientSettings): SessionClient {
  const batchBytes = new Map<string, number>()
  const watch: Hooks = {
    onProduceBatchWritten: ({ topic, partition, compressedBytes }) => {
      batchBytes.set(`${partition} ${topic}`, compressedBytes)
      if (batchBytes.size > 1_000) batchBytes.clear()
    },
  }
  const client = new Client({
    seedBrokers: seeds,
    transport,
    clientId: 'milena-explorer',
    hooks: [...hooks, watch],
    retryTimeoutMs: RETRY_MS,
    dialTimeoutMs: DIAL_MS,
    metadataMinAgeMs: METADATA_MS,
  })
  const readers = new Set<ForkReader>()
  const bytesOf = (topic: string, partition: number) => batchBytes.get(`${partition} ${topic}`) ?? 0
  let producing: Producing | null = null
  const sum = (of: (reader: ForkReader) => number) => [...readers].reduce((total, reader) => total + of(reader), 0)
  const names = topicNames(client)

  return {
    request: (request, options) => client.request(request, options),
    requestSharded: (request, options) => client.requestSharded(request, options),
    brokers: () => client.discoveredBrokers(),
    topicName: names,
    reading: async () => {
      const { ForkReader } = await import('./fork-reader.js')
      return options => {
        const reader = new ForkReader(client, options, closed => readers.delete(closed))
        readers.add(reader)
        return reader
      }
    },
    produce: async (params, asking) => {
      const { Producing } = await import('./producing.js')
      producing ??= new Producing(client, bytesOf, now)
      return producing.produce(params, asking)
    },
    reach: async (nodeId, asking) => {
      await client.broker(nodeId).request(ApiVersionsRequest({ clientSoftwareName: 'milena', clientSoftwareVersion: '0.1.0' }), asking)
    },
    buffers: () => ({
      fetchRecords: sum(reader => reader.bufferedRecords),
      fetchBytes: sum(reader => reader.bufferedBytes),
      fetchLimit: client.options.consumer.fetchMaxBytes,
      produceRecords: producing?.bufferedRecords ?? 0,
      produceLimit: client.options.producer.maxBufferedRecords,
    }),
    close: () => client.close(),
  }
}

/** Names by topic id, from what the client knows; looked through anew when an id is missing. */
function topicNames(client: Client): (topicId: string) => string | undefined {
  const names = new Map<string, string>()
  return topicId => {
    if (!names.has(topicId)) for (const { topicId: id, name } of client.cachedTopics().values()) names.set(id, name)
    return names.get(topicId)
  }
}
