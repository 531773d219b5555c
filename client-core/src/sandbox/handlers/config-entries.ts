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
export function describeTopic(
  settings: Settings,
  own: ReadonlyMap<string, string>,
  ofBroker: ReadonlyMap<string, string> = new Map(),
): ConfigEntry[] {
  return [...topicConfigKeys.values()].map(key => {
    const synonyms: Synonym[] = []
    const value = own.get(key.name)
    if (value !== undefined) synonyms.push({ name: key.name, value, source: configSources.dynamicTopic })
    const behind = key.name === 'retention.ms' ? 'log.retention.ms' : key.broker
    if (behind) {
      synonyms.push(...dynamicSynonyms(ofBroker, behind))
      synonyms.push(...brokerSynonyms(settings, behind, key.broker ? key.default : null))
    }
    return entry(key, settings.ofTopic(own, key.name), synonyms)
  })
}

/** A broker's settings; what names the broker itself is given by `own`, what was changed while it ran by `dynamic`. */
export function describeBroker(
  settings: Settings,
  own: ReadonlyMap<string, string>,
  dynamic: ReadonlyMap<string, string> = new Map(),
): ConfigEntry[] {
  return [...brokerConfigKeys.values()].map(key => {
    const { name } = key
    const changed = dynamic.get(name)
    const value = own.get(name)
    const given = [...dynamicSynonyms(dynamic, name), ...(value === undefined ? [] : [{ name, value, source: configSources.staticBroker }])]
    return entry(key, changed ?? value ?? settings.ofBroker(name), [...given, ...brokerSynonyms(settings, name, key.default)])
  })
}

/** Since eligible leader replicas (KIP-966) a cluster begins with this one setting as a dynamic default for all its brokers. */
const DYNAMIC_DEFAULT = 'min.insync.replicas'

export function dynamicDefaults(settings: Settings): ConfigEntry[] {
  return describeBroker(settings, new Map())
    .filter(({ name }) => name === DYNAMIC_DEFAULT || settings.dynamicDefaults.has(name))
    .map(entry => ({ ...entry, synonyms: entry.synonyms.filter(({ source }) => source === configSources.dynamicDefaultBroker) }))
}

/** A broker's loggers as settings of their own (KIP-412). */
export function describeLoggers(loggers: ReadonlyMap<string, string>): ConfigEntry[] {
  return [...loggers].map(([name, value]) => ({
    ...{ name, value, readOnly: false, configSource: configSources.dynamicBrokerLogger, isSensitive: false, synonyms: [] },
    ...{ configType: 0, documentation: null },
  }))
}

function dynamicSynonyms(ofBroker: ReadonlyMap<string, string>, name: string): Synonym[] {
  const value = ofBroker.get(name)
  return value === undefined ? [] : [{ name, value, source: configSources.dynamicBroker }]
}

function brokerSynonyms(settings: Settings, name: string, byDefault: string | null): Synonym[] {
  const dynamic = settings.dynamicDefaults.get(name)
  const given = settings.static(name)
  const value = dynamic ?? (name === DYNAMIC_DEFAULT ? (given ?? byDefault) : undefined)
  const synonyms: Synonym[] = value === undefined ? [] : [{ name, value, source: configSources.dynamicDefaultBroker }]
  if (given !== undefined) synonyms.push({ name, value: given, source: configSources.staticBroker })
  // The one setting with another of a coarser unit behind it.
  if (name === 'log.retention.ms' && synonyms.length > 0) return [...synonyms, ...brokerSynonyms(settings, 'log.retention.hours', '168')]
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
