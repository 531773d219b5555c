/** The first error code of a decoded answer, whole answer first, then what lies deeper; 0 when all is well. */
export function errorCodeOf(body: unknown): number {
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return 0
  if (Array.isArray(body)) return firstOf(body)
  const fields = body as Record<string, unknown>
  const own = fields.errorCode
  if (typeof own === 'number' && own !== 0) return own
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== 'object' || value === null) continue
    const code = errorCodeOf(value)
    if (code !== 0) return code
  }
  return 0
}

function firstOf(items: readonly unknown[]): number {
  for (const item of items) {
    // A list is of one kind: of scalars there is nothing to look at.
    if (typeof item !== 'object') return 0
    const code = errorCodeOf(item)
    if (code !== 0) return code
  }
  return 0
}
