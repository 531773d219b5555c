/**
 * The list of requests: a window of rows over all that match, which the session counts and cuts. It stays at its end while it is there, and holds
 * still otherwise; rows that come or go above do not move what is in sight.
 */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useStore } from 'zustand'
import { usePrefs } from '../app/app.js'
import { grouped } from '../format/numbers.js'
import { useRowHeight } from '../parts/use-row-height.js'
import type { WireRow, WireSnapshot } from '../session/wire-protocol.js'
import { useSize } from './canvas.js'
import { columnsFor } from './columns.js'
import { cellClass, RequestLine } from './RequestRow.js'
import { axisOf } from './time-axis.js'
import { WaterfallCanvas, WaterfallHead } from './Waterfall.js'
import type { Wire } from './wire.js'

export interface RequestListProps {
  wire: Wire
  dock: boolean
  /** What stands where rows would be. */
  empty: ReactNode
  /** Keys beyond moving: true when one was taken. */
  onKey(event: KeyboardEvent): boolean
}

const OVERSCAN = 12
const HEAD = 24
const none: readonly WireRow[] = []

export function RequestList({ wire, dock, empty, onKey }: RequestListProps) {
  const root = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const base = useId()
  const snapshot = useStore(wire.store, state => state.snapshot)
  const selected = useStore(wire.store, state => state.selected)
  const scope = useStore(wire.store, state => state.query.scope)
  const follow = useStore(wire.store, state => state.follow)
  const zone = usePrefs(prefs => prefs.zone)
  const [shared, setShared] = useState(true)
  const { width, height } = useSize(root)
  const inner = useSize(box)
  const rowHeight = useRowHeight('--row-dense', false)
  // The same array while the width is: rows are drawn anew when it changes.
  const columns = useMemo(() => columnsFor({ width, dock, all: scope === 'all' }), [width, dock, scope])
  const scrollTop = useRef(0)
  useWindow(wire, box, scrollTop, height - HEAD, rowHeight)
  useHold(wire, box, scrollTop, snapshot, rowHeight)
  useResize(wire, box, height, rowHeight)
  const rows = snapshot?.rows ?? none
  const from = snapshot?.from ?? 0
  const sight = inSight(rows, from, scrollTop.current, Math.max(0, height - HEAD), rowHeight)
  const now = snapshot?.now ?? 0
  const axis = axisOf(sight, now, shared)
  const hasBars = columns.some(column => column.id === 'waterfall')

  const go = (by: number | 'first' | 'last') => {
    if (by === 'last') wire.setFollow(true)
    else wire.setFollow(false)
    const index = wire.move(by)
    if (index !== null) reveal(box.current, index, rowHeight)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (onKey(event)) {
      event.preventDefault()
      return
    }
    const page = Math.max(1, Math.floor((height - HEAD) / rowHeight) - 1)
    const by = stepOf(event, page)
    if (by === null) return
    event.preventDefault()
    go(by)
  }
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-id]') : null
    if (!hit || (event.target instanceof Element && event.target.closest('button'))) return
    wire.inspect(Number(hit.dataset.id))
  }
  const select = useCallback((id: number) => wire.inspect(id), [wire])
  const active = rows.some(row => row.id === selected) ? `${base}-${selected}` : undefined
  const style = { '--c3': columns.map(column => column.width).join(' '), '--c2': 'var(--c3)', '--c1': 'var(--c3)' }
  return (
    <div ref={root} className="grid dense wlist" style={style as React.CSSProperties}>
      <div
        ref={box}
        className="vbox"
        role="grid"
        aria-label="Requests"
        aria-rowcount={(snapshot?.total ?? 0) + 1}
        aria-colcount={columns.length}
        aria-activedescendant={active}
        tabIndex={0}
        data-list
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div className="tr th" role="row" aria-rowindex={1}>
          {columns.map(column =>
            column.id === 'waterfall' ? (
              <div key={column.id} role="columnheader" className="wfc" aria-label="Phases">
                <WaterfallHead axis={axis} shared={shared} onToggle={() => setShared(!shared)} />
              </div>
            ) : (
              <div key={column.id} role="columnheader" className={cellClass(column).replace(/\b(mono|fx)\b/g, '')}>
                {column.head}
              </div>
            ),
          )}
        </div>
        <div className="vsize" role="rowgroup" style={{ height: (snapshot?.total ?? 0) * rowHeight }}>
          {rows.map((row, i) => (
            <RequestLine
              key={row.id}
              row={row}
              index={from + i}
              id={`${base}-${row.id}`}
              selected={row.id === selected}
              columns={columns}
              zone={zone}
              top={(from + i) * rowHeight}
              height={rowHeight}
              onSelect={select}
            />
          ))}
        </div>
        {snapshot?.total === 0 && empty}
      </div>
      {hasBars && snapshot !== null && snapshot.total > 0 && (
        <WaterfallCanvas
          box={box}
          width={inner.width}
          rows={rows}
          from={from}
          axis={axis}
          shared={shared}
          now={now}
          rowHeight={rowHeight}
        />
      )}
      {!follow && <Fresh wire={wire} onPress={() => go('last')} />}
    </div>
  )
}

