/** The filter of a list: one line in the language of filter/parse.ts. Escape empties it, then leaves it. */
import { type Ref, useId } from 'react'
import { Icon } from './Icon.js'
import { Kbd } from './Kbd.js'

export interface FilterInputProps {
  value: string
  onChange(value: string): void
  placeholder: string
  label: string
  notes?: readonly string[]
  small?: boolean
  className?: string
  ref?: Ref<HTMLInputElement>
}

export function FilterInput({ value, onChange, placeholder, label, notes = [], small, className = '', ref }: FilterInputProps) {
  const noteId = useId()
  return (
    <>
      <span className={`inp ${small ? 'sm' : ''} ${className}`}>
        <Icon name="search" small={small} />
        <input
          ref={ref}
          type="text"
          spellCheck={false}
          autoComplete="off"
          aria-label={label}
          aria-describedby={notes.length > 0 ? noteId : undefined}
          aria-keyshortcuts="/"
          placeholder={placeholder}
          value={value}
          onChange={event => onChange(event.target.value)}
          onKeyDown={event => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            event.stopPropagation()
            if (value === '') event.currentTarget.blur()
            else onChange('')
          }}
        />
        {value === '' && <Kbd keys="/" />}
      </span>
      {notes.length > 0 && (
        <span id={noteId} className="t2" role="status">
          {notes.join('; ')}
        </span>
      )}
    </>
  )
}
