/** Wire's own keys, on its list. */
import type { KeyboardEvent } from 'react'
import { quoted } from './InitiatorPane.js'
import { type InspectorTab, tabOfKey } from './Inspector.js'
import type { Wire } from './wire.js'

export interface WireKeys {
  onTab(tab: InspectorTab): void
  letters: boolean
}

/** True when the key was taken. */
export function wireKey(event: KeyboardEvent, wire: Wire, { onTab, letters }: WireKeys): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const { selected, inspected, query, snapshot } = wire.store.getState()
  const row = snapshot?.rows.find(one => one.id === selected)
  const tab = tabOfKey(event.key)
  if (event.key === 'Enter') {
    if (selected !== null) wire.inspect(selected)
    return true
  }
  if (event.key === 'Escape') {
    if (inspected === null) return false
    wire.inspect(null)
    return true
  }
  if (tab && inspected !== null) {
    onTab(tab)
    return true
  }
  if (!letters) return false
  switch (event.key) {
    case '/':
      if (event.target instanceof Element) event.target.closest('.dock, .wirepage')?.querySelector<HTMLInputElement>('.wq input')?.focus()
      return true
    case 'e':
    case 'E':
      void wire.nextError(event.key === 'E')
      return true
    case 'i':
      if (row?.is === 'request') wire.setQuery({ scope: 'all', text: `init:${quoted(row.initiator)}` })
      return true
    case '=':
    case '-':
      if (row?.is === 'request') wire.setQuery({ text: withTerm(query.text, `${event.key === '-' ? '-' : ''}api:${row.api}`) })
      return true
    default:
      return false
  }
}

export const withTerm = (text: string, term: string): string => (text.split(/\s+/).includes(term) ? text : `${text} ${term}`.trim())
