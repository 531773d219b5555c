import { ClientError } from '../error.js'
import { ApiVersionsRequest } from '../protocol/api/api-versions.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
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
    const answer = await connection.request(
      ApiVersionsRequest,
      { clientSoftwareName: software.name, clientSoftwareVersion: software.version },
      { version, timeoutMs: requestTimeoutOverheadMs, signal, requestId: context.nextRequestId(), attempt: 1, initiator: 'connect' },
    )
    const versions = new Map(answer.apiKeys.map(k => [k.apiKey, { min: k.minVersion, max: k.maxVersion }]))
    if (answer.errorCode === 0) return versions
    const lower = versions.get(apiVersionsKey)?.max ?? 0
    if (answer.errorCode !== unsupportedVersion || lower >= version) {
      const error = new KafkaError(
        answer.errorCode,
        `ApiVersions v${version} was refused by ${describe(connection.broker)}: ${errorForCode(answer.errorCode).code}`,
      )
      connection.close(error)
      throw error
    }
    version = lower
  }
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
