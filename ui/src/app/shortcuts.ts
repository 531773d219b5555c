/** Keys of the frame and of the page that is shown. Single letters act only outside inputs and can be switched off. */
import { useEffect, useRef } from 'react'

export interface Shortcut {
  /** `p`, `Escape`, `Ctrl+k`, `Shift+R`, `g t` (two keys in a row). Ctrl stands for Cmd on a Mac. */
  keys: string
  label: string
  /** Returning false passes the key on to the next owner. */
  run(): unknown
  /** Acts inside inputs too: only with Ctrl, Alt or a function key. */
  everywhere?: boolean
}

export interface ShortcutGroup {
  title: string
  shortcuts: readonly Shortcut[]
}

export interface Shortcuts {
  /** The latest group is asked first, `base` last; the answer takes it off again. */
  add(group: ShortcutGroup, base?: boolean): () => void
  groups(): readonly ShortcutGroup[]
  dispose(): void
}

export function createShortcuts(window: Window, singleKeys: () => boolean): Shortcuts {
  const groups: ShortcutGroup[] = []
  let pending: { key: string; at: number } | null = null

  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const name = nameOf(event)
    const typing = isTyping(event.target)
    const sequence = pending && event.timeStamp - pending.at < 1500 ? `${pending.key} ${name}` : null
    pending = null
    for (const wanted of sequence ? [sequence, name] : [name]) {
      for (const group of groups.toReversed()) {
        for (const shortcut of group.shortcuts) {
          if (shortcut.keys !== wanted || !allowed(shortcut, typing)) continue
          if (shortcut.run() === false) continue
          event.preventDefault()
          return
        }
      }
    }
    if (!typing && singleKeys() && groups.some(group => group.shortcuts.some(each => each.keys.startsWith(`${name} `)))) {
      pending = { key: name, at: event.timeStamp }
    }
  }
  const allowed = (shortcut: Shortcut, typing: boolean) => {
    if (shortcut.everywhere) return true
    if (typing) return false
    return !isSingle(shortcut.keys) || singleKeys()
  }
  window.addEventListener('keydown', onKey)
  return {
    add(group, base = false) {
      // The frame's effect runs after its page's: without this its keys would win over the page's.
      if (base) groups.unshift(group)
      else groups.push(group)
      return () => {
        const at = groups.indexOf(group)
        if (at >= 0) groups.splice(at, 1)
      }
    },
    groups: () => groups,
    dispose: () => window.removeEventListener('keydown', onKey),
  }
}

const isSingle = (keys: string) => /^(Shift\+)?\S( \S)?$/.test(keys)

function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key
  const letter = key.length === 1
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  // Shift is already in the letter that it makes: "?" and "R" need no name for it.
  if (event.shiftKey && (!letter || parts.length > 0)) parts.push('Shift')
  return [...parts, key].join('+')
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox')
  )
}

/** Adds keys while the component is mounted. The group may be made anew on every render: the latest one acts. */
export function useShortcuts(shortcuts: Shortcuts, group: ShortcutGroup, base = false): void {
  const latest = useRef(group)
  latest.current = group
  useEffect(
    () =>
      shortcuts.add(
        {
          get title() {
            return latest.current.title
          },
          get shortcuts() {
            return latest.current.shortcuts
          },
        },
        base,
      ),
    [shortcuts, base],
  )
}
