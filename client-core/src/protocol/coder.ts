import type { Reader } from '../bytes/reader.js'
import type { Writer } from '../bytes/writer.js'
import { ClientError } from '../error.js'
import type { Field } from './schema.js'

/** How one type at one version is read and written. Made once, used for every message. */
export interface Coder {
  readonly read: (from: Reader) => unknown
  readonly write: (to: Writer, value: unknown) => void
  /** The fewest bytes a value can take: what a count from the wire is checked against. */
  readonly min: number
  /** About how much memory a value takes beside its slot, items of arrays not counted. */
  readonly cost: number
  /** Every value takes `min` bytes: many are stepped over at once. */
  readonly fixed?: true
}

/** Where a coder stands: what its errors name and how it writes lengths. */
export interface Place {
  /** `ProduceRequest.topicData.name`. */
  readonly path: string
  readonly version: number
  readonly flexible: boolean
  readonly nullable: boolean
  /** It is a tagged field itself. */
  readonly tagged?: boolean
}

/** A field that is on the wire at a version. */
export interface Member {
  readonly name: string
  readonly field: Field
  readonly coder: Coder
}

/** A value that a caller handed in and that Kafka's definition does not allow. */
export function refused(place: Pick<Place, 'path' | 'version'>, why: string): ClientError {
  return new ClientError('INVALID_REQUEST', `${place.path} (v${place.version}): ${why}`)
}

/** A value as an error's sentence shows it: short, never a dump of bytes, and never a text, which may be a password that got into the wrong field. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
