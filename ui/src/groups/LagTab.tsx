/** Lag by topic and partition. A partition without a commit has no lag: a dash, never a zero. */
import { useMemo } from 'react'
import { grouped, plural, rounded } from '../format/numbers.js'
import { Grid } from '../parts/Grid.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import { Icon } from '../parts/Icon.js'
import { Unknown } from '../parts/Kv.js'
import { Link } from '../parts/Link.js'
import { Empty } from '../parts/States.js'
import type { GroupMember } from '../session/protocol.js'
import { byTopic, caughtUpIn, type LagRow, type TopicLag } from './lag-rows.js'

export interface LagTabProps {
  rows: readonly LagRow[]
  /** `-lag`: down by lag. */
  sort: string
  behindOnly: boolean
  /** Topics that are folded, by comma. */
  shut: string
  onChange(change: { sort?: string; behind?: boolean; shut?: string }): void
}

export function LagTab({ rows, sort, behindOnly, shut, onChange }: LagTabProps) {
  const topics = useMemo(() => byTopic(rows), [rows])
  const folded = new Set(shut.split(',').filter(Boolean))
  const behind = rows.filter(row => row.partition.lag !== null && row.partition.lag > 0n).length
  const open = topics.filter(topic => !folded.has(topic.topic))
  const shown = useMemo(() => {
    const kept = open.flatMap(topic => topic.rows).filter(row => !behindOnly || (row.partition.lag ?? 0n) > 0n)
    return sortRows(kept, sort, topics.length > 1)
  }, [open, behindOnly, sort, topics.length])
  const byId = useMemo(() => new Map(shown.map(row => [row.id, row])), [shown])
  const several = topics.length > 1
  const columns = useMemo(() => columnsOf(several), [several])
  const toggle = (topic: string) => {
    const next = new Set(folded)
    if (!next.delete(topic)) next.add(topic)
    onChange({ shut: [...next].join(',') })
  }
  if (rows.length === 0) {
    return (
      <Empty>
        <p>This group has no commits and no assignment: nothing to be behind of.</p>
      </Empty>
    )
  }
  return (
    <>
      <div className="bar sub">
        {topics.map(topic => (
          <TopicChip key={topic.topic} topic={topic} open={!folded.has(topic.topic)} onToggle={() => toggle(topic.topic)} />
        ))}
        <span className="grow" />
        <button type="button" className="chip tog" aria-pressed={behindOnly} onClick={() => onChange({ behind: !behindOnly })}>
          Only with lag {grouped(behind)}
        </button>
      </div>
      {shown.length === 0 ? (
        <Empty>
          <p>
            {folded.size > 0 ? 'All topics are folded.' : `All ${plural(rows.length, 'partition')} have been filtered: none is behind.`}
          </p>
        </Empty>
      ) : (
        <Grid<LagRow>
          view="lag"
          label="Lag by partition"
          ids={shown.map(row => row.id)}
          useItem={id => byId.get(id)}
          columns={columns}
          narrow={TwoLines}
          rowClass={rowClass}
          sort={sortOf(sort)}
          onSort={next => onChange({ sort: next ? `${next.down ? '-' : ''}${next.column}` : '-lag' })}
        />
      )}
    </>
  )
}

const sortOf = (sort: string): Sort => ({ column: sort.replace(/^-/, ''), down: sort.startsWith('-') })
const rowClass = (row: LagRow) => (caughtUpIn(row)?.rising ? 'warnrow' : '')

function TopicChip({ topic, open, onToggle }: { topic: TopicLag; open: boolean; onToggle(): void }) {
  return (
    <button type="button" className="btn bare sm" aria-expanded={open} onClick={onToggle}>
      <Icon name={open ? 'down' : 'right'} small />
      <span className="mono b">{topic.topic}</span>
      <span className="t2">
        {plural(topic.rows.length, 'partition')}, {topic.unassigned === 0 ? 'all assigned' : `${topic.unassigned} unassigned`}
      </span>
    </button>
  )
}

function sortRows(rows: readonly LagRow[], sort: string, several: boolean): LagRow[] {
  const { column, down } = sortOf(sort) ?? { column: 'lag', down: true }
  const place = (a: LagRow, b: LagRow) =>
    several && a.partition.topic !== b.partition.topic
      ? a.partition.topic < b.partition.topic
        ? -1
        : 1
      : a.partition.partition - b.partition.partition
  const key = (row: LagRow): bigint | number | string | null => {
    if (column === 'p') return row.partition.partition
    if (column === 'topic') return row.partition.topic
    if (column === 'member') return row.member?.clientId ?? null
    return row.partition.lag
  }
  return [...rows].sort((a, b) => {
    const [left, right] = [key(a), key(b)]
    // Unknown is neither large nor small: it comes last either way.
    if (left === null || right === null) return left === right ? place(a, b) : left === null ? 1 : -1
    const order = left < right ? -1 : left > right ? 1 : 0
    return (down ? -order : order) || place(a, b)
  })
}

