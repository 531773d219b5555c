import { ClientError } from '../error.js'

/** Reads one option: gives its value or its default, or throws a `ClientError` `INVALID_OPTION` that names the path. */
export type Check<T> = (value: unknown, path: string) => T
export type Spec<T> = { readonly [K in keyof T]-?: Check<T[K]> }

/** Reads every option of a group. A name that the group does not have is an error, so that a misspelt option never passes silently. */
export function resolve<T extends object>(spec: Spec<T>, input: unknown, path = ''): T {
  if (input !== undefined && (typeof input !== 'object' || input === null || Array.isArray(input)))
    throw wrong(path || 'options', 'an object', input)
  const given = (input ?? {}) as Record<string, unknown>
  for (const name of Object.keys(given)) if (!Object.hasOwn(spec, name)) throw unknown(path, name, Object.keys(spec))
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(spec)) out[name] = (spec as Record<string, Check<unknown>>)[name](given[name], join(path, name))
  return out as T
}

const join = (path: string, name: string) => (path ? `${path}.${name}` : name)

function unknown(path: string, name: string, known: readonly string[]): ClientError {
  const near = known.find(k => isNear(k.toLowerCase(), name.toLowerCase()))
  const hint = near ? `did you mean ${join(path, near)}?` : `known are ${known.join(', ')}`
  return new ClientError('INVALID_OPTION', `${join(path, name)} is not an option: ${hint}`)
}

/** One the beginning of the other, or the same but for two letters next to each other: one too many, too few, wrong, swapped. */
function isNear(a: string, b: string): boolean {
  if (b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true
  const differ = Math.max(a.length, b.length)
  let [head, tail] = [0, 0]
  while (head < differ && a[head] === b[head]) head++
  while (tail < differ && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  return head + tail >= differ - (a.length === b.length ? 2 : 1)
}

export function wrong(path: string, expected: string, value: unknown): ClientError {
  return new ClientError('INVALID_OPTION', `${path} must be ${expected}, not ${show(value)}`)
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}

export const text =
  (fallback: string): Check<string> =>
  (v, path) => {
    if (v === undefined) return fallback
    if (typeof v !== 'string') throw wrong(path, 'a string', v)
    return v
  }
export const optionalText: Check<string | undefined> = (v, path) => {
  if (v !== undefined && typeof v !== 'string') throw wrong(path, 'a string', v)
  return v
}
export const flag =
  (fallback: boolean): Check<boolean> =>
  (v, path) => {
    if (v === undefined) return fallback
    if (typeof v !== 'boolean') throw wrong(path, 'true or false', v)
    return v
  }
/** A whole number; `Infinity` only where it is the upper bound. */
export const int =
  (fallback: number, min: number, max = 0x7fffffff): Check<number> =>
  (v, path) => {
    if (v === undefined) return fallback
    const whole = typeof v === 'number' && (Number.isSafeInteger(v) || v === Number.POSITIVE_INFINITY)
    if (!whole || v < min || v > max) throw wrong(path, `a whole number from ${min} to ${max}`, v)
    return v
  }
export const oneOf =
  <const T extends string>(values: readonly T[], fallback: T): Check<T> =>
  (v, path) => {
    if (v === undefined) return fallback
    if (!values.includes(v as T)) throw wrong(path, `one of ${values.map(x => `'${x}'`).join(', ')}`, v)
    return v as T
  }
/** A function, or an object with methods, taken as it is. */
export const value =
  <T>(fallback: T, expected: string, isOne: (v: unknown) => boolean): Check<T> =>
  (v, path) => {
    if (v === undefined) return fallback
    if (!isOne(v)) throw wrong(path, expected, v)
    return v as T
  }
export const fn = <T>(fallback: T): Check<T> => value(fallback, 'a function', v => typeof v === 'function')
export const list =
  <T>(of: Check<T>): Check<readonly T[]> =>
  (v, path) => {
    if (v === undefined) return []
    if (!Array.isArray(v)) throw wrong(path, 'an array', v)
    return v.map((item, i) => of(item, `${path}[${i}]`))
  }
