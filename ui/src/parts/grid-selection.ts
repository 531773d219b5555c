/** Selecting rows by keyboard: x, Shift with arrows, Ctrl A, and Ctrl C for what is selected. */
import type { KeyboardEvent } from 'react'

export interface Selection {
  ids: ReadonlySet<string>
  onChange(ids: ReadonlySet<string>): void
  onCopy?(): void
}

export interface SelectionKeys {
  /** True when the key was taken. */
  key(event: KeyboardEvent, id: string | undefined, letters: boolean): boolean
  /** Shift with a move: everything between the two rows. */
  extend(from: number, to: number): void
}

export function useSelection(ids: readonly string[], selection: Selection | undefined): SelectionKeys {
  return {
    key(event, id, letters) {
      if (!selection || id === undefined) return false
      const ctrl = event.ctrlKey || event.metaKey
      if (event.key === 'x' && !ctrl && letters) selection.onChange(toggled(selection.ids, id))
      else if (event.key === 'a' && ctrl) selection.onChange(new Set(ids))
      else if (event.key === 'c' && ctrl && selection.ids.size > 0 && selection.onCopy) selection.onCopy()
      else return false
      return true
    },
    extend(from, to) {
      if (!selection) return
      const next = new Set(selection.ids)
      for (let at = Math.max(0, Math.min(from, to)); at <= Math.max(from, to); at++) next.add(ids[at])
      selection.onChange(next)
    },
  }
}

export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
