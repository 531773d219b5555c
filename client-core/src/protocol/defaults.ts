import type { Field } from './schema.js'

/** A struct's fields by name. */
export type Values = Record<string, unknown>

/**
 * What a field means when it is missing: the default of Kafka's definition, or the zero of its type. Shared and frozen where it is an
 * object.
 */
export function defaultOf({ type, default: stated }: Field): unknown {
  if (stated !== undefined) return stated
  // Made once per struct: a decoder hands the same object to every message that lacks the field.
  if (type.kind === 'struct')
    type.zero ??= Object.freeze(Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, defaultOf(field)])))
  return type.zero
}

/** Whether a value is what a missing field means: such a value needs no tag, and fits versions without the field. */
export const isDefault = (field: Field, value: unknown): boolean => means(value, defaultOf(field))

/** Defaults are scalars, null, empty lists, or structs of such. */
function means(value: unknown, expected: unknown): boolean {
  if (value === undefined || value === expected) return true
  if (typeof value !== 'object' || !value || typeof expected !== 'object' || !expected) return false
  return Array.isArray(expected) || expected instanceof Uint8Array
    ? (value as unknown[]).length === 0
    : !hasTags(value as Values) && Object.entries(expected).every(([name, item]) => means((value as Values)[name], item))
}

export const hasTags = ({ unknownTags }: Values): boolean => unknownTags instanceof Map && unknownTags.size > 0
