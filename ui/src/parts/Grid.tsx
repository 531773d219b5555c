/**
 * The table of every list: rows lie absolute in a virtual list of fixed heights, one row of the grid can be tabbed to, arrow keys move from there.
 * The list knows ids; a row takes its own item.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { usePrefs } from '../app/app.js'
import { GridHead } from './GridHead.js'
import { GridRow } from './GridRow.js'
import { type Column, nextSort, type Sort, tracks } from './grid-columns.js'
import { type Selection, useSelection } from './grid-selection.js'
import { useNarrow } from './use-narrow.js'
import { useRowHeight } from './use-row-height.js'

export interface GridHandle {
  /** Focuses the row that was last active, or the first. */
  focus(): void
  scrollTo(id: string): void
}

export interface GridProps<T> {
  /** Keeps column widths per view. */
  view: string
  label: string
  ids: readonly string[]
  /** A hook: each row calls it with its own id, so only that row is drawn again when its item changes. */
  useItem(id: string): T | undefined
  columns: readonly Column<T>[]
  /** The two-line form below 720 px. */
  narrow(item: T): ReactNode
  rowClass?(item: T): string
  dense?: boolean
  sort?: Sort
  onSort?(sort: Sort): void
  /** Enter, or a press on the row. */
  onOpen?(id: string): void
  /** The row whose detail is shown below it. */
  openId?: string | null
  detail?(id: string): ReactNode
  selection?: Selection
  /** The rows on screen, after each scroll. */
  onShown?(ids: readonly string[]): void
  /** True while the list is scrolled away from its top. */
  onScrolled?(away: boolean): void
  onActive?(id: string): void
  /** Keys that the page adds for the active row. True: handled. */
  onRowKey?(event: KeyboardEvent, id: string): boolean
  ref?: Ref<GridHandle>
}

const OVERSCAN = 8
/** In no name: a group's may hold anything printable. */
const SEPARATOR = '\u0000'
const HEAD = 24

