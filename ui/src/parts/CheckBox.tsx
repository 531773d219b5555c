/** A box with a tick. Inside a grid row it is for the pointer; the row's `x` is its key. */
import { Icon } from './Icon.js'

export interface CheckBoxProps {
  label: string
  checked: boolean | 'mixed'
  onChange(): void
  inRow?: boolean
  id?: string
}

export function CheckBox({ label, checked, onChange, inRow, id }: CheckBoxProps) {
  return (
    <button
      type="button"
      id={id}
      role="checkbox"
      aria-checked={checked}
      aria-label={label}
      className="chk"
      tabIndex={inRow ? -1 : 0}
      onClick={onChange}
    >
      {checked === true && <Icon name="check" />}
    </button>
  )
}

/** A box with its words beside it: both are the control. */
export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange(checked: boolean): void }) {
  return (
    <button type="button" role="checkbox" aria-checked={checked} className="cklab link plain" onClick={() => onChange(!checked)}>
      <span className="chk" data-on={checked || undefined}>
        {checked && <Icon name="check" />}
      </span>
      {label}
    </button>
  )
}
