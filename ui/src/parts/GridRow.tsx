/** One row. It takes its own item and is drawn again only when that, or its place, changes. */
import { type CSSProperties, memo, type ReactNode } from 'react'
import { type Column, classesOf } from './grid-columns.js'

export interface GridRowProps<T> {
  id: string
  index: number
  style: CSSProperties
  narrow: boolean
  tabbable: boolean
  expanded: boolean | undefined
  selected: boolean | undefined
  columns: readonly Column<T>[]
  useItem(id: string): T | undefined
  rowClass?(item: T): string
  twoLines(item: T): ReactNode
}

function Row<T>({ id, index, style, narrow, tabbable, expanded, selected, columns, useItem, rowClass, twoLines }: GridRowProps<T>) {
  const item = useItem(id)
  const cells = classesOf(columns)
  const own = item === undefined ? '' : (rowClass?.(item) ?? '')
  const classes = ['tr', 'body', 'vrow', narrow ? 'two-line' : '', expanded ? 'open sel' : '', own].filter(Boolean).join(' ')
  return (
    <div
      role="row"
      aria-rowindex={index}
      aria-selected={selected}
      data-row={id}
      tabIndex={tabbable ? 0 : -1}
      className={classes}
      style={style}
    >
      {item !== undefined && narrow && (
        <div role="gridcell" className="cell2">
          {twoLines(item)}
        </div>
      )}
      {item !== undefined &&
        !narrow &&
        columns.map(column => (
          <div key={column.id} role="gridcell" className={`${cells.get(column.id) ?? ''} ${column.cellClass?.(item) ?? ''}`}>
            {column.cell(item)}
          </div>
        ))}
    </div>
  )
}

export const GridRow = memo(Row, (a, b) => {
  const { style: before, ...rest } = a
  const { style: after, ...other } = b
  return before.transform === after.transform && (Object.keys(rest) as (keyof typeof rest)[]).every(key => rest[key] === other[key])
}) as typeof Row
