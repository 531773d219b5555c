/** A filter as chips, one per term, with an input for the next. Backspace on an empty input takes the last chip back into it. */
import { type KeyboardEvent, type Ref, useMemo, useState } from 'react'
import { parseFilter, type Term } from '../filter/parse.js'
import { Icon } from './Icon.js'
import { Kbd } from './Kbd.js'

export interface FilterChipsProps {
  value: string
  onChange(value: string): void
  fields: readonly string[]
  label: string
  placeholder: string
  ref?: Ref<HTMLInputElement>
}

export function FilterChips({ value, onChange, fields, label, placeholder, ref }: FilterChipsProps) {
  const [text, setText] = useState('')
  const filter = useMemo(() => parseFilter(value, fields), [value, fields])
  const typed = useMemo(() => parseFilter(text, fields), [text, fields])
  const sources = filter.terms.map(term => term.source)
  const put = (terms: readonly string[]) => onChange(terms.join(' '))
  const commit = () => {
    if (text.trim() === '') return
    put([...sources, ...typed.terms.map(term => term.source)])
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') commit()
    else if (event.key === 'Backspace' && text === '' && sources.length > 0) {
      setText(sources.at(-1) ?? '')
      put(sources.slice(0, -1))
    } else if (event.key === 'Escape') {
      if (text === '') event.currentTarget.blur()
      setText('')
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const notes = [...filter.notes, ...typed.notes]
  return (
    <>
      <span className="t3">
        <Icon name="search" />
      </span>
      {filter.terms.map((term, index) => (
        <Chip key={`${term.source} ${String(index)}`} term={term} onRemove={() => put(sources.filter((_, at) => at !== index))} />
      ))}
      <span className="inp sm chipin">
        <input
          ref={ref}
          type="text"
          aria-label={label}
          placeholder={sources.length === 0 ? placeholder : 'and…'}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={commit}
        />
        {text === '' && <Kbd keys="f" />}
      </span>
      {notes.length > 0 && (
        <span className="t2 nw" role="status">
          {notes.join('; ')}
        </span>
      )}
    </>
  )
}

function Chip({ term, onRemove }: { term: Term; onRemove(): void }) {
  const compare = term.compare === ':' ? (term.field ? 'has' : '') : term.compare
  const words = [term.not ? 'not' : '', term.field ?? '', compare].filter(Boolean).join(' ')
  return (
    <span className="chip">
      {words && <span className="k">{words}</span>}
      <span className="mono">{term.text}</span>
      <button type="button" className="x" aria-label={`Remove filter ${term.source}`} onClick={onRemove}>
        <Icon name="close" small />
      </button>
    </span>
  )
}
