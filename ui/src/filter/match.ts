/** Whether something passes a filter. The subject answers with the value of a field, or of the whole row when the field is null. */
import type { Filter, Term } from './parse.js'

/** null: absent. Several values match when one does. */
export type FieldValue = string | number | bigint | null | readonly string[]

export function matches(filter: Filter, read: (field: string | null) => FieldValue): boolean {
  for (const term of filter.terms) if (passes(term, read(term.field)) === term.not) return false
  return true
}

function passes(term: Term, value: FieldValue): boolean {
  if (value === null) return term.compare === ':' && term.text === 'null'
  if (term.compare !== ':') return compares(term, value)
  if (term.text === '*') return typeof value === 'object' ? value.length > 0 : true
  if (typeof value === 'object') return value.some(term.test)
  if (typeof value === 'string') return term.test(value)
  return term.text.split(',').some(part => part.replaceAll(',', '') === String(value))
}

function compares(term: Term, value: Exclude<FieldValue, null>): boolean {
  if (typeof value === 'string' || typeof value === 'object') return false
  // An offset above 2^53 compares exactly when the bound is a plain integer.
  const bound = typeof value === 'bigint' && /^-?\d+$/.test(term.text) ? BigInt(term.text) : term.number
  if (bound === null) return false
  switch (term.compare) {
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '<':
      return value < bound
    default:
      return value <= bound
  }
}
