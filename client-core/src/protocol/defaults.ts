import type { Field, Fields } from './schema.js'

/**
 * What a field means when it is missing: the default of Kafka's definition, or the zero of its type. Shared and frozen where it is an
 * object.
 */
export function defaultOf({ spec: { type, default: stated } }: Field): unknown {
  if (stated !== undefined) return stated
  // Made once per struct: a decoder hands the same object to every message that lacks the field.
  if (type.kind === 'struct')
    type.zero ??= Object.freeze(Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, defaultOf(field)])))
  return type.zero
}

/** Whether a value is what a missing field means: such a value needs no tag, and fits versions without the field. */
export function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined) return true
  const expected = defaultOf(field)
  if (value === expected) return true
  if (typeof value !== 'object' || !value || !expected) return false
  const { type } = field.spec
  return type.kind === 'struct'
    ? isDefaultStruct(type.fields, value as Record<string, unknown>)
    : (value as { length?: unknown }).length === 0
}

function isDefaultStruct(fields: Fields, value: Record<string, unknown>): boolean {
  return !hasTags(value) && Object.entries(fields).every(([name, field]) => isDefault(field, value[name]))
}

export const hasTags = ({ unknownTags }: Record<string, unknown>): boolean => unknownTags instanceof Map && unknownTags.size > 0
