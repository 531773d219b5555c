/** Groups: who reads, in which state, how far behind. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { parseFilter } from '../filter/parse.js'
import { grouped, plural } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Grid } from '../parts/Grid.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import { Unknown } from '../parts/Kv.js'
import { Link } from '../parts/Link.js'
import { Page } from '../parts/Page.js'
import { usePin } from '../parts/Pin.js'
import { Empty, FaultNote, PartialNote, ReloadBar, Updated } from '../parts/States.js'
import { readQuery, writeQuery } from '../route/query.js'
import type { GroupInfo } from '../session/protocol.js'
import { chosenGroups, groupFields, groupsQuery, sortGroups } from './groups-list.js'
import { StateBadge } from './state-badge.js'

export default function GroupsPage() {
  const app = useApp()
  const { value, at, loading, fault } = useStore(app.groups.list.store)
  const connected = useConnection(connection => connection.status.state === 'connected')
  const routeQuery = useRoute(route => route.query)
  const params = useMemo(() => readQuery(groupsQuery, routeQuery), [routeQuery])
  const summaries = useStore(app.groups.summaries.store)
  const input = useRef<HTMLInputElement>(null)
  const [active, setActive] = useState('')
  const pin = usePin('group', active)

  useEffect(() => {
    if (connected) void app.groups.list.load()
    return () => app.groups.summaries.stop()
  }, [app, connected])
  const set = useCallback(
    (change: Partial<typeof params>) => app.router.setQuery(now => writeQuery(groupsQuery, now, change), { replace: true }),
    [app],
  )
  const groups = value?.groups ?? []
  const filter = useMemo(() => parseFilter(params.f, groupFields), [params.f])
  const sort: Sort = useMemo(
    () => (params.sort === '' ? null : { column: params.sort.replace(/^-/, ''), down: params.sort.startsWith('-') }),
    [params.sort],
  )
  const shown = useMemo(
    () =>
      sortGroups(chosenGroups(groups, { filter, state: params.state, type: params.type, withLag: params.lag }, summaries), sort, summaries),
    [groups, filter, params.state, params.type, params.lag, sort, summaries],
  )
  const byName = useMemo(() => new Map(groups.map(group => [group.group, group])), [groups])
  const reload = () => {
    void app.groups.list.load()
    app.groups.summaries.refresh()
  }
  useShortcuts(app.shortcuts, {
    title: 'Groups',
    shortcuts: [
      { keys: '/', label: 'Filter', run: () => input.current?.focus() },
      { keys: 's', label: 'Pin or unpin the group', run: () => (active ? pin.toggle() : false) },
      { keys: 'R', label: 'Refresh', run: reload },
      { keys: 'Escape', label: 'Clear the filter', run: () => (params.f ? set({ f: '' }) : false) },
    ],
  })
  return (
    <Page label="Groups">
      <ReloadBar loading={loading && value !== null} />
      <div className="bar">
        <h1>Groups</h1>
        {value && <span className="t2">{plural(groups.length, 'group')}</span>}
        <span className="grow" />
        <Updated at={at} loading={loading} />
        <Button kind="bare" icon="refresh" label="Refresh, key R" onPress={reload} />
      </div>
      <div className="bar sub top1">
        <FilterInput
          ref={input}
          className="listfilter"
          label="Filter groups"
          placeholder="Filter: words, state:Empty, lag>1000"
          value={params.f}
          notes={filter.notes}
          onChange={f => set({ f })}
        />
        <Counts values={groups.map(group => group.state)} chosen={params.state} onChoose={state => set({ state })} />
        <Counts values={groups.map(group => group.type)} chosen={params.type} onChoose={type => set({ type })} />
        <button type="button" className="chip tog" aria-pressed={params.lag} onClick={() => set({ lag: !params.lag })}>
          With lag
        </button>
      </div>
      {value && <PartialNote partial={value.partial} onRetry={reload} />}
      {fault && <FaultNote fault={fault} onRetry={reload} />}
      {value === null && !fault && <GridSkeleton columns={columns} />}
      {value && shown.length > 0 && (
        <Grid<GroupInfo>
          view="groups"
          label="Groups"
          ids={shown.map(group => group.group)}
          useItem={name => byName.get(name)}
          columns={columns}
          narrow={TwoLines}
          sort={sort}
          onSort={next => set({ sort: next ? `${next.down ? '-' : ''}${next.column}` : '' })}
          onOpen={group => app.router.go({ page: 'group', group, tab: 'lag' })}
          onActive={setActive}
          onShown={app.groups.summaries.show}
        />
      )}
      {value && groups.length === 0 && (
        <Empty>
          <p>No groups. A consumer appears here once it joins or commits.</p>
        </Empty>
      )}
      {value && groups.length > 0 && shown.length === 0 && (
        <Empty>
          <p>
            No groups match. {grouped(groups.length)} are hidden by the filter.{' '}
            <button type="button" className="link b" onClick={() => set({ f: '', state: '', type: '', lag: false })}>
              Clear filter
            </button>
          </p>
        </Empty>
      )}
    </Page>
  )
}

/** One chip per value that there is, with its count. */
function Counts({ values, chosen, onChoose }: { values: readonly (string | null)[]; chosen: string; onChoose(value: string): void }) {
  const counts = new Map<string, number>()
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => (
    <button
      key={value}
      type="button"
      className="chip tog p2"
      aria-pressed={chosen === value}
      onClick={() => onChoose(chosen === value ? '' : value)}
    >
      {value} {grouped(count)}
    </button>
  ))
}

