import { Refusal } from '../refusal.js'
import { brokerConfigKeys } from '../state/broker-configs.js'
import { type ConfigKey, configProblem } from '../state/config.js'
import { topicConfigKeys } from '../state/topic-configs.js'
import { topicNameProblem } from '../state/topic-names.js'
import { type ConfigResource, checkBrokerName, configResources } from './config-resource.js'
import type { RequestContext } from './handler.js'

/** The settings of one resource as they are, and how to put others in their place. */
export interface AlterableSettings {
  readonly now: ReadonlyMap<string, string>
  /** @throws Refusal for a setting that the resource does not have. */
  key(name: string): ConfigKey
  replace(settings: ReadonlyMap<string, string>): void
}

/** @throws Refusal for a resource that is not there, or has no settings. */
export function settingsOf(context: RequestContext, { resourceType, resourceName }: ConfigResource): AlterableSettings {
  if (resourceType === configResources.topic) return ofTopic(context, resourceName)
  if (resourceType === configResources.broker) return ofBroker(context, resourceName)
  throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`)
}

function ofTopic({ cluster }: RequestContext, name: string): AlterableSettings {
  const problem = topicNameProblem(name)
  if (problem) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
  const topic = cluster.topics.get(name)
  if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  return {
    now: topic.configs,
    key(config) {
      const key = topicConfigKeys.get(config)
      if (!key) throw new Refusal('INVALID_CONFIG', `Unknown topic config name: ${config}`)
      return key
    },
    replace(settings) {
      topic.replaceConfigs(settings)
      for (const partition of topic.partitions) partition.changed()
    },
  }
}

/** A broker's own dynamic settings, or with an empty name those that hold for all (KIP-226). */
function ofBroker(context: RequestContext, name: string): AlterableSettings {
  checkBrokerName(context, name)
  const { cluster, broker } = context
  const dynamic = name === '' ? cluster.settings.dynamicDefaults : broker.dynamicConfigs
  return {
    now: dynamic,
    key(config) {
      const key = brokerConfigKeys.get(config)
      // Kafka keeps what it does not know for plugins; here it would only be lost.
      if (!key) throw new Refusal('INVALID_CONFIG', `the sandbox knows no broker setting ${config}`)
      if (key.readOnly) throw new Refusal('INVALID_REQUEST', `Cannot update these configs dynamically: Set(${config})`)
      return key
    },
    replace(settings) {
      dynamic.clear()
      for (const [config, value] of settings) dynamic.set(config, value)
      for (const topic of cluster.topics.values()) topic.settingsChanged()
    },
  }
}

/** @throws Refusal for a value that the setting cannot have. */
export function checkValue(key: ConfigKey, value: string): void {
  const problem = configProblem(key, value)
  if (problem) throw new Refusal('INVALID_CONFIG', problem)
}