export function Grid<T>(props: GridProps<T>) {
  const { ids, columns, openId = null, detail, dense = false, selection, onShown, onScrolled } = props
  const root = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const narrow = useNarrow(root)
  const height = useRowHeight(dense ? '--row-dense' : '--row', narrow)
  const widths = usePrefs(prefs => prefs.widths)
  const singleKeys = usePrefs(prefs => prefs.singleKeys)
  const [active, setActive] = useState<string | null>(null)
  const activeAt = Math.max(0, active === null ? 0 : ids.indexOf(active))
  const openAt = openId === null || !detail ? -1 : ids.indexOf(openId)
  const count = ids.length + (openAt >= 0 ? 1 : 0)
  const head = narrow ? 0 : HEAD
  // An opened row is followed by its detail: an item of its own, measured once it is drawn.
  const rowAt = (index: number) => (openAt >= 0 && index > openAt ? index - 1 : index)
  const isDetail = (index: number) => openAt >= 0 && index === openAt + 1
  const keyOf = (index: number) => (isDetail(index) ? `${ids[openAt]} detail` : ids[rowAt(index)])
  const indexOf = (row: number) => (openAt >= 0 && row > openAt ? row + 1 : row)

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: index => (isDetail(index) ? 320 : height),
    getItemKey: keyOf,
    overscan: OVERSCAN,
    scrollMargin: head,
    scrollPaddingStart: head,
    rangeExtractor: range => {
      const shown: number[] = []
      for (let at = Math.max(0, range.startIndex - OVERSCAN); at <= Math.min(count - 1, range.endIndex + OVERSCAN); at++) shown.push(at)
      // The active row stays mounted, so that focus is not lost by scrolling.
      const kept = indexOf(activeAt)
      if (count > 0 && !shown.includes(kept)) shown.push(kept)
      return shown.sort((a, b) => a - b)
    },
  })
  const measured = useRef(height)
  useLayoutEffect(() => {
    if (measured.current === height) return
    measured.current = height
    virtual.measure()
  })
  const items = virtual.getVirtualItems()
  useShown(items, box.current, ids, rowAt, onShown)

  const focusRow = (row: number) => {
    const id = ids[row]
    if (id === undefined) return
    setActive(id)
    props.onActive?.(id)
    virtual.scrollToIndex(indexOf(row), { align: 'auto' })
    requestAnimationFrame(() => rowElement(box.current, id)?.focus({ preventScroll: true }))
  }
  useImperativeHandle(props.ref, () => ({
    focus: () => focusRow(activeAt),
    scrollTo: id => {
      const row = ids.indexOf(id)
      if (row >= 0) virtual.scrollToIndex(indexOf(row), { align: 'center' })
      setActive(id)
    },
  }))
  useKeepFocus(box, ids, active, activeAt, focusRow)
  const select = useSelection(ids, selection)

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'row') return
    const page = Math.max(1, Math.floor(((box.current?.clientHeight ?? 0) - head) / height) - 1)
    const id = ids[activeAt]
    if (id !== undefined && props.onRowKey?.(event, id)) {
      event.preventDefault()
      return
    }
    const to = moveOf(event, { at: activeAt, rows: ids.length, page, letters: singleKeys })
    if (to === -1 && !narrow) {
      event.preventDefault()
      root.current?.querySelector<HTMLElement>('[role="columnheader"]')?.focus()
      return
    }
    if (to !== null) {
      event.preventDefault()
      if (event.shiftKey) select.extend(activeAt, to)
      focusRow(Math.max(0, Math.min(ids.length - 1, to)))
      return
    }
    if (select.key(event, id, singleKeys)) event.preventDefault()
    else if (event.key === 'Enter' && !event.ctrlKey && id !== undefined) {
      event.preventDefault()
      props.onOpen?.(id)
    }
  }
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const id = rowOf(event.target)?.dataset.row
    if (id === undefined || id === active) return
    setActive(id)
    props.onActive?.(id)
  }
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (event.defaultPrevented || interactive(event.target)) return
    const head =
      event.target instanceof Element && !event.target.classList.contains('sash') ? event.target.closest<HTMLElement>('[data-sort]') : null
    if (head?.dataset.sort) props.onSort?.(nextSort(props.sort ?? null, head.dataset.sort))
    const id = rowOf(event.target)?.dataset.row
    if (id !== undefined && !window.getSelection()?.toString()) props.onOpen?.(id)
  }

  const widget = {
    role: 'grid',
    'aria-label': props.label,
    'aria-rowcount': count + 1,
    'aria-colcount': narrow ? 1 : columns.length,
    'aria-multiselectable': selection ? true : undefined,
    style: tracks(columns, column => widths.get(`${props.view}/${column.id}`) ?? column.width) as CSSProperties,
    onKeyDown,
    onFocus,
    onClick,
  }
  return (
    <div ref={root} className={dense ? 'grid dense' : 'grid'} {...widget}>
      <div ref={box} className="vbox" onScroll={event => onScrolled?.(event.currentTarget.scrollTop > 4)} role="presentation">
        <GridHead
          view={props.view}
          columns={columns}
          ids={ids}
          sort={props.sort}
          selection={selection}
          narrow={narrow}
          onSort={props.onSort}
          onLeave={() => focusRow(activeAt)}
        />
        <div className="vsize" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map(item => {
            const at: CSSProperties = { transform: `translateY(${item.start - head}px)` }
            if (isDetail(item.index)) {
              return (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className="vrow"
                  role="row"
                  aria-rowindex={item.index + 2}
                  style={at}
                >
                  <div role="gridcell" aria-colspan={columns.length}>
                    {detail?.(ids[openAt])}
                  </div>
                </div>
              )
            }
            const row = rowAt(item.index)
            const id = ids[row]
            return (
              <GridRow
                key={item.key}
                id={id}
                index={item.index + 2}
                style={at}
                narrow={narrow}
                tabbable={row === activeAt}
                expanded={detail ? id === openId : undefined}
                selected={selection?.ids.has(id)}
                columns={columns}
                useItem={props.useItem}
                rowClass={props.rowClass}
                twoLines={props.narrow}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

function rowElement(box: HTMLElement | null, id: string): HTMLElement | undefined {
  return [...(box?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].find(element => element.dataset.row === id)
}

const rowOf = (target: EventTarget | null) => (target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null)

/** A press on a control inside a row is that control's. */
const interactive = (target: EventTarget | null) =>
  target instanceof Element && target.closest('a, button:not([data-caret]), input, select') !== null

/** The row that a key moves to: −1 is the head; null when the key does not move. */
interface Move {
  at: number
  rows: number
  page: number
  letters: boolean
}

function moveOf(event: KeyboardEvent, { at, rows, page, letters }: Move): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  if (!letters && event.key.length === 1) return null
  switch (event.key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(rows - 1, at + 1)
    case 'ArrowUp':
    case 'k':
      return at - 1
    case 'PageDown':
      return Math.min(rows - 1, at + page)
    case 'PageUp':
      return Math.max(0, at - page)
    case 'Home':
      return 0
    case 'End':
      return rows - 1
    default:
      return null
  }
}

/** Names the rows in sight, without the overscan, whenever they change. */
function useShown(
  items: readonly { index: number; start: number; end: number }[],
  box: HTMLElement | null,
  ids: readonly string[],
  rowAt: (index: number) => number,
  onShown: GridProps<unknown>['onShown'],
): void {
  const top = box?.scrollTop ?? 0
  const bottom = top + (box?.clientHeight ?? 0)
  const shown = items.filter(item => item.end > top && item.start < bottom).map(item => ids[rowAt(item.index)])
  const named = shown.join(SEPARATOR)
  useEffect(() => {
    if (onShown && named !== '') onShown(named.split(SEPARATOR))
  }, [named, onShown])
}

/** A focused row that is removed gives focus to its neighbour; one that only moves keeps it. */
function useKeepFocus(box: RefBox, ids: readonly string[], active: string | null, activeAt: number, focusRow: (row: number) => void): void {
  const focused = useRef(false)
  const lastAt = useRef(0)
  useEffect(() => {
    const here = box.current?.contains(document.activeElement) ?? false
    const gone = active !== null && ids[activeAt] !== active
    if (focused.current && !here && gone && document.activeElement === document.body) focusRow(Math.min(lastAt.current, ids.length - 1))
    focused.current = here
    if (!gone) lastAt.current = activeAt
  })
}
interface RefBox {
  readonly current: HTMLElement | null
}
