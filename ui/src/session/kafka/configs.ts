/** Topic configs with where each value comes from. */
import { ClientError } from '@milena/client-core'
import { DescribeConfigsRequest, type DescribeConfigsResponse } from '@milena/client-core/protocol'
import type { ConfigEntry, ConfigSource, TopicConfigs } from '../protocol.js'
import type { Asker, Asking } from './client.js'
import { faultFrom, kafkaFault } from './faults.js'

const TOPIC = 2
const WHAT = 'Configs not read'

/** Kafka's DescribeConfigsResponse.ConfigSource. */
const sources: readonly ConfigSource[] = ['unknown', 'topic', 'broker', 'broker default', 'static broker', 'default']
const sourceOf = (number: number): ConfigSource => sources[number] ?? 'unknown'

/** Kafka's DescribeConfigsResponse.ConfigType. */
const types = ['unknown', 'boolean', 'string', 'int', 'short', 'long', 'double', 'list', 'class', 'password']

export async function topicConfigs(
  client: Asker,
  topics: readonly string[],
  keys: readonly string[] | null,
  options: Asking,
): Promise<TopicConfigs[]> {
  if (topics.length === 0) return []
  const resources = topics.map(resourceName => ({ resourceType: TOPIC, resourceName, configurationKeys: keys }))
  // Texts of 30 configs are 20 kB a topic: only where somebody reads them.
  const wanted = DescribeConfigsRequest({ resources, includeSynonyms: true, includeDocumentation: keys === null })
  let shards = await client.requestSharded(wanted, options)
  // Texts came with Kafka 2.6, synonyms with 1.1: an older broker is asked for what it has.
  if (shards.every(isTooNew)) shards = await client.requestSharded(DescribeConfigsRequest({ resources }), options)
  const found = new Map<string, TopicConfigs>()
  for (const shard of shards) {
    for (const result of shard.response?.results ?? []) found.set(result.resourceName, configsOf(result))
    if (shard.response) continue
    const fault = faultFrom(shard.error, WHAT, shard.broker.nodeId < 0 ? null : shard.broker.nodeId)
    for (const { resourceName } of shard.request.body.resources) found.set(resourceName, { topic: resourceName, entries: [], fault })
  }
  return topics.flatMap(topic => found.get(topic) ?? [])
}

const isTooNew = ({ error }: { error?: Error }) => error instanceof ClientError && error.code === 'INVALID_REQUEST'

type Result = DescribeConfigsResponse['results'][number]

function configsOf(result: Result): TopicConfigs {
  return {
    topic: result.resourceName,
    entries: result.configs.map(entryOf),
    fault: result.errorCode === 0 ? null : kafkaFault(result.errorCode, WHAT, null, result.errorMessage),
  }
}

function entryOf(config: Result['configs'][number]): ConfigEntry {
  const own = config.name
  return {
    name: own,
    value: config.value,
    // v0 knows only whether a value is the default.
    source: config.configSource === -1 ? (config.isDefault ? 'default' : 'unknown') : sourceOf(config.configSource),
    readOnly: config.readOnly,
    sensitive: config.isSensitive,
    type: types[config.configType] ?? 'unknown',
    documentation: config.documentation || null,
    // The first synonym is the value itself.
    synonyms: config.synonyms.slice(1).map(({ name, value, source }) => ({ name, value, source: sourceOf(source) })),
  }
}
