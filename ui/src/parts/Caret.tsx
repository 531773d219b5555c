/** The mark of a row that unfolds. It says the state, which a row of a grid cannot; the row's own press and Enter do the work. */
import { Icon } from './Icon.js'

export function Caret({ open, label }: { open: boolean; label: string }) {
  return (
    <button type="button" className="caret t3" tabIndex={-1} data-caret aria-expanded={open} aria-label={label}>
      <Icon name={open ? 'down' : 'right'} small />
    </button>
  )
}
