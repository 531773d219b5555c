/** The partitions of a topic: leader, replicas, ISR, and what each log holds. */
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { grouped } from '../format/numbers.js'
import { messagesQuery } from '../messages/query.js'
import { Badge } from '../parts/Badge.js'
import { Button } from '../parts/Button.js'
import { Grid } from '../parts/Grid.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import { Unknown } from '../parts/Kv.js'
import { FaultNote, ReloadBar, Updated } from '../parts/States.js'
import { readQuery, text, writeQuery } from '../route/query.js'
import type { PartitionInfo, PartitionOffsets } from '../session/protocol.js'
import { faultOf } from '../session/session.js'
import { remote } from '../store/remote.js'
import { healthOf } from '../store/topics.js'
import type { TopicView } from './use-topic.js'

interface PartitionRow {
  info: PartitionInfo
  /** undefined: not asked yet. */
  offsets: PartitionOffsets | undefined
}

const query = { psort: text('p') }

export function PartitionsTab({ topic, view }: { topic: string; view: TopicView }) {
  const app = useApp()
  const connected = useConnection(connection => connection.status.state === 'connected')
  const param = useRoute(route => readQuery(query, route.query).psort)
  const offsets = useMemo(
    () =>
      remote(
        async signal => {
          const [answer] = await app.session.call(
            'topics.offsets',
            { topics: [topic], stable: true },
            { view: `${topic} partitions`, signal },
          )
          return new Map(answer.partitions.map(partition => [partition.partition, partition]))
        },
        error => faultOf(error, 'Offsets not read'),
      ),
    [app, topic],
  )
  const state = useStore(offsets.store)
  useEffect(() => {
    if (connected) void offsets.load()
  }, [offsets, connected])
  const reload = () => {
    view.reload()
    void offsets.load()
  }
  useShortcuts(app.shortcuts, { title: 'Partitions', shortcuts: [{ keys: 'R', label: 'Refresh', run: reload }] })

  const sort: Sort = { column: param.replace(/^-/, ''), down: param.startsWith('-') }
  const rows = useMemo(
    () =>
      sorted(
        (view.value?.partitions ?? []).map(info => ({ info, offsets: state.value?.get(info.partition) })),
        param,
      ),
    [view.value, state.value, param],
  )
  const byId = useMemo(() => new Map(rows.map(row => [String(row.info.partition), row])), [rows])
  const open = (id: string) =>
    app.router.go({ page: 'topic', topic, tab: 'messages' }, writeQuery(messagesQuery, new Map(), { p: [Number(id)] }))
  if (!view.value) return view.fault ? null : <GridSkeleton columns={columns} />
  return (
    <>
      <ReloadBar loading={state.loading && state.value !== null} />
      <div className="bar sub">
        <Summary partitions={view.value.partitions} />
        <span className="grow" />
        <Updated at={state.at} loading={state.loading} />
        <Button kind="bare" small icon="refresh" label="Refresh, key R" onPress={reload} />
      </div>
      {state.fault && <FaultNote fault={state.fault} onRetry={reload} />}
      <Grid<PartitionRow>
        view="partitions"
        label={`Partitions of ${topic}`}
        ids={rows.map(row => String(row.info.partition))}
        useItem={id => byId.get(id)}
        columns={columns}
        narrow={TwoLines}
        sort={sort}
        onSort={next =>
          app.router.setQuery(now => writeQuery(query, now, { psort: next ? `${next.down ? '-' : ''}${next.column}` : 'p' }), {
            replace: true,
          })
        }
        onOpen={open}
      />
    </>
  )
}

function Summary({ partitions }: { partitions: readonly PartitionInfo[] }) {
  const { leaderless, underReplicated, offline } = healthOf(partitions)
  if (leaderless + underReplicated + offline === 0)
    return <span className="t2">All partitions have a leader and all their replicas in sync</span>
  return (
    <>
      {leaderless > 0 && (
        <Badge tone="err" icon="close">
          {leaderless} leaderless
        </Badge>
      )}
      {underReplicated > 0 && (
        <Badge tone="warn" icon="warn">
          {underReplicated} under-replicated
        </Badge>
      )}
      {offline > 0 && (
        <Badge tone="warn" icon="warn">
          {offline} with offline replicas
        </Badge>
      )}
    </>
  )
}

