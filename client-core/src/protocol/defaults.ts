import { zeroUuid } from '../bytes/uuid.js'
import type { Field, Fields, FieldType } from './schema.js'

const noBytes = new Uint8Array(0)
const noItems: readonly unknown[] = Object.freeze([])
const structs = new WeakMap<Fields, Readonly<Record<string, unknown>>>()

/**
 * What a field means when it is missing: the default of Kafka's definition, or the zero of its type. Shared and frozen where it is an
 * object.
 */
export function defaultOf(field: Field): unknown {
  return field.spec.default !== undefined ? field.spec.default : zeroOf(field.spec.type)
}

function zeroOf(type: FieldType): unknown {
  switch (type.kind) {
    case 'bool':
      return false
    case 'int64':
      return 0n
    case 'string':
      return ''
    case 'uuid':
      return zeroUuid
    case 'bytes':
      return noBytes
    case 'records':
      return null
    case 'array':
      return noItems
    case 'struct':
      return defaultStruct(type.fields)
    default:
      return 0
  }
}

/** Made once per struct: a decoder hands the same object to every message that lacks the field. */
function defaultStruct(fields: Fields): Readonly<Record<string, unknown>> {
  let made = structs.get(fields)
  if (made === undefined) {
    made = Object.freeze(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field)])))
    structs.set(fields, made)
  }
  return made
}

/** Whether a value is what a missing field means: such a value needs no tag, and fits versions without the field. */
export function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined) return true
  const type = field.spec.type
  const expected = defaultOf(field)
  if (value === null || expected === null) return value === expected
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) && value.length === 0
    case 'bytes':
    case 'records':
      return value instanceof Uint8Array && value.length === 0
    case 'struct':
      return isDefaultStruct(type.fields, value as Record<string, unknown>)
    default:
      return value === expected
  }
}

function isDefaultStruct(fields: Fields, value: Record<string, unknown>): boolean {
  if (value.unknownTags instanceof Map && value.unknownTags.size > 0) return false
  return Object.entries(fields).every(([name, field]) => isDefault(field, value[name]))
}
