/** A decoded message as JSON: int64 as exact number text, bytes as base64, unknown tags by their number. */
const INDENT = '  '

export function jsonOf(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return JSON.stringify(base64(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const deeper = indent + INDENT
  if (Array.isArray(value))
    return block(
      '[',
      ']',
      value.map(item => jsonOf(item, deeper)),
      indent,
    )
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const members = entries
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(String(key))}: ${jsonOf(member, deeper)}`)
  return block('{', '}', members, indent)
}

function block(open: string, close: string, items: string[], indent: string): string {
  if (items.length === 0) return open + close
  return `${open}\n${items.map(item => indent + INDENT + item).join(',\n')}\n${indent}${close}`
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
