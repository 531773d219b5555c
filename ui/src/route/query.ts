/** Typed values of a route's query. A value at its default is left out of the URL; one that does not parse is the default. */

export interface Param<T> {
  fallback: T
  read(text: string): T | undefined
  write(value: T): string
}
export type Schema = Readonly<Record<string, Param<unknown>>>
export type Values<S extends Schema> = { [K in keyof S]: S[K] extends Param<infer T> ? T : never }

export const text = (fallback = ''): Param<string> => ({ fallback, read: value => value, write: value => value })

export const flag = (): Param<boolean> => ({ fallback: false, read: value => value === '1', write: value => (value ? '1' : '0') })

export const choice = <T extends string>(values: readonly T[], fallback: T): Param<T> => ({
  fallback,
  read: value => values.find(each => each === value),
  write: value => value,
})

/** A choice that may be unset. */
export const maybe = <T extends string>(values: readonly T[]): Param<T | null> => ({
  fallback: null,
  read: value => values.find(each => each === value),
  write: value => value ?? '',
})

export const count = (fallback: number, max: number): Param<number> => ({
  fallback,
  read: value => (/^\d{1,9}$/.test(value) && Number(value) > 0 && Number(value) <= max ? Number(value) : undefined),
  write: String,
})

export const int64 = (): Param<bigint | null> => ({
  fallback: null,
  read: value => (/^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined),
  write: value => String(value ?? ''),
})

/** `0-3,7`; null stands for all of them. */
export const numbers = (): Param<number[] | null> => ({
  fallback: null,
  read: value => (/^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$/.test(value) ? expand(value) : undefined),
  write: value => (value ? contract(value) : ''),
})

const EXPAND_LIMIT = 10_000

function expand(value: string): number[] {
  const found = new Set<number>()
  for (const range of value.split(',')) {
    const [from, to = from] = range.split('-').map(Number)
    for (let at = from; at <= to && found.size < EXPAND_LIMIT; at++) found.add(at)
  }
  return [...found].sort((a, b) => a - b)
}

/** `[0, 1, 2, 5]` as `0-2,5`. */
export function contract(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const ranges: string[] = []
  for (let at = 0; at < sorted.length; ) {
    let end = at
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) end++
    ranges.push(end === at ? String(sorted[at]) : `${sorted[at]}-${sorted[end]}`)
    at = end + 1
  }
  return ranges.join(',')
}

export function readQuery<S extends Schema>(schema: S, query: ReadonlyMap<string, string>): Values<S> {
  const values = Object.keys(schema).map(key => {
    const raw = query.get(key)
    return [key, (raw === undefined ? undefined : schema[key].read(raw)) ?? schema[key].fallback]
  })
  return Object.fromEntries(values) as Values<S>
}

/** The query with some values changed; keys that the schema does not know stay. */
export function writeQuery<S extends Schema>(
  schema: S,
  query: ReadonlyMap<string, string>,
  changes: Partial<Values<S>>,
): Map<string, string> {
  const next = new Map(query)
  for (const [key, value] of Object.entries(changes)) {
    const param = schema[key]
    const written = value === undefined || value === param.fallback ? '' : param.write(value)
    if (written === '' || written === param.write(param.fallback)) next.delete(key)
    else next.set(key, written)
  }
  return next
}
