/** Colours of the tokens for canvases: read once per theme, since `light-dark()` and `color-mix()` are resolved only by the browser. */
import { useSyncExternalStore } from 'react'
import type { ApiFamily } from '../session/wire-protocol.js'

const names = {
  text: '--text',
  text2: '--text-2',
  text3: '--text-3',
  line: '--line',
  lineStrong: '--line-strong',
  accent: '--accent',
  warn: '--warn',
  err: '--err',
  bg: '--bg',
  met: '--fam-met',
  prd: '--fam-prd',
  fet: '--fam-fet',
  grp: '--fam-grp',
  txn: '--fam-txn',
  adm: '--fam-adm',
  aut: '--fam-aut',
} satisfies Record<string, string> & Record<ApiFamily, string>

export type Colours = Record<keyof typeof names, string> & { sans: string; mono: string }

let known: Colours | null = null
const listeners = new Set<() => void>()
let watching = false

function read(): Colours {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const colours = Object.entries(names).map(([name, token]) => {
    probe.style.color = `var(${token})`
    return [name, style.color]
  })
  const font = (token: string) => getComputedStyle(document.documentElement).getPropertyValue(token).trim() || 'sans-serif'
  probe.remove()
  return { ...(Object.fromEntries(colours) as Record<keyof typeof names, string>), sans: font('--sans'), mono: font('--mono') }
}

function watch(): void {
  watching = true
  const changed = () => {
    known = null
    for (const listener of listeners) listener()
  }
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'])
    matchMedia(query).addEventListener('change', changed)
}

function subscribe(listener: () => void): () => void {
  if (!watching) watch()
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The same object until the theme changes. */
export const useColours = (): Colours => useSyncExternalStore(subscribe, () => (known ??= read()))
