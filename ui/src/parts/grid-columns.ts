/** Columns of a grid: their widths at three page widths, and the classes that drop them. */
import type { ReactNode } from 'react'

export interface Column<T> {
  id: string
  head: ReactNode
  /** The head's name where `head` is not text. */
  name?: string
  /** px, or `fr` for the one that takes the rest. */
  width: number | 'fr'
  /** Least width of the `fr` column. */
  least?: number
  /** 1 always, 2 from 720 px, 3 from 1100 px. */
  priority: 1 | 2 | 3
  right?: boolean
  /** A flex cell: badges and icons beside text. */
  flex?: boolean
  mono?: boolean
  sortable?: boolean
  resizable?: boolean
  cell(item: T): ReactNode
  cellClass?(item: T): string
}

export type Sort = { column: string; down: boolean } | null

const known = new WeakMap<readonly unknown[], ReadonlyMap<string, string>>()

/** The class of each column's cells; `e3`, `e2`, `e1` end the row at full, middle and narrow width. */
export function classesOf<T>(columns: readonly Column<T>[]): ReadonlyMap<string, string> {
  const before = known.get(columns)
  if (before) return before
  const ends = [1, 2, 3].map(most => ({ name: `e${most}`, column: columns.findLast(column => column.priority <= most) }))
  const made = new Map(
    columns.map(column => [column.id, [classOf(column), ...ends.filter(end => end.column === column).map(end => end.name)].join(' ')]),
  )
  known.set(columns, made)
  return made
}

export function classOf<T>(column: Column<T>): string {
  const classes = [
    column.priority > 1 ? `p${column.priority}` : '',
    column.right ? 'r' : '',
    column.flex ? 'fx' : '',
    column.mono ? 'mono' : '',
  ]
  return classes.filter(Boolean).join(' ')
}

/** `--c3`, `--c2`, `--c1`: the tracks at full, middle and narrow width. */
export function tracks<T>(columns: readonly Column<T>[], widthOf: (column: Column<T>) => number | 'fr'): Record<string, string> {
  const at = (most: number) =>
    columns
      .filter(column => column.priority <= most)
      .map(column => {
        const width = widthOf(column)
        return width === 'fr' ? `minmax(${column.least ?? 120}px, 1fr)` : `${width}px`
      })
      .join(' ')
  return { '--c3': at(3), '--c2': at(2), '--c1': at(1) }
}

/** Ascending, descending, then the list's own order again. */
export function nextSort(sort: Sort, column: string): Sort {
  if (sort?.column !== column) return { column, down: false }
  return sort.down ? null : { column, down: true }
}
