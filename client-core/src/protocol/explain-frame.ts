import { apis } from './apis.js'
import { type Explained, type ExplainLimits, type Explanation, explainWith, Walk } from './explain.js'
import { API_VERSIONS, requestHeaderVersion, responseHeaderVersion } from './frame.js'
import type { Message } from './message.js'
import { int16, int32, nullable, string } from './schema.js'

const UNSUPPORTED_VERSION = 35

const requestHeader = { apiKey: int16, apiVersion: int16, correlationId: int32, clientId: string(nullable(1)) }
const responseHeader = { correlationId: int32 }
/** The plain fields of a header are never in the flexible encoding, not even the client id. */
const headerPlace = (name: string, version: number) => ({ path: name, version, flexible: false, nullable: false })

/**
 * Explains a whole frame, without its four bytes of size: header and body. Takes key and version from the caller, as an answer does not
 * carry them; for a request they should be those of its header, which is shown as it is.
 */
export function explainFrame(
  direction: 'request' | 'response',
  apiKey: number,
  version: number,
  bytes: Uint8Array,
  limits?: ExplainLimits,
): Explanation {
  const api = apis.get(apiKey)
  const walk = new Walk(bytes, limits)
  if (api === undefined) return explainWith(walk, `API ${apiKey}`, () => unknown(apiKey))
  return explainWith(walk, api[direction].name, (_, into) => {
    header(walk, direction, api[direction], version, into)
    walk.message(api[direction], bodyVersion(walk, direction, apiKey, version), into)
  })
}

function unknown(apiKey: number): never {
  throw new Error(`no API has the key ${apiKey}`)
}

function header(walk: Walk, direction: 'request' | 'response', message: Message, version: number, into: Explained[]): void {
  const isRequest = direction === 'request'
  const headerVersion = isRequest ? requestHeaderVersion(message, version) : responseHeaderVersion(message, version)
  const fields = isRequest && headerVersion === 0 ? shortHeader : isRequest ? requestHeader : responseHeader
  const children: Explained[] = []
  const node: Explained = { name: 'header', type: `header v${headerVersion}`, offset: 0, length: 0, children, isDefault: false }
  into.push(node)
  try {
    walk.plain(fields, headerPlace('header', headerVersion), children)
    if (headerVersion > (isRequest ? 1 : 0)) walk.tags({}, { ...headerPlace('header', headerVersion), flexible: true }, children)
  } finally {
    node.length = walk.from.offset
  }
}

const shortHeader = { apiKey: int16, apiVersion: int16, correlationId: int32 }

/** A broker that does not know the version of an ApiVersions request says so in layout 0 (KIP-511). */
function bodyVersion(walk: Walk, direction: 'request' | 'response', apiKey: number, version: number): number {
  if (direction === 'request' || apiKey !== API_VERSIONS || walk.from.end - walk.from.offset < 2) return version
  const { bytes, offset } = walk.from
  return (bytes[offset] << 8) + bytes[offset + 1] === UNSUPPORTED_VERSION ? 0 : version
}
