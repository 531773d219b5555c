/** One group: its facts, the lag of each partition, its members. */
import { useCallback, useMemo } from 'react'
import { useApp, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { grouped } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import { KvStrip, Unknown } from '../parts/Kv.js'
import { Page } from '../parts/Page.js'
import { PinButton } from '../parts/Pin.js'
import { Select } from '../parts/Select.js'
import { FaultNote, Updated } from '../parts/States.js'
import { type TabItem, Tabs } from '../parts/Tabs.js'
import { choice, flag, readQuery, text, writeQuery } from '../route/query.js'
import type { GroupTab } from '../route/route.js'
import type { GroupDetail } from '../session/protocol.js'
import { LagTab, lagColumns } from './LagTab.js'
import { lagRows } from './lag-rows.js'
import { MembersTab } from './MembersTab.js'
import { StateBadge } from './state-badge.js'
import { refreshes, useGroup } from './use-group.js'

export const groupQuery = { every: choice(refreshes, '5'), sort: text('-lag'), behind: flag(), shut: text() }

type AnyTab = GroupTab | 'rebalances' | 'acls'
const readsOnly = 'this version reads groups; it does not change them'

export default function GroupPage({ group, tab }: { group: string; tab: GroupTab }) {
  const app = useApp()
  const routeQuery = useRoute(route => route.query)
  const query = useMemo(() => readQuery(groupQuery, routeQuery), [routeQuery])
  const view = useGroup(group, query.every)
  const set = useCallback(
    (change: Partial<typeof query>) => app.router.setQuery(now => writeQuery(groupQuery, now, change), { replace: true }),
    [app],
  )
  useShortcuts(app.shortcuts, { title: group, shortcuts: [{ keys: 'R', label: 'Refresh', run: view.reload }] })
  const look = view.value
  const detail = look?.detail ?? null
  const rows = useMemo(() => (look ? lagRows(look.detail, look.before) : []), [look])
  const select = (next: AnyTab) => {
    if (next === 'lag' || next === 'members')
      app.router.navigate({ ...app.router.store.getState(), place: { page: 'group', group, tab: next } })
  }
  return (
    <Page label={`Group ${group}`}>
      <div className="bar">
        <h1 className="mono">{group}</h1>
        {detail && <StateBadge state={detail.state} />}
        <PinButton is="group" name={group} />
        <span className="grow" />
        <Updated at={view.at} loading={false} />
        <Select
          className="whole"
          label="Refresh"
          value={query.every}
          options={refreshes.map(value => ({ value, label: value === 'off' ? 'off' : `every ${value} s` }))}
          onChange={every => set({ every })}
        />
        <Button className="p2" reason={readsOnly}>
          Reset offsets…
        </Button>
      </div>
      {view.fault && <FaultNote fault={view.fault} onRetry={view.reload} />}
      {detail?.faults.map(fault => (
        <FaultNote key={`${fault.what} ${fault.broker}`} fault={fault} onRetry={view.reload} />
      ))}
      {!detail && !view.fault && <GridSkeleton columns={lagColumns} />}
      {detail && (
        <>
          <div className="gh">
            <Facts detail={detail} />
          </div>
          <Tabs<AnyTab> label="Group" tabs={tabsOf(detail)} selected={tab} onSelect={select} panel="group" />
          <div role="tabpanel" id={`group-${tab}`} aria-label={tab} className="tabpage">
            {tab === 'lag' ? (
              <LagTab rows={rows} sort={query.sort} behindOnly={query.behind} shut={query.shut} onChange={set} />
            ) : (
              <MembersTab detail={detail} />
            )}
          </div>
        </>
      )}
    </Page>
  )
}

function Facts({ detail }: { detail: GroupDetail }) {
  const behind = detail.partitions.filter(partition => partition.lag !== null && partition.lag > 0n)
  const topics = new Set(detail.partitions.map(partition => partition.topic)).size
  return (
    <KvStrip
      items={[
        {
          label: 'Total lag',
          value: detail.lag === null ? <Unknown because="no commit" /> : <span className="mono b">{grouped(detail.lag)}</span>,
        },
        {
          label: 'Behind',
          value:
            behind.length === 0 ? 'none' : behind.length === 1 ? `partition ${behind[0].partition} only` : `${behind.length} partitions`,
        },
        { label: 'Members', value: grouped(detail.members.length) },
        { label: 'Type', value: detail.type },
        {
          label: 'Assignor',
          value: detail.protocol ? <span className="mono">{detail.protocol}</span> : <Unknown because="no assignor chosen now" />,
        },
        {
          label: detail.type === 'consumer' ? 'Epoch' : 'Generation',
          value:
            detail.generation === null ? (
              <Unknown because="this API does not tell" />
            ) : (
              <span className="mono">{grouped(detail.generation)}</span>
            ),
        },
        { label: 'Coordinator', value: detail.coordinator ? `broker ${detail.coordinator.nodeId}` : <Unknown because="not known" /> },
        { label: 'Topics', value: grouped(topics) },
        {
          label: 'Without commits',
          value: detail.withoutCommit === 0 ? <span className="t2">none</span> : `${detail.withoutCommit} partitions`,
        },
      ]}
    />
  )
}

function tabsOf(detail: GroupDetail): TabItem<AnyTab>[] {
  return [
    { id: 'lag', label: 'Lag', note: grouped(detail.partitions.length) },
    { id: 'members', label: 'Members', note: grouped(detail.members.length) },
    { id: 'rebalances', label: 'Rebalances', reason: 'known only for groups that this page joined' },
    { id: 'acls', label: 'ACLs', reason: 'this version does not read ACLs' },
  ]
}
