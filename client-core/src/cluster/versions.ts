import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import { ApiVersionsRequest, ApiVersionsResponse } from '../protocol/api/api-versions.js'
import { KafkaError } from '../protocol/errors.js'
import { decodeResponse } from '../protocol/frame.js'
import type { RequestMessage } from '../protocol/message.js'
import { addressOf } from '../transport/reasons.js'
import { TransportError } from '../transport/stream.js'
import type { Connection } from './connection.js'
import type { DialContext } from './dial.js'
import { describe } from './ends.js'
import type { ResolvedConnectionOptions } from './options.js'

export interface VersionRange {
  min: number
  max: number
}

const apiVersionsKey = 18
const unsupportedVersion = 35
const rebootstrapRequired = 129

/** What a broker said of itself, at a time in ms; with the version of ApiVersions that it took. */
export interface Learnt {
  readonly versions?: ReadonlyMap<number, VersionRange>
  readonly version: number
  readonly at: number
  /** How often it reset the connection instead of answering, since it last answered. */
  readonly resets: number
}

/** Some brokers (Event Hubs) reset a connection that asks with a version which they do not know. After so many, version 0 is asked. */
const mostResets = 2
const newest = ApiVersionsRequest.versions[1]
/** How long what was learnt is believed before it is heard again, in ms. */
const believedMs = 3_600_000

/** What was learnt of a broker within the hour. A seed's address may be that of many brokers, who need not be alike. */
export function recall({ learnt, env }: DialContext, broker: BrokerMetadata): Learnt | undefined {
  const known = learnt.get(addressOf(broker))
  return known && broker.nodeId >= 0 && env.clock.now() - known.at < believedMs ? known : undefined
}

/**
 * Asks a broker what it speaks, and tells it whom we take it for (KIP-1242). A broker that does not know our ApiVersions version answers in the
 * layout of version 0 with the versions it has (KIP-511): the next try uses its highest, which must be lower, so that a broker that lies cannot
 * make us loop. Undefined when we may not ask (maxVersions without ApiVersions).
 */
export async function negotiate(
  context: DialContext,
  connection: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, VersionRange> | undefined> {
  const { options, learnt, env } = context
  const { broker } = connection
  if (options.maxVersions?.has(apiVersionsKey) === false) return undefined
  // Brokers refuse one without the other.
  const clusterId = broker.nodeId >= 0 ? context.clusterId() : null
  const body = {
    clientSoftwareName: options.software.name,
    clientSoftwareVersion: options.software.version,
    clusterId,
    nodeId: clusterId === null ? -1 : broker.nodeId,
  }
  const address = addressOf(broker)
  const resets = learnt.get(address)?.resets ?? 0
  try {
    const first = resets < mostResets ? (recall(context, broker)?.version ?? newest) : 0
    for (let version = Math.min(first, options.maxVersions?.get(apiVersionsKey) ?? first); ; ) {
      const asked = version
      const answer: Answer = await connection.request(ApiVersionsRequest, body, {
        version,
        timeoutMs: options.requestTimeoutOverheadMs,
        signal,
        requestId: context.nextRequestId(),
        attempt: 1,
        initiator: 'connect',
        // What is refused is refused before anything that came behind it is read.
        decode: frame => decodeAnswer(asked, frame, broker),
      })
      const versions = new Map(answer.apiKeys.map(k => [k.apiKey, { min: k.minVersion, max: k.maxVersion }]))
      if (answer.errorCode === 0) {
        learnt.set(address, { versions, version, at: env.clock.now(), resets: 0 })
        return versions
      }
      const lower = versions.get(apiVersionsKey)?.max ?? 0
      if (lower < 0 || lower >= version) throw refused(answer.errorCode, version, broker)
      version = lower
    }
  } catch (error) {
    const { cause } = error as Error
    const wasReset = cause instanceof TransportError && cause.code === 'ECONNRESET'
    learnt.set(address, { version: newest, ...learnt.get(address), at: Number.NEGATIVE_INFINITY, resets: wasReset ? resets + 1 : resets })
    throw error
  }
}

/** UNSUPPORTED_VERSION comes in the layout of version 0, whatever was asked (KIP-511); where not even that can be read, version 0 is left to try. */
function decodeAnswer(version: number, frame: Uint8Array, broker: BrokerMetadata): Answer {
  const isRefusal = frame.length >= 6 && ((frame[4] << 8) | frame[5]) === unsupportedVersion
  try {
    const answer = decodeResponse(ApiVersionsResponse, isRefusal ? 0 : version, frame).body
    if (answer.errorCode !== 0 && !isRefusal) throw refused(answer.errorCode, version, broker)
    return answer
  } catch (error) {
    if (!isRefusal) throw error
    return { errorCode: unsupportedVersion, apiKeys: [] }
  }
}
type Answer = Pick<ApiVersionsResponse, 'errorCode' | 'apiKeys'>

function refused(errorCode: number, version: number, broker: BrokerMetadata): Error {
  const cause = new KafkaError(errorCode)
  const name = describe(broker)
  if (errorCode === rebootstrapRequired)
    return new ClientError('UNKNOWN_BROKER', `${name} is not the broker that metadata named (${cause.code})`, {
      cause,
    })
  if (errorCode !== unsupportedVersion) return new KafkaError(errorCode, `ApiVersions v${version} was refused by ${name}`, { cause })
  return new ClientError('UNSUPPORTED_VERSION', `${name} refuses every version of ApiVersions, v${version} too (${cause.code})`, { cause })
}

/**
 * The version to speak: the highest that the table, the broker, the options and the pin of the request itself have in common.
 * @throws ClientError `UNSUPPORTED_VERSION` that says which side lacks what.
 */
export function chooseVersion(
  message: RequestMessage,
  broker: ReadonlyMap<number, VersionRange> | undefined,
  options: Pick<ResolvedConnectionOptions, 'minVersions' | 'maxVersions'>,
  pin: { min?: number; max?: number } = {},
  name = 'the broker',
): number {
  const { key, api, versions } = message
  const [first, last] = versions
  const newest = message.lastUnstable ? last - 1 : last
  let theirs = broker ? broker.get(key) : { min: first, max: newest }
  const fail = (why: string) => new ClientError('UNSUPPORTED_VERSION', `${api} cannot be sent: ${why}`)
  if (!theirs) throw fail(`${name} does not have it`)
  const allowed = options.maxVersions ? options.maxVersions.get(key) : newest
  if (allowed === undefined) throw fail(`maxVersions leaves out API key ${key}`)
  const max = Math.min(newest, theirs.max, allowed, pin.max ?? newest)
  // Kafka 4 offers Produce from v0 on for the sake of an old client, and hangs up on less than v3 (KIP-896).
  if (key === 0 && (broker?.get(1)?.min ?? 0) > 3) theirs = { min: Math.max(3, theirs.min), max: theirs.max }
  const min = Math.max(first, theirs.min, options.minVersions?.get(key) ?? first, pin.min ?? first)
  if (max < min) {
    const wanted = `${Math.max(first, options.minVersions?.get(key) ?? first, pin.min ?? first)} to ${Math.min(newest, allowed, pin.max ?? newest)}`
    throw fail(`we want version ${wanted}, ${name} has ${theirs.min} to ${theirs.max}`)
  }
  return max
}
