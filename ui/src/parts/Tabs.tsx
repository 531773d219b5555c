/** Tabs with arrow keys. A tab with nothing behind it stays, greyed, with its reason. */
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { useApp } from '../app/app.js'

export interface TabItem<T extends string> {
  id: T
  label: string
  /** A count or size beside the label. */
  note?: string
  reason?: string
}

export interface TabsProps<T extends string> {
  label: string
  tabs: readonly TabItem<T>[]
  selected: T
  onSelect(id: T): void
  /** The panel's id prefix: the panel is `${panel}-${tab}`. */
  panel: string
  small?: boolean
  children?: ReactNode
}

export function Tabs<T extends string>({ label, tabs, selected, onSelect, panel, small, children }: TabsProps<T>) {
  const app = useApp()
  const base = useId()
  const choose = (tab: TabItem<T>) => (tab.reason ? app.frame.announce(tab.reason, 'assertive') : onSelect(tab.id))
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = steps.get(event.key)
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = step === 'first' ? 0 : step === 'last' ? all.length - 1 : (at + step + all.length) % all.length
    all[to]?.focus()
    const tab = tabs[to]
    if (tab && !tab.reason) onSelect(tab.id)
  }
  return (
    <div className={small ? 'tabs sm' : 'tabs'}>
      <div role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab.id === selected}
            aria-controls={tab.id === selected ? `${panel}-${tab.id}` : undefined}
            aria-disabled={tab.reason ? true : undefined}
            title={tab.reason}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {tab.label}
            {tab.note !== undefined && <span className="n">{tab.note}</span>}
            {tab.reason && <span className="sr">, {tab.reason}</span>}
          </button>
        ))}
      </div>
      {children && <span className="grow" />}
      {children}
    </div>
  )
}

const steps = new Map<string, number | 'first' | 'last'>([
  ['ArrowRight', 1],
  ['ArrowLeft', -1],
  ['Home', 'first'],
  ['End', 'last'],
])

export function TabPanel({ panel, tab, label, children }: { panel: string; tab: string; label: string; children: ReactNode }) {
  return (
    <div role="tabpanel" id={`${panel}-${tab}`} aria-label={label} className="tabpanel">
      {children}
    </div>
  )
}