function useSummary(group: string) {
  return useStore(useApp().groups.summaries.store, facts => facts.get(group))
}

function StateCell({ group }: { group: GroupInfo }) {
  const summary = useSummary(group.group)
  return <StateBadge state={summary?.value?.state ?? group.state} />
}

function MembersCell({ group }: { group: string }) {
  const summary = useSummary(group)
  if (!summary) return <i className="skel" style={{ width: 20 }} />
  return summary.value?.members == null ? <Unknown because={summary.fault?.message ?? 'not told'} /> : grouped(summary.value.members)
}

function LagCell({ group }: { group: string }) {
  const summary = useSummary(group)
  if (!summary) return <i className="skel" style={{ width: 56 }} />
  const { value, fault } = summary
  if (!value) return <Unknown because={fault ? `${fault.what} · ${fault.code} · ${fault.message}` : 'not known'} />
  if (value.lag === null) return <Unknown because="no commit" />
  return (
    <>
      <span className="mono">{grouped(value.lag)}</span>
      {value.withoutCommit > 0 && (
        <span className="u" title={`${value.withoutCommit} partitions without commits`}>
          +{value.withoutCommit} –
        </span>
      )}
    </>
  )
}

function ProtocolCell({ group }: { group: GroupInfo }) {
  const summary = useSummary(group.group)
  return <span className="mono">{summary?.value?.protocol || group.protocolType || <span className="t3">–</span>}</span>
}

const columns: readonly Column<GroupInfo>[] = [
  {
    id: 'group',
    head: 'Group',
    width: 'fr',
    least: 180,
    priority: 1,
    flex: true,
    sortable: true,
    cell: group => (
      <Link to={{ page: 'group', group: group.group, tab: 'lag' }} className="mono plain ell" inRow>
        {group.group}
      </Link>
    ),
  },
  { id: 'state', head: 'State', width: 170, priority: 1, flex: true, cell: group => <StateCell group={group} /> },
  {
    id: 'type',
    head: 'Type',
    width: 90,
    priority: 2,
    sortable: true,
    cell: group => group.type ?? <Unknown because="the broker does not say" />,
  },
  { id: 'protocol', head: 'Protocol', width: 150, priority: 3, cell: group => <ProtocolCell group={group} /> },
  {
    id: 'members',
    head: 'Members',
    width: 76,
    priority: 2,
    right: true,
    sortable: true,
    cell: group => <MembersCell group={group.group} />,
  },
  { id: 'coordinator', head: 'Coordinator', width: 96, priority: 3, sortable: true, cell: group => `broker ${group.coordinator}` },
  { id: 'lag', head: 'Lag', width: 130, priority: 1, right: true, sortable: true, cell: group => <LagCell group={group.group} /> },
]

function TwoLines(group: GroupInfo) {
  return (
    <div className="two">
      <div>
        <span className="mono b ell">{group.group}</span>
        <span className="grow" />
        <StateCell group={group} />
      </div>
      <div className="t2">
        <span>{group.type}</span>
        <span>
          <MembersCell group={group.group} /> members
        </span>
        <span className="grow" />
        <span className="nw">
          <span className="u">lag</span> <LagCell group={group.group} />
        </span>
      </div>
    </div>
  )
}
