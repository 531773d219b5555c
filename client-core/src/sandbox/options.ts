import { uuidFromBytes } from '../bytes/uuid.js'
import { type Clock, systemClock } from '../clock.js'
import { invalid } from './invalid.js'
import { resolveSasl, type Sasl, type SaslOptions } from './sasl/options.js'
import type { AuthorizerOptions } from './state/acls.js'
import { brokerConfigKeys } from './state/broker-configs.js'
import type { CodecLoader } from './state/codecs.js'
import { configProblem } from './state/config.js'
import { topicConfigKeys } from './state/topic-configs.js'
import { topicNameProblem } from './state/topic-names.js'

export interface TopicOptions {
  /** Default 1. */
  partitions?: number
  /** Kafka's own topic settings: `{ 'cleanup.policy': 'compact' }`. Respected are max.message.bytes, message.timestamp.*, min.insync.replicas, retention.* and null keys under compaction; the rest is shown. */
  configs?: Record<string, string>
  /** Default: 3, or the number of brokers when that is less. */
  replicationFactor?: number
  /** The offset of the first record, as in a log whose older records are gone. Default 0. */
  startOffset?: bigint
}

export interface SandboxOptions {
  /** How many, with ids from 1; or one entry per broker. Default 3. */
  brokers?: number | readonly { rack?: string }[]
  /** Topics to begin with: a number of partitions, or more. */
  topics?: Record<string, number | TopicOptions> | ReadonlyMap<string, number | TopicOptions>
  /** Default: a fixed id of 22 characters. */
  clusterId?: string
  /** Default: the machine's. */
  clock?: Clock
  /** Whether Metadata makes unknown topics when the client allows it. Default true, as in Kafka. */
  autoCreateTopics?: boolean
  /** Kafka's own broker settings, the same for every broker: `{ 'num.partitions': '6', 'log.retention.bytes': '10000000' }`. */
  brokerConfigs?: Record<string, string>
  /**
   * Who may do what is asked of rules, as an authorizer does, which clients may read and change; the sandbox's own hands are not bound by them.
   * Default: everything is allowed that `deny` does not take away.
   */
  acls?: AuthorizerOptions
  /** Listeners ask for a login. Default: they do not. */
  sasl?: SaslOptions
  /** Codecs to look into compressed batches with (`codec` of the compression package). Without it they are stored and served as they are. */
  codec?: CodecLoader
  /** Requests larger than this cut the connection. Default 104,857,600, Kafka's `socket.request.max.bytes`. */
  maxFrameBytes?: number
  /** Told when a broker cuts a connection by itself, and why: no answer says it. */
  onDisconnect?: (event: { broker: number; reason: string }) => void
  /** Told when the sandbox itself fails, which is a mistake in it. Default: written to the console. */
  onFault?: (error: unknown) => void
}

export interface ResolvedOptions {
  brokers: readonly { rack: string | null }[]
  topics: ReadonlyMap<string, Required<TopicOptions>>
  clusterId: string
  clock: Clock
  brokerConfigs: ReadonlyMap<string, string>
  acls: AuthorizerOptions | undefined
  sasl: Sasl | undefined
  codec: CodecLoader | undefined
  maxFrameBytes: number
  onDisconnect: (event: { broker: number; reason: string }) => void
  onFault: (error: unknown) => void
}

const known = new Set([
  'brokers',
  'topics',
  'clusterId',
  'clock',
  'autoCreateTopics',
  'brokerConfigs',
  'acls',
  'sasl',
  'codec',
  'maxFrameBytes',
  'onDisconnect',
  'onFault',
])
const DEFAULT_CLUSTER = uuidFromBytes(new TextEncoder().encode('milena-sandbox-1'))

/** @throws ClientError `INVALID_OPTION`, naming the option and what it may be. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  for (const name of Object.keys(options)) if (!known.has(name)) throw invalid(name, `is not known; there are ${[...known].join(', ')}`)
  const brokers = resolveBrokers(options.brokers ?? 3)
  const brokerConfigs = resolveBrokerConfigs(options)
  return {
    brokers,
    topics: new Map(entries(options.topics).map(([name, topic]) => [name, resolveTopic(name, topic, brokers.length)])),
    clusterId: options.clusterId ?? DEFAULT_CLUSTER,
    clock: options.clock ?? systemClock,
    brokerConfigs,
    acls: options.acls,
    sasl: options.sasl && resolveSasl(options.sasl),
    codec: options.codec,
    maxFrameBytes: options.maxFrameBytes ?? Number(brokerConfigs.get('socket.request.max.bytes') ?? 104_857_600),
    onDisconnect: options.onDisconnect ?? (() => {}),
    onFault: options.onFault ?? (error => console.error('the sandbox failed:', error)),
  }
}

function resolveBrokers(brokers: number | readonly { rack?: string }[]): { rack: string | null }[] {
  if (typeof brokers !== 'number') {
    if (brokers.length === 0) throw invalid('brokers', 'is empty: a cluster has at least one broker')
    return brokers.map(({ rack }) => ({ rack: rack ?? null }))
  }
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > 1000)
    throw invalid('brokers', `is ${brokers}: it must be a whole number from 1 to 1000`)
  return Array.from({ length: brokers }, () => ({ rack: null }))
}

function resolveBrokerConfigs({ brokerConfigs = {}, autoCreateTopics, brokers = 3 }: SandboxOptions): ReadonlyMap<string, string> {
  const count = typeof brokers === 'number' ? brokers : brokers.length
  const configs = new Map([['default.replication.factor', String(Math.min(3, count))]])
  if (autoCreateTopics !== undefined) configs.set('auto.create.topics.enable', String(autoCreateTopics))
  for (const [name, value] of Object.entries(brokerConfigs)) {
    const key = brokerConfigKeys.get(name)
    const problem = key ? configProblem(key, value) : 'is not a broker setting that the sandbox knows'
    if (problem) throw invalid(`brokerConfigs['${name}']`, problem)
    configs.set(name, value)
  }
  return configs
}

export function resolveTopic(name: string, given: number | TopicOptions, brokers: number): Required<TopicOptions> {
  const path = `topics['${name}']`
  const topic = typeof given === 'number' ? { partitions: given } : given
  const problem = topicNameProblem(name)
  if (problem) throw invalid(path, `has a name that Kafka does not allow: ${problem}`)
  const { partitions = 1, configs = {}, replicationFactor = Math.min(3, brokers), startOffset = 0n } = topic
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 100_000)
    throw invalid(`${path}.partitions`, `is ${partitions}: it must be a whole number from 1 to 100,000`)
  if (!Number.isInteger(replicationFactor) || replicationFactor < 1 || replicationFactor > brokers) {
    throw invalid(`${path}.replicationFactor`, `is ${replicationFactor}: there are ${brokers} brokers`)
  }
  if (typeof startOffset !== 'bigint' || startOffset < 0n) throw invalid(`${path}.startOffset`, 'must be a bigint of 0 or more')
  for (const [config, value] of Object.entries(configs)) {
    const key = topicConfigKeys.get(config)
    const wrong = key ? configProblem(key, value) : 'is not a topic setting'
    if (wrong) throw invalid(`${path}.configs['${config}']`, wrong)
  }
  return { partitions, configs, replicationFactor, startOffset }
}

function entries(topics: SandboxOptions['topics']): [string, number | TopicOptions][] {
  return topics instanceof Map ? [...topics] : Object.entries(topics ?? {})
}
