/**
 * The filter language of every list: words are ANDed, `*` stands for anything, `/regex/`, `"two words"`, `key:value`, `key>3` with units, `-` negates.
 * A field that the list does not know is a word, so `http://x` needs no quoting.
 */

export type Compare = ':' | '>' | '>=' | '<' | '<='

export interface Term {
  not: boolean
  field: string | null
  compare: Compare
  /** What was typed after the field, without quotes or slashes. */
  text: string
  /** As typed, for chips and for taking the term out again. */
  source: string
  test(value: string): boolean
  /** The text as a number in base units (ms, bytes), for comparisons. */
  number: number | null
}

export interface Filter {
  terms: Term[]
  /** Said under the input: "not a regex: searching the words". */
  notes: string[]
}

const piece = /(-?)(?:([A-Za-z][\w.]*)(:|>=|<=|>|<))?("(?:[^"\\]|\\.)*"?|\/(?:[^/\\]|\\.)+\/i?(?=\s|$)|\S+)/g

/** `fields` are the names this list knows. */
export function parseFilter(text: string, fields: readonly string[] = []): Filter {
  const filter: Filter = { terms: [], notes: [] }
  for (const match of text.matchAll(piece)) {
    const [source, minus, field, compare, value] = match
    const known = field !== undefined && fields.includes(field.toLowerCase())
    const not = minus === '-' && source.length > 1
    if (known) filter.terms.push(term(filter, { not, field: field.toLowerCase(), compare: compare as Compare, value, source }))
    else filter.terms.push(term(filter, { not, field: null, compare: ':', value: not ? source.slice(1) : source, source }))
  }
  return filter
}

interface Raw {
  not: boolean
  field: string | null
  compare: Compare
  value: string
  source: string
}

function term(filter: Filter, { not, field, compare, value, source }: Raw): Term {
  const base = { not, field, compare, source, number: quantity(value) }
  const regex = /^\/(.+)\/i?$/s.exec(value)
  if (regex) {
    try {
      const compiled = new RegExp(regex[1], 'i')
      return { ...base, text: regex[1], test: candidate => compiled.test(candidate) }
    } catch {
      filter.notes.push('not a regex: searching the words')
      return { ...base, text: regex[1], test: words(regex[1]) }
    }
  }
  const quoted = /^"((?:[^"\\]|\\.)*)"?$/s.exec(value)
  const text = quoted ? quoted[1].replace(/\\(.)/g, '$1') : value
  return { ...base, text, test: !quoted && text.includes('*') ? wildcard(text) : words(text) }
}

function words(text: string): (value: string) => boolean {
  const needle = text.toLowerCase()
  return value => value.toLowerCase().includes(needle)
}

function wildcard(text: string): (value: string) => boolean {
  const parts = text.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const compiled = new RegExp(parts.join('.*'), 'is')
  return value => compiled.test(value)
}

const units: Record<string, number> = { '': 1, ms: 1, s: 1000, min: 60_000, b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000 }

function quantity(text: string): number | null {
  const match = /^(-?[\d_]+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text)
  const unit = match ? units[match[2].toLowerCase()] : undefined
  return match && unit !== undefined ? Number(match[1].replaceAll('_', '')) * unit : null
}