function sorted(rows: PartitionRow[], param: string): PartitionRow[] {
  const down = param.startsWith('-')
  const keyOf = sortKeys.get(param.replace(/^-/, '')) ?? (row => row.info.partition)
  return rows
    .map(row => ({ row, key: keyOf(row) }))
    .sort((a, b) => {
      const order =
        a.key === b.key ? a.row.info.partition - b.row.info.partition : a.key === null ? 1 : b.key === null ? -1 : a.key < b.key ? -1 : 1
      return down && a.key !== null && b.key !== null ? -order : order
    })
    .map(({ row }) => row)
}

const sortKeys = new Map<string, (row: PartitionRow) => number | bigint | null>([
  ['p', row => row.info.partition],
  ['leader', row => row.info.leader],
  ['end', row => row.offsets?.latest ?? null],
  ['span', row => spanOf(row.offsets)],
])

const spanOf = (offsets: PartitionOffsets | undefined) =>
  offsets?.latest != null && offsets.earliest !== null ? offsets.latest - offsets.earliest : null

function Offset({ value, row }: { value: bigint | null | undefined; row: PartitionRow }) {
  if (!row.offsets) return <i className="skel" style={{ width: 72 }} />
  if (value == null) return <Unknown because={row.offsets.fault?.message ?? 'not answered'} />
  return <span className="mono">{grouped(value)}</span>
}

function Leader({ info }: { info: PartitionInfo }) {
  if (info.leader < 0) {
    return (
      <Badge tone="err" icon="close">
        none
      </Badge>
    )
  }
  return (
    <>
      {info.leader}
      <span className="u">epoch {info.leaderEpoch}</span>
    </>
  )
}

function Isr({ info }: { info: PartitionInfo }) {
  const missing = info.replicas.filter(replica => !info.isr.includes(replica))
  return (
    <>
      <span className="mono">{info.isr.join(', ') || '–'}</span>
      {missing.length > 0 && (
        <Badge tone="warn" icon="warn">
          −{missing.length}
        </Badge>
      )}
    </>
  )
}

function ErrorWords({ row }: { row: PartitionRow }) {
  const { info, offsets } = row
  if (info.error) {
    return (
      <span className="err ell">
        <span className="mono">
          {info.error} ({info.errorCode})
        </span>
      </span>
    )
  }
  if (offsets?.fault) {
    return (
      <span className="err ell">
        <span className="mono">{offsets.fault.code}</span> · {offsets.fault.message}
      </span>
    )
  }
  if (info.offlineReplicas.length > 0) return <span className="warn ell">replicas {info.offlineReplicas.join(', ')} offline</span>
  return null
}

const columns: readonly Column<PartitionRow>[] = [
  {
    id: 'p',
    head: 'P',
    name: 'Partition',
    width: 56,
    priority: 1,
    right: true,
    mono: true,
    sortable: true,
    cell: row => row.info.partition,
  },
  { id: 'leader', head: 'Leader', width: 110, priority: 1, flex: true, sortable: true, cell: row => <Leader info={row.info} /> },
  { id: 'replicas', head: 'Replicas', width: 110, priority: 2, mono: true, cell: row => row.info.replicas.join(', ') },
  { id: 'isr', head: 'ISR', width: 130, priority: 2, flex: true, cell: row => <Isr info={row.info} /> },
  { id: 'start', head: 'Log start', width: 150, priority: 3, right: true, cell: row => <Offset value={row.offsets?.earliest} row={row} /> },
  {
    id: 'end',
    head: 'End',
    width: 150,
    priority: 1,
    right: true,
    sortable: true,
    cell: row => <Offset value={row.offsets?.latest} row={row} />,
  },
  {
    id: 'lso',
    head: 'LSO',
    name: 'Last stable offset',
    width: 150,
    priority: 3,
    right: true,
    cell: row => <Offset value={row.offsets?.stable} row={row} />,
  },
  {
    id: 'span',
    head: 'Span',
    width: 120,
    priority: 2,
    right: true,
    sortable: true,
    cell: row => <Offset value={spanOf(row.offsets)} row={row} />,
  },
  { id: 'error', head: 'Error', width: 'fr', least: 80, priority: 1, flex: true, cell: row => <ErrorWords row={row} /> },
]

function TwoLines(row: PartitionRow) {
  return (
    <div className="two">
      <div>
        <span className="mono b">p{row.info.partition}</span>
        <span className="t2">leader</span> <Leader info={row.info} />
        <span className="grow" />
        <Isr info={row.info} />
      </div>
      <div className="t2">
        <Offset value={row.offsets?.earliest} row={row} /> to <Offset value={row.offsets?.latest} row={row} />
        <span className="grow" />
        <ErrorWords row={row} />
      </div>
    </div>
  )
}
