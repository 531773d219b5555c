/** The records: one line each, the opened one with its detail below. */
import { type KeyboardEvent, type Ref, useMemo } from 'react'
import { usePrefs } from '../app/app.js'
import type { DecoderChoice } from '../decode/choices.js'
import { grouped } from '../format/numbers.js'
import { clock, fullTime, type Zone, zoneLabel, zoneName } from '../format/time.js'
import { Badge } from '../parts/Badge.js'
import { Caret } from '../parts/Caret.js'
import { Grid, type GridHandle } from '../parts/Grid.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import type { Selection } from '../parts/grid-selection.js'
import type { RecordRow } from '../session/protocol.js'
import { type Order, rowId } from './order.js'
import { Size, ValueLine } from './Value.js'

export interface RecordGridProps {
  label: string
  rows: readonly RecordRow[]
  rowOf(id: string): RecordRow | undefined
  severalTopics: boolean
  keyDecoder: DecoderChoice
  valueDecoder: DecoderChoice
  order: Order
  onOrder(order: Order | null): void
  openId: string | null
  onOpen(id: string): void
  detail(id: string): React.ReactNode
  onScrolled(away: boolean): void
  onActive(id: string): void
  onRowKey(event: KeyboardEvent, id: string): boolean
  selection: Selection
  ref?: Ref<GridHandle>
}

export function RecordGrid(props: RecordGridProps) {
  const { rows, rowOf, order, onOrder, keyDecoder, valueDecoder, severalTopics, openId } = props
  const zone = usePrefs(prefs => prefs.zone)
  const ids = useMemo(() => rows.map(rowId), [rows])
  const columns = useMemo(
    () => columnsOf({ zone, keyDecoder, valueDecoder, severalTopics, openId }),
    [zone, keyDecoder, valueDecoder, severalTopics, openId],
  )
  const narrow = useMemo(() => twoLines(zone, keyDecoder, valueDecoder, severalTopics), [zone, keyDecoder, valueDecoder, severalTopics])
  const sort: Sort = order === 'place' ? { column: 'offset', down: false } : { column: 'time', down: order === 'newest' }
  const onSort = (next: Sort) => {
    if (next === null) onOrder(null)
    else if (next.column === 'time') onOrder(next.down ? 'newest' : 'oldest')
    else onOrder('place')
  }
  return (
    <Grid<RecordRow>
      ref={props.ref}
      view="messages"
      label={props.label}
      ids={ids}
      useItem={rowOf}
      columns={columns}
      narrow={narrow}
      rowClass={rowClass}
      sort={sort}
      onSort={onSort}
      openId={openId}
      detail={props.detail}
      onOpen={props.onOpen}
      onScrolled={props.onScrolled}
      onActive={props.onActive}
      onRowKey={props.onRowKey}
      selection={props.selection}
    />
  )
}

const rowClass = (row: RecordRow) => (row.control ? 'rec mut' : 'rec')

interface Look {
  zone: Zone
  keyDecoder: DecoderChoice
  valueDecoder: DecoderChoice
  severalTopics: boolean
  openId: string | null
}

function columnsOf({ zone, keyDecoder, valueDecoder, severalTopics, openId }: Look): readonly Column<RecordRow>[] {
  const columns: Column<RecordRow>[] = [
    {
      id: 'caret',
      head: '',
      name: 'Open',
      width: 36,
      priority: 1,
      flex: true,
      resizable: false,
      cell: row => <Caret label="Record" open={rowId(row) === openId} />,
    },
    {
      id: 'time',
      head: (
        <>
          Time <span className="t3">{zoneLabel(zone, Date.now())}</span>
        </>
      ),
      name: `Time, ${zoneName(zone)}`,
      width: 118,
      priority: 1,
      sortable: true,
      cell: row => <Time row={row} zone={zone} />,
    },
    { id: 'partition', head: 'P', name: 'Partition', width: 34, priority: 1, right: true, mono: true, cell: row => row.partition },
    {
      id: 'offset',
      head: 'Offset',
      width: 140,
      priority: 1,
      right: true,
      sortable: true,
      cell: row => <span className="mono">{grouped(row.offset)}</span>,
    },
    {
      id: 'key',
      head: 'Key',
      width: 140,
      priority: 1,
      flex: true,
      cell: row => <ValueLine bytes={row.key} size={row.keySize} decoder={keyDecoder} />,
    },
    {
      id: 'value',
      head: 'Value',
      width: 'fr',
      least: 200,
      priority: 1,
      flex: true,
      cell: row => <RowValue row={row} decoder={valueDecoder} />,
    },
    { id: 'bytes', head: 'Bytes', width: 68, priority: 2, right: true, cell: row => <Size size={row.valueSize} /> },
    {
      id: 'headers',
      head: 'Hdr',
      name: 'Headers',
      width: 52,
      priority: 3,
      right: true,
      cell: row => <span className="t2">{row.headerCount || ''}</span>,
    },
  ]
  if (severalTopics) columns.splice(2, 0, { id: 'topic', head: 'Topic', width: 160, priority: 1, mono: true, cell: row => row.topic })
  return columns
}

function Time({ row, zone }: { row: RecordRow; zone: Zone }) {
  if (row.timestamp === -1n) return <span className="t3">none</span>
  return (
    <span
      className="mono"
      title={`${fullTime(row.timestamp, zone)}\n${fullTime(row.timestamp, 'utc')} UTC\n${row.timestamp} ms\n${row.timestampType}`}
    >
      {clock(row.timestamp, zone)}
    </span>
  )
}

function RowValue({ row, decoder }: { row: RecordRow; decoder: DecoderChoice }) {
  if (row.control) {
    return (
      <>
        <Badge tone={row.control === 'abort' ? 'warn' : 'idle'} icon={row.control === 'abort' ? 'none' : undefined}>
          {row.control.toUpperCase()}
        </Badge>
        <span className="t2 ell">
          control record · producer {String(row.batch.producerId)} epoch {row.batch.producerEpoch}
        </span>
      </>
    )
  }
  return <ValueLine bytes={row.value} size={row.valueSize} decoder={decoder} nullWord="tombstone" />
}

function twoLines(zone: Zone, keyDecoder: DecoderChoice, valueDecoder: DecoderChoice, severalTopics: boolean) {
  return (row: RecordRow) => (
    <div className="two">
      <div>
        <span className="mono">{clock(row.timestamp, zone)}</span>
        {severalTopics && <span className="mono t2 ell">{row.topic}</span>}
        <span className="t2">p{row.partition}</span>
        <span className="mono t2">{grouped(row.offset)}</span>
        <span className="grow" />
        <span className="nw">
          <Size size={row.valueSize} /> {row.valueSize >= 0 && row.valueSize < 10_000 && <span className="u">B</span>}
        </span>
      </div>
      <div>
        {row.key !== null && (
          <span className="b keyof ell">
            <ValueLine bytes={row.key} size={row.keySize} decoder={keyDecoder} />
          </span>
        )}
        <RowValue row={row} decoder={valueDecoder} />
      </div>
    </div>
  )
}

const plain = columnsOf({ zone: 'utc', keyDecoder: 'auto', valueDecoder: 'auto', severalTopics: false, openId: null })

export const RecordSkeleton = () => <GridSkeleton columns={plain} />
