/** The first load of a list: its head, and five rows in its own columns. */
import { type Column, classesOf, tracks } from './grid-columns.js'
import { Skeleton } from './States.js'

export function GridSkeleton<T>({ columns }: { columns: readonly Column<T>[] }) {
  const cells = classesOf(columns)
  const classed = columns.map(column => ({ id: column.id, className: cells.get(column.id) ?? '', head: column.head }))
  return (
    <div className="grid unfilled" style={tracks(columns, column => column.width)}>
      <div className="tr th" aria-hidden="true">
        {classed.map(({ id, className, head }) => (
          <span key={id} className={className}>
            {typeof head === 'string' ? head : ''}
          </span>
        ))}
      </div>
      <Skeleton columns={classed} />
    </div>
  )
}
