import fc from 'fast-check'
import { uuidFromBytes } from '../../bytes/uuid.js'
import { defaultOf } from '../defaults.js'
import { isFlexible, type Message } from '../message.js'
import type { Fields, FieldType } from '../schema.js'
import { isNullable, presence } from '../struct.js'

type Value = Record<string, unknown>

/** Any value that a message can carry at a version: fields of other versions are left out, unknown tags are there at times. */
export function anyInput(message: Message, version: number): fc.Arbitrary<Value> {
  return anyStruct(message.fields, version, isFlexible(message, version), 0)
}

function anyStruct(fields: Fields, version: number, flexible: boolean, depth: number): fc.Arbitrary<Value> {
  const present = Object.entries(fields).filter(([, field]) => presence(field, version) !== 'absent')
  const values = present.map(([name, field]): [string, fc.Arbitrary<unknown>] => {
    const any = anyValue(field.type, version, flexible, depth)
    return [name, isNullable(field, version) ? fc.option(any, { freq: 3 }) : any]
  })
  const struct = fc.record(Object.fromEntries(values))
  return flexible && depth < 2
    ? fc.tuple(struct, anyTags).map(([value, unknownTags]) => (unknownTags ? { ...value, unknownTags } : value))
    : struct
}

/** Numbers that no table uses. */
const anyTags = fc
  .option(fc.uniqueArray(fc.integer({ min: 100, max: 100_000 }), { minLength: 1, maxLength: 2 }), { freq: 1 })
  .chain(tags =>
    tags === null
      ? fc.constant(undefined)
      : fc.tuple(...tags.map(tag => fc.tuple(fc.constant(tag), anyBytes))).map(pairs => new Map(pairs)),
  )
const anyBytes = fc.uint8Array({ maxLength: 20 })
const integer = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })

function anyValue(type: FieldType, version: number, flexible: boolean, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return integer(8)
    case 'int16':
      return integer(16)
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return integer(32)
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffffffff })
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'float64':
      return fc.double()
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 40 })
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidFromBytes)
    case 'bytes':
      return anyBytes
    case 'records':
      return fc.oneof(anyBytes, fc.array(anyBytes, { maxLength: 3 }))
    case 'array':
      return fc.array(anyValue(type.of, version, flexible, depth + 1), { maxLength: 3 })
    case 'struct':
      return anyStruct(type.fields, version, flexible, depth + 1)
  }
}

/** What decoding must give for an input: absent fields get their defaults, several record arrays become one. */
export function expectedOutput(fields: Fields, version: number, input: Value): Value {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    presence(field, version) === 'absent' ? defaultOf(field) : expectedValue(field.type, version, input[name]),
  ])
  return { ...Object.fromEntries(entries), ...(input.unknownTags === undefined ? {} : { unknownTags: input.unknownTags }) }
}

function expectedValue(type: FieldType, version: number, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'array') return (value as unknown[]).map(item => expectedValue(type.of, version, item))
  if (type.kind === 'struct') return expectedOutput(type.fields, version, value as Value)
  if (type.kind === 'records' && Array.isArray(value)) return Uint8Array.from((value as Uint8Array[]).flatMap(bytes => [...bytes]))
  return value
}
