/** The columns of the list by the width that it has: the same order everywhere, fewer of them where it is narrow. */
export type ColumnId =
  | 'id'
  | 'time'
  | 'api'
  | 'broker'
  | 'about'
  | 'initiator'
  | 'status'
  | 'sent'
  | 'received'
  | 'queue'
  | 'total'
  | 'waterfall'

export interface WireColumn {
  id: ColumnId
  head: string
  width: string
  right?: boolean
}

const full: readonly WireColumn[] = [
  { id: 'id', head: '#', width: '58px' },
  { id: 'time', head: 'Time', width: '110px' },
  { id: 'api', head: 'API', width: '246px' },
  { id: 'broker', head: 'Broker', width: '52px', right: true },
  { id: 'about', head: 'About', width: 'minmax(160px, 1fr)' },
  { id: 'initiator', head: 'Initiator', width: '124px' },
  { id: 'status', head: 'Status', width: '186px' },
  { id: 'sent', head: 'Sent B', width: '66px', right: true },
  { id: 'received', head: 'Recv B', width: '70px', right: true },
  { id: 'queue', head: 'Queue ms', width: '76px', right: true },
  { id: 'total', head: 'Time ms', width: '66px', right: true },
  { id: 'waterfall', head: '', width: 'minmax(120px, 390px)' },
]

const WIDE = 1_000
const MIDDLE = 660

export interface ColumnChoice {
  width: number
  dock: boolean
  /** All pages are shown: who asked is worth a column. */
  all: boolean
}

export function columnsFor({ width, dock, all }: ColumnChoice): readonly WireColumn[] {
  if (width < MIDDLE) {
    const narrow: Partial<Record<ColumnId, string>> = { id: '54px', api: 'minmax(0, 1fr)', status: '124px', total: '62px' }
    return full.flatMap(column => (narrow[column.id] ? [{ ...column, width: narrow[column.id]! }] : []))
  }
  const out = new Set<ColumnId>()
  if (width < WIDE) for (const id of ['initiator', 'sent', 'received', 'queue'] as const) out.add(id)
  else {
    if (dock && !all) out.add('initiator')
    // The full view has the inspector for what the dock must say in its rows.
    if (!dock || (all && width < 1_300)) for (const id of ['sent', 'queue'] as const) out.add(id)
  }
  const most = dock ? 340 : 330
  return full
    .filter(column => !out.has(column.id))
    .map(column => (column.id === 'waterfall' ? { ...column, width: `minmax(120px, ${most}px)` } : column))
}
