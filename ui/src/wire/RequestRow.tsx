/** One line of the list. It is drawn again only when something in it changed; its bar is on the list's canvas. */
import { memo, type ReactNode } from 'react'
import { grouped, rounded } from '../format/numbers.js'
import { clock, type Zone } from '../format/time.js'
import type { WireRow } from '../session/wire-protocol.js'
import type { ColumnId, WireColumn } from './columns.js'
import { ApiName } from './family.js'
import { phaseText } from './phases.js'
import { Status } from './Status.js'

export interface RequestLineProps {
  row: WireRow
  index: number
  id: string
  selected: boolean
  columns: readonly WireColumn[]
  zone: Zone
  top: number
  height: number
  onSelect(id: number): void
}

function Line({ row, index, id, selected, columns, zone, top, height, onSelect }: RequestLineProps) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-id={row.id}
      className={selected ? 'tr vrow body sel focus' : 'tr vrow body'}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      {columns.map(column => (
        <div key={column.id} role="gridcell" className={cellClass(column)}>
          {cell(column.id, row, zone, onSelect)}
        </div>
      ))}
    </div>
  )
}

const shape = new Map<ColumnId, string>([
  ['api', 'fx'],
  ['sent', 'mono'],
  ['received', 'mono'],
  ['queue', 'mono'],
  ['total', 'mono'],
  ['waterfall', 'wfc'],
])

export const cellClass = ({ id, right }: WireColumn): string => [shape.get(id) ?? '', right ? 'r' : ''].filter(Boolean).join(' ')

function cell(column: ColumnId, row: WireRow, zone: Zone, onSelect: (id: number) => void): ReactNode {
  switch (column) {
    case 'id':
      return <span className="mono t2">{row.id >= 0 ? row.id : ''}</span>
    case 'time':
      return <span className="mono t2">{clock(BigInt(Math.floor(row.startedAt)), zone)}</span>
    case 'api':
      return <ApiName row={row} />
    case 'broker':
      return row.broker >= 0 ? row.broker : <span className="t2">seed</span>
    case 'about':
      return <About row={row} />
    case 'initiator':
      return <Initiator row={row} onSelect={onSelect} />
    case 'status':
      return <Status row={row} />
    case 'waterfall':
      return <span className="sr">{phaseText(row)}</span>
    default:
      return figure(column, row)
  }
}

function figure(column: 'sent' | 'received' | 'queue' | 'total', row: WireRow): string {
  if (row.is !== 'request') return column === 'total' && row.is === 'connect' ? rounded(row.totalMs) : ''
  switch (column) {
    case 'sent':
      return grouped(row.sent)
    case 'received':
      return row.received > 0 ? grouped(row.received) : ''
    case 'queue':
      return row.queueMs >= 0.1 ? rounded(row.queueMs) : '–'
    case 'total':
      return row.totalMs === null ? '' : row.totalMs < 100 ? row.totalMs.toFixed(1) : rounded(row.totalMs)
  }
}

function About({ row }: { row: WireRow }) {
  if (row.is !== 'request') return <span className="mono t2">{row.purpose ? `${row.address}, ${row.purpose}` : row.address}</span>
  if (row.about === null) {
    return (
      <span className="t3" title="Its payload was not kept">
        –<span className="sr">payload not kept</span>
      </span>
    )
  }
  return <span className={/^\d|^all |^the |^brokers only/.test(row.about) ? 't2' : 'mono t2'}>{row.about}</span>
}

function Initiator({ row, onSelect }: { row: WireRow; onSelect(id: number): void }) {
  if (row.is !== 'request') return null
  const { retryOf } = row
  if (retryOf === null) return <span className="t2">{row.initiator}</span>
  return (
    <button type="button" className="link" tabIndex={-1} onClick={() => onSelect(retryOf)}>
      retry of #{retryOf}
    </button>
  )
}

/** A bar that grows is the canvas's affair: a row in flight stays as it is. */
function isSame(a: RequestLineProps, b: RequestLineProps): boolean {
  const { row: before, ...rest } = a
  const { row: after, ...other } = b
  return (Object.keys(rest) as (keyof typeof rest)[]).every(key => rest[key] === other[key]) && isSameRow(before, after)
}

function isSameRow(a: WireRow, b: WireRow): boolean {
  if (a.is !== 'request' || b.is !== 'request') return a.id === b.id && a.is === b.is
  return (
    a.id === b.id &&
    a.status.is === b.status.is &&
    a.totalMs === b.totalMs &&
    a.about === b.about &&
    a.slow === b.slow &&
    a.throttleMs === b.throttleMs &&
    a.startedAt === b.startedAt
  )
}

export const RequestLine = memo(Line, isSame)
