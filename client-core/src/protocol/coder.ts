import type { Reader } from '../bytes/reader.js'
import type { Writer } from '../bytes/writer.js'
import { ClientError } from '../error.js'

/** How one type at one version is read and written. Made once, used for every message. */
export interface Coder {
  readonly read: (from: Reader) => unknown
  readonly write: (to: Writer, value: unknown) => void
  /** The fewest bytes a value can take: what a count from the wire is checked against. */
  readonly min: number
  /** Every value takes `min` bytes, tagged fields apart. */
  readonly fixed?: boolean
}

/** Where a coder stands: what its errors name and how it writes lengths. */
export interface Place {
  /** `ProduceRequest.topicData.name`. */
  readonly path: string
  readonly version: number
  readonly flexible: boolean
  readonly nullable?: boolean
  /** It is a tagged field itself. */
  readonly tagged?: boolean
}

/** A value that a caller handed in and that Kafka's definition does not allow. */
export function refused({ path, version }: Place, why: string): ClientError {
  return new ClientError('INVALID_REQUEST', `${path} (v${version}): ${why}`)
}

/** What a value is, never the value itself: it may be a password that got into the wrong field. `a String of length 7`. */
export function shown(value: unknown): string {
  const { length } = Object(value) as { length?: unknown }
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}${typeof length === 'number' ? ` of length ${length}` : ''}`
}
