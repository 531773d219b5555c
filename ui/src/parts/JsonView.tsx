/** JSON as it was written, with line numbers and folds. Numbers keep their text; one that a double cannot hold says so. */
import { useMemo, useState } from 'react'
import { firstFolds, type JsonLine, jsonLines } from '../json/lines.js'
import type { JsonNode } from '../json/parse.js'
import { LineText } from './Spans.js'
import { VirtualLines } from './VirtualLines.js'

const LINE = 20
const kinds: Record<JsonLine['kind'], string> = { string: 'ss', number: 'sn', literal: 'sl', mark: 'sp' }

export function JsonView({ root, source, label }: { root: JsonNode; source: string; label: string }) {
  const [folds, setFolds] = useState(() => firstFolds(root))
  const lines = useMemo(() => jsonLines(root, folds, source), [root, folds, source])
  const toggle = (fold: number) => {
    const next = new Set(folds)
    if (!next.delete(fold)) next.add(fold)
    setFolds(next)
  }
  return (
    <VirtualLines
      count={lines.length}
      height={LINE}
      className="code"
      label={label}
      line={index => <Line line={lines[index]} number={index + 1} onToggle={toggle} />}
    />
  )
}

function Line({ line, number, onToggle }: { line: JsonLine; number: number; onToggle(fold: number): void }) {
  const { depth, key, text, kind, fold, folded, comma, exact } = line
  return (
    <div className="cl">
      <span className="ln" aria-hidden="true">
        {number}
      </span>
      {'  '.repeat(depth)}
      {fold !== null && (
        <button
          type="button"
          className="fold"
          aria-expanded={!folded}
          aria-label={folded ? 'Unfold' : 'Fold'}
          onClick={() => onToggle(fold)}
        >
          {folded ? '▸' : '▾'}
        </button>
      )}
      {key !== null && (
        <>
          <span className="sk">
            <LineText text={JSON.stringify(key)} />
          </span>
          <span className="sp">: </span>
        </>
      )}
      {folded ? (
        <span className="t2">{text}</span>
      ) : (
        <span className={kinds[kind]}>{kind === 'string' ? <LineText text={text} /> : text}</span>
      )}
      {comma && <span className="sp">,</span>}
      {exact && <span className="exact">exact: above 2^53, kept as text</span>}
    </div>
  )
}
