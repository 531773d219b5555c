/** Colours for JSON that may be cut short or not be JSON at all: a scan that never fails. White space between tokens is left out. */

export interface JsonToken {
  kind: 'key' | 'string' | 'number' | 'literal' | 'mark' | 'other'
  text: string
}

const token = /\s+|"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]|[^\s{}[\],:"]+/gs

export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = []
  for (const [piece] of text.matchAll(token)) {
    if (/^\s/.test(piece)) continue
    if (piece === ':') {
      const last = tokens.at(-1)
      if (last?.kind === 'string') last.kind = 'key'
    }
    tokens.push({ kind: kindOf(piece), text: piece })
  }
  return tokens
}

function kindOf(piece: string): JsonToken['kind'] {
  if (piece[0] === '"') return 'string'
  if (/^[{}[\],:]$/.test(piece)) return 'mark'
  if (piece === 'true' || piece === 'false' || piece === 'null') return 'literal'
  return /^-?\d/.test(piece) ? 'number' : 'other'
}
