import { ClientError } from '../error.js'

/** How one type at one version is read and written. Made once, used for every message. */
export interface Coder {
  readonly read: () => unknown
  readonly write: (value: unknown) => void
  /** The bytes that every value takes, tagged fields apart; NaN where they vary. */
  readonly size: number
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
