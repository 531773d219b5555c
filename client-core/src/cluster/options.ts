import { type Clock, systemClock } from '../clock.js'
import { ClientError } from '../error.js'
import { hookNames } from '../hooks/fan-out.js'
import type { Hooks } from '../hooks/hooks.js'
import { type Logger, silentLogger } from '../hooks/logger.js'
import { type Check, flag, fn, int, list, optionalText, resolve, type Spec, text, value, wrong } from '../options/check.js'
import type { SaslMechanism } from '../sasl/mechanism.js'
import type { Transport } from '../transport/stream.js'
import { parseAddress } from './address.js'
import { exponentialBackoff } from './retry.js'

export interface ConnectionOptions {
  /** Brokers to ask first, `host:port` (default port 9092; IPv6 in brackets). Default `127.0.0.1:9092`. */
  seedBrokers?: readonly string[]
  /** How streams to brokers are opened: `tcp()`, `tls({...})` of transport/node, `webSocket({...})`, a sandbox's `transport`. Required. */
  transport: Transport
  /**
   * How to log in: `plain`, `scramSha256`, `scramSha512`, `oauthBearer`, `awsMskIam` of /sasl, or one of your own. The first that a broker offers is
   * used. Default none.
   */
  sasl?: readonly SaslMechanism[]
  /** Sent with every request; brokers log it and apply quotas by it. Default `milena`. */
  clientId?: string
  /** Sent with ApiVersions (KIP-511). Default `milena` and this version. */
  software?: { name: string; version: string }
  /** The client's rack: brokers may answer fetches from a near replica (KIP-392). Default none. */
  rack?: string
  hooks?: readonly Hooks[]
  /** Default: none. */
  logger?: Logger
  /** Dial, in ms. Default 10,000. */
  dialTimeoutMs?: number
  /** Time for an answer beyond what the request itself may take, in ms. Default 10,000. */
  requestTimeoutOverheadMs?: number
  /** A connection that was not used for so long is closed. Default 30,000. */
  connIdleTimeoutMs?: number
  /** Tries beyond the first of a request whose failure is retriable. Default 20. */
  requestRetries?: number
  /**
   * No retry begins later than this after the first try, in ms; a number, or one by API key. 0 = no limit. Default 30,000, and for JoinGroup,
   * SyncGroup and Heartbeat 45,000: `session.timeout.ms`, after which a member is out of its group.
   */
  retryTimeoutMs?: number | ((key: number) => number)
  /** The wait before retry `attempt` (from 1), in ms. Default 250 doubling up to 5,000, jittered by 20 %. */
  retryBackoff?: (attempt: number, random: () => number) => number
  /** Metadata is read anew at least so often, in ms. Default 300,000. */
  metadataMaxAgeMs?: number
  /** And at most so often, unless something is known to be stale. Default 5,000. */
  metadataMinAgeMs?: number
  /**
   * Where all topics are read (`consumer.regex`): a topic that is missing is taken for deleted, and purged, from so long after its discovery on, in
   * ms; until then brokers may not have heard of it yet. Default 15,000.
   */
  considerMissingTopicDeletedAfterMs?: number
  /** Whether asking for a topic may create it, where the cluster allows. Default false. */
  allowAutoTopicCreation?: boolean
  /** The largest answer that is read, in bytes. Default 104,857,600. */
  brokerMaxReadBytes?: number
  /** The largest request that is written, in bytes. Default 104,857,600. */
  brokerMaxWriteBytes?: number
  /** The highest version to use by API key; a key that is missing is not used at all. Default: the highest that both sides know. */
  maxVersions?: ReadonlyMap<number, number>
  /** The lowest version to use by API key; a broker that has less gives `UNSUPPORTED_VERSION`. */
  minVersions?: ReadonlyMap<number, number>
  /** Time, injected. Default: the machine's. */
  clock?: Clock
  /** 0 <= n < 1, injected. Default `Math.random`. */
  random?: () => number
}
export type ResolvedConnectionOptions = Required<Omit<ConnectionOptions, 'rack' | 'maxVersions' | 'minVersions'>> &
  Pick<ConnectionOptions, 'rack' | 'maxVersions' | 'minVersions'>

