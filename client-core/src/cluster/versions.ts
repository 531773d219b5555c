import { ClientError } from '../error.js'
import { ApiVersionsRequest, ApiVersionsResponse } from '../protocol/api/api-versions.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import { decodeResponse } from '../protocol/frame.js'
import type { RequestMessage } from '../protocol/message.js'
import { type Connection, describe } from './connection.js'
import type { DialContext } from './dial.js'
import type { ResolvedConnectionOptions } from './options.js'

export interface VersionRange {
  min: number
  max: number
}

const apiVersionsKey = 18
const unsupportedVersion = 35

/**
 * Asks a broker what it speaks. A broker that does not know our ApiVersions version answers in the layout of version 0 with the versions it has
 * (KIP-511): the next try uses its highest, which must be lower, so that a broker that lies cannot make us loop.
 */
export async function negotiate(
  context: DialContext,
  connection: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, VersionRange> | undefined> {
  const { maxVersions, software, requestTimeoutOverheadMs } = context.options
  if (maxVersions && !maxVersions.has(apiVersionsKey)) return undefined
  let version = Math.min(ApiVersionsRequest.versions[1], maxVersions?.get(apiVersionsKey) ?? Number.POSITIVE_INFINITY)
  for (;;) {
    const asked = version
    const answer: Answer = await connection.request(
      ApiVersionsRequest,
      { clientSoftwareName: software.name, clientSoftwareVersion: software.version },
      {
        version,
        timeoutMs: requestTimeoutOverheadMs,
        signal,
        requestId: context.nextRequestId(),
        attempt: 1,
        initiator: 'connect',
        decode: frame => decodeAnswer(asked, frame),
      },
    )
    const versions = new Map(answer.apiKeys.map(k => [k.apiKey, { min: k.minVersion, max: k.maxVersion }]))
    if (answer.errorCode === 0) return versions
    const lower = versions.get(apiVersionsKey)?.max ?? 0
    if (answer.errorCode !== unsupportedVersion || lower < 0 || lower >= version) throw refused(answer.errorCode, version, connection)
    version = lower
  }
}

/** UNSUPPORTED_VERSION comes in the layout of version 0, whatever was asked (KIP-511); where not even that can be read, version 0 is left to try. */
function decodeAnswer(version: number, frame: Uint8Array): Answer {
  const isRefusal = frame.length >= 6 && ((frame[4] << 8) | frame[5]) === unsupportedVersion
  if (!isRefusal) return decodeResponse(ApiVersionsResponse, version, frame).body
  try {
    return decodeResponse(ApiVersionsResponse, 0, frame).body
  } catch {
    return { errorCode: unsupportedVersion, apiKeys: [] }
  }
}
type Answer = Pick<ApiVersionsResponse, 'errorCode' | 'apiKeys'>

function refused(errorCode: number, version: number, { broker }: Connection): Error {
  const { code } = errorForCode(errorCode)
  const cause = new KafkaError(errorCode)
  if (errorCode !== unsupportedVersion)
    return new KafkaError(errorCode, `ApiVersions v${version} was refused by ${describe(broker)}`, { cause })
  return new ClientError('UNSUPPORTED_VERSION', `${describe(broker)} refuses every version of ApiVersions, v${version} too (${code})`, {
    cause,
  })
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
  const theirs = broker ? broker.get(key) : { min: first, max: newest }
  const fail = (why: string) => new ClientError('UNSUPPORTED_VERSION', `${api} cannot be sent: ${why}`)
  if (!theirs) throw fail(`${name} does not have it`)
  const allowed = options.maxVersions ? options.maxVersions.get(key) : newest
  if (allowed === undefined) throw fail(`maxVersions leaves out API key ${key}`)
  const max = Math.min(newest, theirs.max, allowed, pin.max ?? newest)
  const min = Math.max(first, theirs.min, options.minVersions?.get(key) ?? first, pin.min ?? first)
  if (max < min) {
    const wanted = `${Math.max(first, options.minVersions?.get(key) ?? first, pin.min ?? first)} to ${Math.min(newest, allowed, pin.max ?? newest)}`
    throw fail(`we want version ${wanted}, ${name} has ${theirs.min} to ${theirs.max}`)
  }
  return max
}
