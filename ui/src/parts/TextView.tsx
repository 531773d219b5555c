/** Text with line numbers; what cannot be seen is made visible. Bytes that are not UTF-8 stay apart. */
import { useMemo } from 'react'
import { type Span, visibleBytes, visibleText } from '../format/visible.js'
import { Spans } from './Spans.js'
import { VirtualLines } from './VirtualLines.js'

const LINE = 20
/** A longer line is cut into pieces of this many characters: the browser lays each out on its own. */
const WIDE = 2000

export function TextView({ content, label }: { content: string | Uint8Array; label: string }) {
  const lines = useMemo(() => {
    const spans = typeof content === 'string' ? visibleText(content, { line: false }) : visibleBytes(content, { line: false })
    return spanLines(spans)
  }, [content])
  return (
    <VirtualLines
      count={lines.length}
      height={LINE}
      className="code"
      label={label}
      line={index => (
        <div className="cl">
          <span className="ln" aria-hidden="true">
            {lines[index].number ?? ''}
          </span>
          <Spans spans={lines[index].spans} />
        </div>
      )}
    />
  )
}

interface TextLine {
  /** null for the rest of a line that was cut. */
  number: number | null
  spans: Span[]
}

function spanLines(spans: readonly Span[]): TextLine[] {
  const lines: TextLine[] = [{ number: 1, spans: [] }]
  let number = 1
  let width = 0
  const put = (kind: Span['kind'], text: string) => {
    for (let at = 0; at < text.length; ) {
      if (width >= WIDE) {
        lines.push({ number: null, spans: [] })
        width = 0
      }
      const piece = text.slice(at, at + WIDE - width)
      lines.at(-1)!.spans.push({ kind, text: piece })
      at += piece.length
      width += piece.length
    }
  }
  for (const span of spans) {
    const parts = span.kind === 'text' ? span.text.split('\n') : [span.text]
    parts.forEach((part, index) => {
      if (index > 0) {
        lines.push({ number: ++number, spans: [] })
        width = 0
      }
      put(span.kind, part)
    })
  }
  return lines
}