const isObject = (v: unknown) => typeof v === 'object' && v !== null
const isVersion = (v: unknown) => Number.isSafeInteger(v) && (v as number) >= 0 && (v as number) < 0x8000
const versionMap: Check<ReadonlyMap<number, number> | undefined> = value(
  undefined,
  'a Map of API key to version, as versionsFromString of /protocol gives',
  v => v instanceof Map && [...v].every(pair => pair.every(isVersion)),
)
const hooks: Check<Hooks> = (v, path) => {
  if (!isObject(v)) throw wrong(path, 'an object of hook methods', v)
  for (const name of hookNames) {
    const hook = (v as Hooks)[name]
    if (hook !== undefined && typeof hook !== 'function') throw wrong(`${path}.${name}`, 'a function', hook)
  }
  return v as Hooks
}

/** Brokers refuse connections whose software has another form (KIP-511). */
const softwareText =
  (fallback: string): Check<string> =>
  (v, path) => {
    const given = text(fallback)(v, path)
    if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/.test(given)) throw wrong(path, 'letters, digits, dots and hyphens', given)
    return given
  }

const mechanism: Check<SaslMechanism> = (v, path) => {
  const { name, authenticate } = (isObject(v) ? v : {}) as Partial<SaslMechanism>
  // A value that is wrong may be a password.
  if (typeof name !== 'string' || name === '' || typeof authenticate !== 'function')
    throw new ClientError('INVALID_OPTION', `${path} must be a SASL mechanism, such as plain({ username, password }) of /sasl`)
  return v as SaslMechanism
}
const sasl: Check<readonly SaslMechanism[]> = (v, path) => {
  if (v !== undefined && !Array.isArray(v)) throw new ClientError('INVALID_OPTION', `${path} must be an array of SASL mechanisms`)
  return list(mechanism)(v, path)
}

const transport: Check<Transport> = (v, path) => {
  const isTransport = isObject(v) && typeof (v as Transport).connect === 'function'
  if (!isTransport) throw wrong(path, 'a Transport: tcp() or tls() from transport/node, webSocket({ url }) in a page', v)
  return v as Transport
}
const seed: Check<string> = (v, path) => {
  if (typeof v !== 'string') throw wrong(path, 'a string host:port', v)
  parseAddress(v, path)
  return v
}
const seeds: Check<readonly string[]> = (v, path) => {
  const all = v === undefined ? ['127.0.0.1:9092'] : list(seed)(v, path)
  if (all.length === 0) throw wrong(path, 'at least one host:port', v)
  return all
}

/** JoinGroup, Heartbeat, SyncGroup, and the heartbeat of KIP-848. */
const memberKeys = new Set([11, 12, 14, 68])
const usualRetryTimeout = (key: number): number => (memberKeys.has(key) ? 45_000 : 30_000)

export const connectionSpec: Spec<ResolvedConnectionOptions> = {
  seedBrokers: seeds,
  transport,
  sasl,
  clientId: text('milena'),
  software: (v, path) => resolve({ name: softwareText('milena'), version: softwareText('0.1.0') }, v, path),
  rack: optionalText,
  hooks: list(hooks),
  logger: value(silentLogger, 'a Logger', v => isObject(v) && typeof (v as Logger).log === 'function'),
  dialTimeoutMs: int(10_000, 1),
  requestTimeoutOverheadMs: int(10_000, 1),
  connIdleTimeoutMs: int(30_000, 1),
  requestRetries: int(20, 0),
  retryTimeoutMs: (v = usualRetryTimeout, path) => (typeof v === 'function' ? (v as (key: number) => number) : int(0, 0)(v, path)),
  retryBackoff: fn(exponentialBackoff),
  metadataMaxAgeMs: int(300_000, 10),
  metadataMinAgeMs: int(5_000, 1),
  considerMissingTopicDeletedAfterMs: int(15_000, 0),
  allowAutoTopicCreation: flag(false),
  brokerMaxReadBytes: int(104_857_600, 1024),
  brokerMaxWriteBytes: int(104_857_600, 4096),
  maxVersions: versionMap,
  minVersions: versionMap,
  clock: value(systemClock, 'a Clock', v => isObject(v) && typeof (v as Clock).now === 'function'),
  random: fn(Math.random),
}
