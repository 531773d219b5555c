import type { Uuid } from '../bytes/uuid.js'

/** The types that Kafka's message definitions know. */
export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records'

export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'array'; readonly of: FieldType }
  | { readonly kind: 'struct'; readonly fields: Fields }

/** Everything the codec needs to know of a field. Version ranges include both ends. */
export interface FieldSpec {
  readonly type: FieldType
  readonly since: number
  readonly until: number
  /** The versions in which null may be on the wire; undefined: none. */
  readonly nullable?: { readonly since: number; readonly until: number }
  /** The field is in the tagged section, under this number (KIP-482). */
  readonly tag?: number
  /** What Kafka's definition states as default, where it does; otherwise the zero of the type (`defaultOf`). */
  readonly default?: unknown
  /** A value other than the default may be dropped silently in versions without the field. */
  readonly ignorable: boolean
}

/** Tagged fields that a table does not know, by tag: kept when read, written back when given. */
export type UnknownTags = ReadonlyMap<number, Uint8Array>

/**
 * One field of a message, as a value. The methods return a changed copy. `$in`, `$out` and `$optional` exist for the compiler alone: what
 * an encoder takes, what a decoder gives, and whether an input may leave the field out.
 */
export class Field<In = unknown, Out = unknown, Optional extends boolean = boolean> {
  declare readonly $in: In
  declare readonly $out: Out
  declare readonly $optional: Optional

  constructor(readonly spec: FieldSpec) {}

  /** On the wire from this version on. */
  since(version: number): Field<In, Out, true> {
    return new Field({ ...this.spec, since: version })
  }

  /** On the wire up to this version, which still has it. */
  until(version: number): Field<In, Out, true> {
    return new Field({ ...this.spec, until: version })
  }

  /** May be null in these versions; null and empty are different things. */
  nullable(since = 0, until = Number.POSITIVE_INFINITY): Field<In | null, Out | null, Optional> {
    return new Field({ ...this.spec, nullable: { since, until } })
  }

  /** Sent in the tagged section, from version `since` on, and only when it differs from the default (KIP-482). */
  tagged(tag: number, since: number): Field<In, Out, true> {
    return new Field({ ...this.spec, tag, since })
  }

  /** What a missing field means. */
  default(value: In): Field<In, Out, true> {
    return new Field({ ...this.spec, default: value })
  }

  /** In versions without it a value is dropped; other fields refuse such a value. */
  get ignorable(): Field<In, Out, Optional> {
    return new Field({ ...this.spec, ignorable: true })
  }
}

export type Fields = Readonly<Record<string, Field>>

type Flat<T> = { readonly [K in keyof T]: T[K] }
type Optional<F extends Fields> = { [K in keyof F]: F[K]['$optional'] extends true ? K : never }[keyof F]

/** What an encoder takes for these fields. */
export type InputOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, Optional<F>>]: F[K]['$in'] } & { [K in Optional<F>]?: F[K]['$in'] } & { unknownTags?: UnknownTags }
>
/** What a decoder gives for these fields: all of them, whatever the version. Values that were not on the wire are shared and frozen. */
export type OutputOf<F extends Fields> = Flat<{ [K in keyof F]: F[K]['$out'] } & { unknownTags?: UnknownTags }>

const scalar = <In, Out = In>(kind: ScalarKind): Field<In, Out, false> => new Field(field({ kind }))
const field = (type: FieldType): FieldSpec => ({ type, since: 0, until: Number.POSITIVE_INFINITY, ignorable: false })

export const bool = scalar<boolean>('bool')
export const int8 = scalar<number>('int8')
export const int16 = scalar<number>('int16')
export const uint16 = scalar<number>('uint16')
export const int32 = scalar<number>('int32')
export const uint32 = scalar<number>('uint32')
export const int64 = scalar<bigint>('int64')
export const float64 = scalar<number>('float64')
export const string = scalar<string>('string')
export const uuid = scalar<Uuid>('uuid')
/** Opaque bytes. Read as a view of the frame. */
export const bytes = scalar<Uint8Array>('bytes')
/** Record batches. Written from one array or several, which are never concatenated; read as one view of the frame. */
export const records = scalar<Uint8Array | readonly Uint8Array[], Uint8Array>('records')

/** A list of scalars or, given fields, of structs. */
export function array<In, Out>(of: Field<In, Out>): Field<readonly In[], readonly Out[], false>
export function array<F extends Fields>(of: F): Field<readonly InputOf<F>[], readonly OutputOf<F>[], false>
export function array(of: Field | Fields): Field<readonly unknown[], readonly unknown[], false> {
  return new Field(field({ kind: 'array', of: of instanceof Field ? of.spec.type : { kind: 'struct', fields: of } }))
}

/** A struct that stands alone. */
export function struct<F extends Fields>(fields: F): Field<InputOf<F>, OutputOf<F>, false> {
  return new Field(field({ kind: 'struct', fields }))
}
