import type { Hash } from './hash.js'
import { toHex, utf8 } from './text.js'

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
}

/** A GET request whose signature goes into its query. */
export interface Presigning {
  readonly keys: AwsKeys
  readonly region: string
  readonly service: string
  readonly host: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** When it is signed, ms since the epoch. */
  readonly atMs: number
  readonly expiresSeconds: number
  /** The SHA-256 of the body in hex, or what the service wants in its place. */
  readonly payload: string
}

/** The query's parameters that AWS Signature Version 4 adds, the signature among them. */
export async function presign(hash: Hash, what: Presigning): Promise<Map<string, string>> {
  const { keys, region, service, host, path, atMs, payload } = what
  const date = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [date.slice(0, 8), region, service, 'aws4_request']
  const added = new Map([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', [keys.accessKeyId, ...scope].join('/')],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(what.expiresSeconds)],
    ...(keys.sessionToken === undefined ? [] : ([['X-Amz-Security-Token', keys.sessionToken]] as const)),
    ['X-Amz-SignedHeaders', 'host'],
  ])
  const query = [...Object.entries(what.query), ...added].map(pair => pair.map(encode)).sort(([a], [b]) => (a < b ? -1 : 1))
  const canonical = ['GET', path, query.map(pair => pair.join('=')).join('&'), `host:${host}`, '', 'host', payload].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), toHex(await hash.digest(utf8(canonical)))].join('\n')
  const signature = await hash.hmac(await signingKey(hash, keys.secretAccessKey, scope), utf8(toSign))
  return added.set('X-Amz-Signature', toHex(signature))
}

/** A key for one day, region and service: `scope` is those and `aws4_request`. */
export async function signingKey(hash: Hash, secret: string, scope: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  let key = utf8(`AWS4${secret}`)
  for (const part of scope) key = await hash.hmac(key, utf8(part))
  return key
}

/** RFC 3986: `encodeURIComponent` leaves five characters more as they are. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
