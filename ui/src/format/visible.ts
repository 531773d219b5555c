/** Text made safe to look at: controls become pictures, what is invisible or turns the writing direction becomes a tag. */
import { type Utf8Piece, utf8Pieces } from './utf8.js'

export interface Span {
  kind: 'text' | 'bad' | 'control' | 'tag'
  text: string
}

const tags = new Map<number, string>([
  [0x00ad, 'SHY'],
  [0x061c, 'ALM'],
  [0x180e, 'MVS'],
  [0x200b, 'ZWSP'],
  [0x200c, 'ZWNJ'],
  [0x200d, 'ZWJ'],
  [0x200e, 'LRM'],
  [0x200f, 'RLM'],
  [0x2028, 'LSEP'],
  [0x2029, 'PSEP'],
  [0x202a, 'LRE'],
  [0x202b, 'RLE'],
  [0x202c, 'PDF'],
  [0x202d, 'LRO'],
  [0x202e, 'RLO'],
  [0x2060, 'WJ'],
  [0x2066, 'LRI'],
  [0x2067, 'RLI'],
  [0x2068, 'FSI'],
  [0x2069, 'PDI'],
  [0xfeff, 'BOM'],
])

/** Controls (C1 has no pictures and is tagged by number) and the characters of `tags`. */
const isSpecial = (code: number) => code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xad && tags.has(code))

export interface VisibleOptions {
  /** One line: newlines and tabs become one mark each. Otherwise they stay, the line's end with a picture before it. */
  line: boolean
}

/** Spans of a text. A zero-width joiner inside an emoji is drawn as part of it. */
export function visibleText(text: string, options: VisibleOptions): Span[] {
  const spans: Span[] = []
  let from = 0
  const push = (kind: Span['kind'], piece: string) => {
    const last = spans.at(-1)
    if (last?.kind === kind && kind !== 'tag') last.text += piece
    else if (piece) spans.push({ kind, text: piece })
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (!isSpecial(code) || (code === 0x200d && joinsEmoji(text, at))) continue
    if (!options.line && (code === 0x0a || code === 0x09)) continue
    push('text', text.slice(from, at))
    from = at + 1
    if (options.line && (code === 0x0a || code === 0x09 || code === 0x0d)) push('control', '·')
    else if (code < 0x20) push('control', String.fromCharCode(0x2400 + code))
    else if (code === 0x7f) push('control', '␡')
    else push('tag', tags.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`)
  }
  push('text', text.slice(from))
  return spans
}

/** Spans of bytes as UTF-8; bytes that are none are `\xC8`. */
export function visibleBytes(bytes: Uint8Array, options: VisibleOptions): Span[] {
  return utf8Pieces(bytes).flatMap((piece: Utf8Piece): Span[] =>
    piece.ok ? visibleText(piece.text, options) : [{ kind: 'bad', text: `\\x${piece.byte.toString(16).toUpperCase().padStart(2, '0')}` }],
  )
}

function joinsEmoji(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.codePointAt(at + 1) ?? 0
  return (before >= 0xdc00 || before === 0xfe0f || (before >= 0x2600 && before <= 0x27bf)) && after >= 0x2600
}
