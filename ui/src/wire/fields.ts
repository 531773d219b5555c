/** The lines of a field tree as they are unfolded: children are asked for when a line opens. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { FieldLine, WireSide } from '../session/wire-protocol.js'
import type { Wire } from './wire.js'

export interface ShownLine {
  field: FieldLine
  id: string
  depth: number
  position: number
  siblings: number
  /** null: a leaf. */
  expanded: boolean | null
}

export interface Fields {
  lines: ShownLine[]
  loading: boolean
  toggle(id: string): void
  /** Unfolds everything on the way to a path. */
  reveal(path: readonly number[]): Promise<void>
}

export const idOf = (path: readonly number[]): string => path.join('.')
export const pathOf = (id: string): number[] => (id === '' ? [] : id.split('.').map(Number))

const PAGE = 2_000
/** What is unfolded at first: small frames wholly, large ones down to where it gets long. */
const FIRST_LINES = 40
const FIRST_CHILDREN = 12

interface Loaded {
  children: Map<string, FieldLine[]>
  open: Set<string>
}

/** The owner makes it anew when the frame changes. */
export function useFields(wire: Wire, id: number, side: WireSide): Fields {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const latest = useRef<Loaded | null>(null)
  latest.current = loaded

  const load = useCallback((path: number[]) => wire.ask('wire.fields', { id, side, path, from: 0, count: PAGE }), [wire, id, side])

  useEffect(() => {
    let gone = false
    setLoaded(null)
    void unfold(load)
      .then(first => {
        if (!gone) setLoaded(first)
      })
      .catch(() => {})
    return () => {
      gone = true
    }
  }, [load])

  const open = useCallback(
    async (ids: readonly string[]) => {
      const { children, open: was } = latest.current ?? { children: new Map<string, FieldLine[]>(), open: new Set<string>() }
      const next = new Map(children)
      for (const one of ids) if (!next.has(one)) next.set(one, await load(pathOf(one)))
      setLoaded({ children: next, open: new Set([...was, ...ids]) })
    },
    [load],
  )

  const toggle = (one: string) => {
    if (!loaded) return
    if (!loaded.open.has(one)) void open([one])
    else {
      const rest = new Set(loaded.open)
      rest.delete(one)
      setLoaded({ ...loaded, open: rest })
    }
  }
  const reveal = (path: readonly number[]) => open(path.slice(0, -1).map((_, depth) => idOf(path.slice(0, depth + 1))))
  return { lines: loaded ? flatten(loaded, '', 0) : [], loading: loaded === null, toggle, reveal }
}

async function unfold(load: (path: number[]) => Promise<FieldLine[]>): Promise<Loaded> {
  const roots = await load([])
  const loaded: Loaded = { children: new Map([['', roots]]), open: new Set() }
  let lines = roots.length
  const queue = [...roots]
  for (let field = queue.shift(); field && lines < FIRST_LINES; field = queue.shift()) {
    const small = field.children > 0 && field.children <= FIRST_CHILDREN && lines + field.children <= FIRST_LINES
    // Headers and records are what one opens on purpose.
    if (!small || field.name === 'header' || field.name === 'tagged fields' || field.type === 'records') continue
    const children = await load(field.path)
    loaded.children.set(idOf(field.path), children)
    loaded.open.add(idOf(field.path))
    lines += children.length
    queue.push(...children)
  }
  return loaded
}

function flatten(loaded: Loaded, parent: string, depth: number): ShownLine[] {
  const children = loaded.children.get(parent) ?? []
  return children.flatMap((field, index) => {
    const id = idOf(field.path)
    const expanded = field.children === 0 ? null : loaded.open.has(id)
    const line: ShownLine = { field, id, depth, position: index + 1, siblings: children.length, expanded }
    return expanded ? [line, ...flatten(loaded, id, depth + 1)] : [line]
  })
}
