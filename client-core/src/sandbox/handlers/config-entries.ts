import { brokerConfigKeys } from '../state/broker-configs.js'
import { type ConfigKey, configSources, configTypes } from '../state/config.js'
import type { Settings } from '../state/settings.js'
import { topicConfigKeys } from '../state/topic-configs.js'

interface Synonym {
  name: string
  value: string | null
  source: number
}
/** One setting as DescribeConfigs tells it. */
export interface ConfigEntry {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
  /** Where the value may come from, the one in force first (KIP-226). */
  synonyms: Synonym[]
  configType: number
  documentation: string | null
}

/** A topic's settings: its own above the broker's above the defaults. */
export function describeTopic(settings: Settings, own: ReadonlyMap<string, string>): ConfigEntry[] {
  return [...topicConfigKeys.values()].map(key => {
    const synonyms: Synonym[] = []
    const value = own.get(key.name)
    if (value !== undefined) synonyms.push({ name: key.name, value, source: configSources.dynamicTopic })
    if (key.broker) synonyms.push(...brokerSynonyms(settings, key.broker, key.default))
    return entry(key, settings.ofTopic(own, key.name), synonyms)
  })
}

/** A broker's settings; what names the broker itself is given by `own`. */
export function describeBroker(settings: Settings, own: ReadonlyMap<string, string>): ConfigEntry[] {
  return [...brokerConfigKeys.values()].map(key => {
    const value = own.get(key.name)
    const given = value === undefined ? [] : [{ name: key.name, value, source: configSources.staticBroker }]
    return entry(key, value ?? settings.ofBroker(key.name), [...given, ...brokerSynonyms(settings, key.name, key.default)])
  })
}

/** Since eligible leader replicas (KIP-966) a cluster begins with this one setting as a dynamic default for all its brokers. */
const DYNAMIC_DEFAULT = 'min.insync.replicas'

export function dynamicDefaults(settings: Settings): ConfigEntry[] {
  return describeBroker(settings, new Map()).filter(({ name }) => name === DYNAMIC_DEFAULT)
}

function brokerSynonyms(settings: Settings, name: string, byDefault: string | null): Synonym[] {
  const given = settings.broker.get(name)
  const synonyms: Synonym[] =
    name === DYNAMIC_DEFAULT ? [{ name, value: given ?? byDefault, source: configSources.dynamicDefaultBroker }] : []
  if (given !== undefined) synonyms.push({ name, value: given, source: configSources.staticBroker })
  return byDefault === null ? synonyms : [...synonyms, { name, value: byDefault, source: configSources.default }]
}

function entry(key: ConfigKey, value: string | null, synonyms: Synonym[]): ConfigEntry {
  const isSensitive = key.type === 'password'
  return {
    name: key.name,
    value: isSensitive ? null : value,
    readOnly: key.readOnly ?? false,
    configSource: synonyms[0]?.source ?? configSources.default,
    isSensitive,
    synonyms: isSensitive ? synonyms.map(synonym => ({ ...synonym, value: null })) : synonyms,
    configType: configTypes[key.type],
    documentation: key.doc ?? null,
  }
}
