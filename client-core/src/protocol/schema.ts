import { putUuid, type Uuid, uuidAt, zeroUuid } from '../bytes/uuid.js'
import type { Coder, Place } from './coder.js'
import * as scalars from './scalars.js'
import { bytesCoder, fixedType, noBytes, recordsCoder, stringCoder } from './scalars.js'
import { arrayCoder, noItems, nullableStructCoder } from './struct.js'

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

/** A type knows how it is read and written, so that a program has the code of the types that it uses. */
interface Type<K extends string> {
  readonly kind: K
  /** What a missing field means; of a struct made by `defaultOf`. */
  zero?: unknown
  /** Its closures at one version of one message; made anew at every call, so keep them. */
  readonly coder: (place: Place) => Coder
}

export type FieldType = Type<ScalarKind> | (Type<'array'> & { readonly of: FieldType }) | (Type<'struct'> & { readonly fields: Fields })

/** Versions, both ends included. */
export interface VersionRange {
  readonly since: number
  readonly until: number
}

/** Everything the codec needs to know of a field. */
export interface FieldSpec extends VersionRange {
  readonly type: FieldType
  /** The versions in which null may be on the wire; undefined: none. */
  readonly nullable?: VersionRange
  /** The field is in the tagged section, under this number (KIP-482). */
  readonly tag?: number
  /** What Kafka's definition states as default, where it does; otherwise the zero of the type (`defaultOf`). */
  readonly default?: unknown
  /** A value other than the default may be dropped silently in versions without the field. */
  readonly ignorable?: boolean
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

const of = (type: FieldType): FieldSpec => ({ type, since: 0, until: Number.POSITIVE_INFINITY })
const scalar = <In, Out = In>(type: FieldType): Field<In, Out, false> => new Field(of(type))

export const bool = /* @__PURE__ */ scalar<boolean>(
  /* @__PURE__ */ fixedType(
    'bool',
    1,
    false,
    // Any byte but 0 is true, as in Kafka.
    (view, at) => view.getInt8(at) !== 0,
    (view, at, value) => view.setInt8(at, +value),
  ),
)
export const int8 = /* @__PURE__ */ scalar<number>(scalars.int8)
export const int16 = /* @__PURE__ */ scalar<number>(scalars.int16)
export const uint16 = /* @__PURE__ */ scalar<number>(
  /* @__PURE__ */ fixedType(
    'uint16',
    2,
    0,
    (view, at) => view.getUint16(at),
    (view, at, value) => view.setUint16(at, value),
  ),
)
export const int32 = /* @__PURE__ */ scalar<number>(scalars.int32)
export const uint32 = /* @__PURE__ */ scalar<number>(
  /* @__PURE__ */ fixedType(
    'uint32',
    4,
    0,
    (view, at) => view.getUint32(at),
    (view, at, value) => view.setUint32(at, value),
  ),
)
export const int64 = /* @__PURE__ */ scalar<bigint>(
  /* @__PURE__ */ fixedType(
    'int64',
    8,
    0n,
    (view, at) => view.getBigInt64(at),
    (view, at, value) => view.setBigInt64(at, value),
    24,
  ),
)
export const float64 = /* @__PURE__ */ scalar<number>(
  /* @__PURE__ */ fixedType(
    'float64',
    8,
    0,
    (view, at) => view.getFloat64(at),
    (view, at, value) => view.setFloat64(at, value),
    16,
  ),
)
export const string = /* @__PURE__ */ scalar<string>({ kind: 'string', zero: '', coder: stringCoder })
export const uuid = /* @__PURE__ */ scalar<Uuid>(/* @__PURE__ */ fixedType('uuid', 16, zeroUuid, uuidAt, putUuid, 40))
/** Opaque bytes. Read as a view of the frame. */
export const bytes = /* @__PURE__ */ scalar<Uint8Array>({ kind: 'bytes', zero: noBytes, coder: bytesCoder })
/** Record batches. Written from one array or several, which are never concatenated; read as one view of the frame. */
export const records = /* @__PURE__ */ scalar<Uint8Array | readonly Uint8Array[], Uint8Array>({
  kind: 'records',
  zero: null,
  coder: recordsCoder,
})

const structType = (fields: Fields): FieldType => ({ kind: 'struct', fields, coder: place => nullableStructCoder(fields, place) })

/** A list of scalars or, given fields, of structs. */
export function array<In, Out>(of: Field<In, Out>): Field<readonly In[], readonly Out[], false>
export function array<F extends Fields>(of: F): Field<readonly InputOf<F>[], readonly OutputOf<F>[], false>
export function array(items: Field | Fields): Field<readonly unknown[], readonly unknown[], false> {
  const type = items instanceof Field ? items.spec.type : structType(items)
  return new Field(of({ kind: 'array', of: type, zero: noItems, coder: place => arrayCoder(type, place) }))
}

/** A struct that stands alone. */
export function struct<F extends Fields>(fields: F): Field<InputOf<F>, OutputOf<F>, false> {
  return new Field(of(structType(fields)))
}
