/** A choice of a few. The platform's own list box: it works by keyboard, touch and screen reader as people know it. */
import { useId } from 'react'

export interface SelectOption<T extends string> {
  value: T
  label: string
}

export interface SelectProps<T extends string> {
  /** Drawn inside, before the value: "From newest". */
  label: string
  value: T
  options: readonly SelectOption<T>[]
  onChange(value: T): void
  small?: boolean
  /** The label is a field's own, outside; here it is only the name. */
  bare?: boolean
  mono?: boolean
  id?: string
  className?: string
}

export function Select<T extends string>({ label, value, options, onChange, small, bare, mono, id, className = '' }: SelectProps<T>) {
  const own = useId()
  const classes = ['inp', 'pick', small ? 'sm' : '', className].filter(Boolean).join(' ')
  return (
    <span className={classes}>
      {!bare && (
        <label className="t2" htmlFor={id ?? own}>
          {label}
        </label>
      )}
      <select
        id={id ?? own}
        aria-label={bare && !id ? label : undefined}
        className={mono ? 'mono' : undefined}
        value={value}
        onChange={event => {
          const chosen = options.find(option => option.value === event.target.value)
          if (chosen) onChange(chosen.value)
        }}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  )
}
