/** Column heads: a press or Enter sorts (up, down, own order), Alt with arrows or the edge resizes. Reached by ↑ from the first row. */
import type { KeyboardEvent, PointerEvent } from 'react'
import { useApp } from '../app/app.js'
import { type Column, classesOf, nextSort, type Sort } from './grid-columns.js'
import type { Selection } from './grid-selection.js'

const LEAST = 32
const MOST = 900

export interface GridHeadProps<T> {
  view: string
  columns: readonly Column<T>[]
  ids: readonly string[]
  sort?: Sort
  selection?: Selection
  narrow: boolean
  onSort?(sort: Sort): void
  onLeave(): void
}

export function GridHead<T>({ view, columns, sort, onSort, narrow, onLeave, selection, ids }: GridHeadProps<T>) {
  const { prefs } = useApp()
  if (narrow) {
    return (
      <div role="row" aria-rowindex={1} className="sr">
        <span role="columnheader">{selection ? `${ids.length} rows, ${selection.ids.size} selected` : `${ids.length} rows`}</span>
      </div>
    )
  }
  const cells = classesOf(columns)
  const resize = (column: Column<T>, width: number) => {
    const clamped = Math.max(LEAST, Math.min(MOST, Math.round(width)))
    prefs.setState(({ widths }) => ({ widths: new Map(widths).set(`${view}/${column.id}`, clamped) }))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, column: Column<T>) => {
    const head = event.currentTarget
    const next = event.key === 'ArrowRight' ? head.nextElementSibling : event.key === 'ArrowLeft' ? head.previousElementSibling : null
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      if (column.width !== 'fr') resize(column, head.offsetWidth + (event.key === 'ArrowRight' ? 8 : -8))
    } else if (next instanceof HTMLElement) next.focus()
    else if (event.key === 'ArrowDown') onLeave()
    else if ((event.key === 'Enter' || event.key === ' ') && column.sortable) onSort?.(nextSort(sort ?? null, column.id))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="tr th" role="row" aria-rowindex={1}>
      {columns.map(column => {
        const sorted = sort?.column === column.id ? (sort.down ? 'descending' : 'ascending') : undefined
        return (
          <div
            key={column.id}
            role="columnheader"
            className={(cells.get(column.id) ?? '').replace(/\b(mono|fx)\b/g, '')}
            aria-label={column.name}
            aria-sort={sorted ?? (column.sortable ? 'none' : undefined)}
            data-sort={column.sortable ? column.id : undefined}
            tabIndex={-1}
            onKeyDown={event => onKeyDown(event, column)}
          >
            <span className={sorted ? 'sorted ell' : 'ell'}>{column.head}</span>
            {sorted && (
              <span className="sorted" aria-hidden="true">
                {sorted === 'descending' ? '↓' : '↑'}
              </span>
            )}
            {column.resizable !== false && column.width !== 'fr' && <ResizeEdge onResize={width => resize(column, width)} />}
          </div>
        )
      })}
    </div>
  )
}

/** For the pointer only; the keyboard has Alt and arrows on the head. */
function ResizeEdge({ onResize }: { onResize(width: number): void }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault()
    event.stopPropagation()
    const edge = event.currentTarget
    const head = edge.parentElement
    if (!head) return
    const width = head.offsetWidth
    const start = event.clientX
    edge.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => onResize(width + moved.clientX - start)
    const up = () => {
      edge.removeEventListener('pointermove', move)
      edge.removeEventListener('pointerup', up)
    }
    edge.addEventListener('pointermove', move)
    edge.addEventListener('pointerup', up)
  }
  return <span className="sash" aria-hidden="true" onPointerDown={onPointerDown} />
}