/** The client id, then what the broker appended to it. */
export function MemberName({ member }: { member: GroupMember }) {
  const rest = member.memberId.startsWith(member.clientId) ? member.memberId.slice(member.clientId.length) : ` ${member.memberId}`
  return (
    <span className="mono ell" title={member.memberId}>
      {member.clientId}
      <span className="t3">{rest.slice(0, 10)}</span>
    </span>
  )
}

function Committed({ row }: { row: LagRow }) {
  const { committed, fault } = row.partition
  if (committed !== null) return <span className="mono">{grouped(committed)}</span>
  return fault ? <Unknown because={`${fault.code} · ${fault.message}`} /> : <span className="t3">no commit</span>
}

function Lag({ row }: { row: LagRow }) {
  const { lag, committed } = row.partition
  if (lag === null) return <Unknown because={committed === null ? 'no commit' : 'the end offset is not known'} />
  if (lag < 0n) return <span className="warn">ahead of end, log truncated?</span>
  return <span className={lag > 0n ? 'mono b' : 'mono t2'}>{grouped(lag)}</span>
}

function CaughtUp({ row }: { row: LagRow }) {
  const caught = caughtUpIn(row)
  if (!caught) return <Unknown because="known after two looks" />
  return <span className={caught.rising ? 'warn' : 't2'}>{caught.words}</span>
}

const rateCell = (rate: number | null) => (rate === null ? <Unknown because="known after two looks" /> : rounded(rate))

function columnsOf(several: boolean): readonly Column<LagRow>[] {
  const columns: Column<LagRow>[] = [
    {
      id: 'p',
      head: 'P',
      name: 'Partition',
      width: 64,
      priority: 1,
      right: true,
      mono: true,
      sortable: true,
      cell: row => row.partition.partition,
    },
    {
      id: 'member',
      head: 'Member',
      width: 170,
      priority: 1,
      sortable: true,
      flex: true,
      cell: row => (row.member ? <MemberName member={row.member} /> : <span className="t3">unassigned</span>),
    },
    {
      id: 'host',
      head: 'Host',
      width: 112,
      priority: 3,
      mono: true,
      cell: row => <span className="t2">{row.member?.host.replace(/^\//, '') ?? ''}</span>,
    },
    { id: 'committed', head: 'Committed', width: 138, priority: 1, right: true, cell: row => <Committed row={row} /> },
    {
      id: 'end',
      head: 'End offset',
      width: 138,
      priority: 1,
      right: true,
      cell: row =>
        row.partition.end === null ? <Unknown because="not answered" /> : <span className="mono">{grouped(row.partition.end)}</span>,
    },
    { id: 'lag', head: 'Lag', width: 120, priority: 1, right: true, sortable: true, cell: row => <Lag row={row} /> },
    { id: 'in', head: 'In / s', width: 74, priority: 2, right: true, cell: row => rateCell(row.inRate) },
    { id: 'out', head: 'Out / s', width: 74, priority: 2, right: true, cell: row => rateCell(row.outRate) },
    { id: 'caught', head: 'Caught up in', width: 'fr', least: 100, priority: 2, right: true, cell: row => <CaughtUp row={row} /> },
  ]
  if (several) {
    columns.splice(1, 0, {
      id: 'topic',
      head: 'Topic',
      width: 170,
      priority: 1,
      sortable: true,
      cell: row => (
        <Link to={{ page: 'topic', topic: row.partition.topic, tab: 'messages' }} className="mono plain" inRow>
          {row.partition.topic}
        </Link>
      ),
    })
  }
  return columns
}

function TwoLines(row: LagRow) {
  return (
    <div className="two">
      <div>
        <span className="mono b">p{row.partition.partition}</span>
        <span className="mono t2 ell">{row.partition.topic}</span>
        <span className="grow" />
        <Lag row={row} />
      </div>
      <div className="t2">
        {row.member ? <MemberName member={row.member} /> : <span className="t3">unassigned</span>}
        <span className="grow" />
        <span className="nw">
          <Committed row={row} /> <span className="u">of</span>{' '}
          <span className="mono">{row.partition.end === null ? '–' : grouped(row.partition.end)}</span>
        </span>
      </div>
    </div>
  )
}

/** Where it is not known yet whether the group reads several topics. */
export const lagColumns = columnsOf(false)
