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
 * One field of a message. `$in`, `$out` and `$optional` exist for the compiler alone: what an encoder takes, what a decoder gives, and whether
 * an input may leave the field out.
 */
export interface Field<In = unknown, Out = unknown, Optional extends boolean = boolean> extends FieldSpec {
  readonly $in: In
  readonly $out: Out
  readonly $optional: Optional
}

type Since = Pick<FieldSpec, 'since'>
type Until = Pick<FieldSpec, 'until'>
type Nullable = Required<Pick<FieldSpec, 'nullable'>>
type Default<T> = { readonly default: T }
type Ignorable = Required<Pick<FieldSpec, 'ignorable'>>

/** What a type is given in brackets: `int32(since(7), byDefault(-1), ignorable)`. */
export type Modifier<T = unknown> = Since | Until | Nullable | Default<T | null> | Ignorable

/** On the wire from this version on. */
export const since = (since: number): Since => ({ since })
/** On the wire up to this version, which still has it. */
export const until = (until: number): Until => ({ until })
/** May be null in these versions; null and empty are different things. */
export const nullable = (since = 0, until = Number.POSITIVE_INFINITY): Nullable => ({ nullable: { since, until } })
/** In the tagged section, from version `since` on, and only sent when it differs from the default (KIP-482). */
export const tagged = (tag: number, since: number): Since & Pick<FieldSpec, 'tag'> => ({ tag, since })
/** What a missing field means. */
export const byDefault = <T>(value: T): Default<T> => ({ default: value })
/** In versions without it a value is dropped; other fields refuse such a value. */
export const ignorable: Ignorable = { ignorable: true }

type Has<M extends readonly unknown[], T> = Extract<M[number], T> extends never ? false : true
type Null<M extends readonly unknown[]> = Has<M, Nullable> extends true ? null : never
type Modified<In, Out, M extends readonly unknown[]> = Field<In | Null<M>, Out | Null<M>, Has<M, Since | Until | Default<unknown>>>

/** A type that stands for itself, or takes modifiers. */
export interface Scalar<In, Out = In> extends Field<In, Out, false> {
  <M extends readonly Modifier<In>[]>(...modifiers: M): Modified<In, Out, M>
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

const field = (type: FieldType, modifiers: readonly Modifier[]) =>
  Object.assign({ type, since: 0, until: Number.POSITIVE_INFINITY }, ...modifiers) as Field as never
const scalar = <In, Out = In>(type: FieldType): Scalar<In, Out> =>
  Object.assign((...modifiers: readonly Modifier[]) => field(type, modifiers), field(type, []) as Field<In, Out, false>)

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
export function array<In, Out, M extends readonly Modifier<readonly In[]>[]>(
  of: Scalar<In, Out>,
  ...modifiers: M
): Modified<readonly In[], readonly Out[], M>
export function array<F extends Fields, M extends readonly Modifier<readonly InputOf<F>[]>[]>(
  of: F,
  ...modifiers: M
): Modified<readonly InputOf<F>[], readonly OutputOf<F>[], M>
export function array(items: Field | Fields, ...modifiers: readonly Modifier[]): Field {
  const type = typeof items === 'function' ? (items as Field).type : structType(items as Fields)
  return field({ kind: 'array', of: type, zero: noItems, coder: place => arrayCoder(type, place) }, modifiers)
}

/** A struct that stands alone. */
export function struct<F extends Fields, M extends readonly Modifier<InputOf<F>>[]>(
  fields: F,
  ...modifiers: M
): Modified<InputOf<F>, OutputOf<F>, M> {
  return field(structType(fields), modifiers)
}