/** Says that rows came below, and goes there. */
function Fresh({ wire, onPress }: { wire: Wire; onPress(): void }) {
  const fresh = useStore(wire.store, state => state.fresh)
  if (fresh === 0) return null
  return (
    <button type="button" className="btn sm fresh" tabIndex={-1} onClick={onPress}>
      {grouped(fresh)} new <span className="kbd">End</span>
    </button>
  )
}

type Box = { readonly current: HTMLDivElement | null }

/** Tells the session which rows are in sight, and whether the list is at its end. `scrollTop` is where the list stood last, by hand or by us. */
function useWindow(wire: Wire, box: Box, scrollTop: { current: number }, height: number, rowHeight: number): void {
  const [, redraw] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const tell = () => {
      const index = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN)
      wire.setWindow({ index, rows: Math.ceil(Math.max(0, height) / rowHeight) + 2 * OVERSCAN })
    }
    const onScroll = () => {
      const was = scrollTop.current
      scrollTop.current = element.scrollTop
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 4
      // Only a hand moves it up: what comes below never does.
      if (atEnd) wire.setFollow(true)
      else if (element.scrollTop < was) wire.setFollow(false)
      tell()
      redraw(n => n + 1)
    }
    tell()
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => element.removeEventListener('scroll', onScroll)
  }, [wire, box, scrollTop, height, rowHeight])
}

/** Keeps the end in sight while following, and what is in sight otherwise. */
function useHold(wire: Wire, box: Box, scrollTop: { current: number }, snapshot: WireSnapshot | null, rowHeight: number): void {
  const held = useRef<WireSnapshot | null>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (!element || !snapshot || held.current === snapshot) return
    const isFirst = held.current === null
    held.current = snapshot
    if (isFirst || wire.store.getState().follow) element.scrollTop = element.scrollHeight
    else if (snapshot.shift !== 0) element.scrollTop += snapshot.shift * rowHeight
    // Its scroll event comes later, perhaps together with one of the reader's: that one must be told from ours.
    scrollTop.current = element.scrollTop
  }, [wire, box, scrollTop, snapshot, rowHeight])
}

/** A list that becomes shorter, as the inspector opens, keeps its end or its selected row in sight. */
function useResize(wire: Wire, box: Box, height: number, rowHeight: number): void {
  useLayoutEffect(() => {
    const { follow, selected, snapshot } = wire.store.getState()
    const at = snapshot?.rows.findIndex(row => row.id === selected) ?? -1
    if (height <= 0 || !box.current) return
    if (snapshot && at >= 0) reveal(box.current, snapshot.from + at, rowHeight)
    else if (follow) box.current.scrollTop = box.current.scrollHeight
  }, [wire, box, height, rowHeight])
}

function inSight(rows: readonly WireRow[], from: number, scrollTop: number, height: number, rowHeight: number): readonly WireRow[] {
  const first = Math.floor(scrollTop / rowHeight)
  const last = Math.ceil((scrollTop + height) / rowHeight)
  return rows.slice(Math.max(0, first - from), Math.max(0, last - from))
}

function reveal(box: HTMLDivElement | null, index: number, rowHeight: number): void {
  if (!box) return
  const top = index * rowHeight
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + rowHeight > box.scrollTop + box.clientHeight - HEAD) box.scrollTop = top + rowHeight - box.clientHeight + HEAD
}

function stepOf(event: KeyboardEvent, page: number): number | 'first' | 'last' | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  switch (event.key) {
    case 'ArrowDown':
    case 'j':
      return 1
    case 'ArrowUp':
    case 'k':
      return -1
    case 'PageDown':
      return page
    case 'PageUp':
      return -page
    case 'Home':
      return 'first'
    case 'End':
      return 'last'
    default:
      return null
  }
}
