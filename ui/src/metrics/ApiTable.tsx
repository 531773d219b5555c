/** The table below the figures: each API with its count, errors and latency in the range. */
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { bytesText, grouped, rounded } from '../format/numbers.js'
import { Grid } from '../parts/Grid.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import type { ApiMetrics } from '../session/wire-protocol.js'
import { Family } from '../wire/family.js'

const ms = (value: number | null) => (value === null ? '–' : value < 10 ? value.toFixed(1) : rounded(value))

/** What an API's latency stands out by: ten times its own median. */
const isNotable = ({ p50Ms, p99Ms }: ApiMetrics) => p50Ms !== null && p99Ms !== null && p99Ms >= 10 * p50Ms && p99Ms >= 100

interface Row extends ApiMetrics {
  /** Of the busiest API's time. */
  share: number
}

const columns: readonly Column<Row>[] = [
  {
    id: 'api',
    head: 'API',
    width: 230,
    priority: 1,
    flex: true,
    sortable: true,
    cell: row => (
      <>
        <Family family={row.family} />
        <span className="mono ell">{row.api}</span>
      </>
    ),
  },
  { id: 'count', head: 'Count', width: 90, priority: 1, right: true, mono: true, sortable: true, cell: row => grouped(row.count) },
  {
    id: 'errors',
    head: 'Errors',
    width: 80,
    priority: 2,
    right: true,
    mono: true,
    sortable: true,
    cell: row => <span className={row.errors > 0 ? 'err' : 't2'}>{grouped(row.errors)}</span>,
  },
  { id: 'p50', head: 'p50 ms', width: 80, priority: 2, right: true, mono: true, sortable: true, cell: row => ms(row.p50Ms) },
  { id: 'p90', head: 'p90 ms', width: 80, priority: 3, right: true, mono: true, sortable: true, cell: row => ms(row.p90Ms) },
  {
    id: 'p99',
    head: 'p99 ms',
    width: 80,
    priority: 1,
    right: true,
    mono: true,
    sortable: true,
    cell: row => <span className={isNotable(row) ? 'warn b' : undefined}>{ms(row.p99Ms)}</span>,
  },
  { id: 'max', head: 'Max ms', width: 80, priority: 2, right: true, mono: true, sortable: true, cell: row => ms(row.maxMs) },
  {
    id: 'parked',
    head: 'Parked p50 ms',
    width: 120,
    priority: 3,
    right: true,
    mono: true,
    sortable: true,
    cell: row => <span className="t2">{ms(row.parkedP50Ms)}</span>,
  },
  {
    id: 'time',
    head: 'Time in this API',
    width: 'fr',
    priority: 2,
    sortable: true,
    cell: row => (
      <span className={`tbw f-${row.family}`} title={`${rounded(row.totalMs)} ms`}>
        <i className="tb" style={{ width: `${Math.max(1, row.share * 100)}%` }} />
        <span className="sr">{rounded(row.totalMs)} ms</span>
      </span>
    ),
  },
  { id: 'bytes', head: 'Bytes', width: 110, priority: 2, right: true, mono: true, sortable: true, cell: row => bytesText(row.bytes) },
]

const sortValue: Record<string, (row: Row) => number | string> = {
  api: row => row.api,
  count: row => row.count,
  errors: row => row.errors,
  p50: row => row.p50Ms ?? -1,
  p90: row => row.p90Ms ?? -1,
  p99: row => row.p99Ms ?? -1,
  max: row => row.maxMs,
  parked: row => row.parkedP50Ms ?? -1,
  time: row => row.totalMs,
  bytes: row => row.bytes,
}

const slowestFirst: NonNullable<Sort> = { column: 'p99', down: true }

/** The rows that are shown, one page at a time; each line of the grid takes its own. */
const items = createStore<ReadonlyMap<string, Row>>(() => new Map())
const useItem = (id: string) => useStore(items, all => all.get(id))

export function ApiTable({ apis }: { apis: readonly ApiMetrics[] }) {
  const [sort, setSort] = useState<Sort>(slowestFirst)
  const rows = useMemo(() => {
    const most = Math.max(1, ...apis.map(api => api.totalMs))
    const next = new Map(apis.map(api => [api.api, { ...api, share: api.totalMs / most }]))
    items.setState(next, true)
    return next
  }, [apis])
  const ids = useMemo(() => sorted([...rows.values()], sort ?? slowestFirst).map(row => row.api), [rows, sort])
  return (
    <Grid
      view="metrics"
      label="Latency by API"
      dense
      ids={ids}
      useItem={useItem}
      columns={columns}
      sort={sort}
      onSort={setSort}
      narrow={row => (
        <div className="two">
          <div>
            <Family family={row.family} />
            <span className="mono ell">{row.api}</span>
            <span className="grow" />
            <span className="mono">{grouped(row.count)}</span>
          </div>
          <div className="t2">
            p50 {ms(row.p50Ms)} · p99 {ms(row.p99Ms)} ms · {bytesText(row.bytes)}
            {row.errors > 0 && <span className="err">{grouped(row.errors)} errors</span>}
          </div>
        </div>
      )}
    />
  )
}

function sorted(rows: Row[], { column, down }: NonNullable<Sort>): Row[] {
  const of = sortValue[column] ?? sortValue.p99
  return rows.sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1)
  })
}

/** RFC 4180. */
export function csvOf(apis: readonly ApiMetrics[]): string {
  const head = ['api', 'family', 'count', 'errors', 'p50_ms', 'p90_ms', 'p99_ms', 'max_ms', 'parked_p50_ms', 'total_ms', 'bytes']
  const lines = apis.map(a =>
    [a.api, a.family, a.count, a.errors, a.p50Ms, a.p90Ms, a.p99Ms, a.maxMs, a.parkedP50Ms, a.totalMs, a.bytes]
      .map(cell => String(cell ?? ''))
      .join(','),
  )
  return [head.join(','), ...lines, ''].join('\r\n')
}
