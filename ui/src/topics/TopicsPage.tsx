/** Topics: find one, see what is unhealthy. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { grouped, plural } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Button } from '../parts/Button.js'
import { CheckBox } from '../parts/CheckBox.js'
import { copyText } from '../parts/copy.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Grid, type GridHandle } from '../parts/Grid.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import type { Column, Sort } from '../parts/grid-columns.js'
import { toggled } from '../parts/grid-selection.js'
import { Link } from '../parts/Link.js'
import { Page } from '../parts/Page.js'
import { Empty, FaultNote, ReloadBar, Updated } from '../parts/States.js'
import { readQuery, writeQuery } from '../route/query.js'
import type { TopicInfo } from '../session/protocol.js'
import { isUnhealthy, replicationOf } from '../store/topics.js'
import { CleanupCell, HealthCell, RateCell, RetentionCell, SpanCell } from './cells.js'
import { chosenTopics, sortOf, sortParam, sortTopics, topicFilter, topicsQuery } from './topics-list.js'

const readsOnly = 'this version does not create, purge or delete topics'

export function TopicsPage() {
  const app = useApp()
  const { value, at, loading, fault } = useStore(app.topics.list.store)
  const connected = useConnection(connection => connection.status.state === 'connected')
  const query = useRoute(route => route.query)
  const params = useMemo(() => readQuery(topicsQuery, query), [query])
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const input = useRef<HTMLInputElement>(null)
  const grid = useRef<GridHandle>(null)
  const [active, setActive] = useState<string | null>(null)

  useEffect(() => {
    if (connected) void app.topics.list.load()
  }, [app, connected])
  useEffect(
    () => () => {
      app.topics.offsets.stop()
      app.topics.configs.stop()
    },
    [app],
  )

  const set = useCallback(
    (change: Partial<typeof params>) => app.router.setQuery(now => writeQuery(topicsQuery, now, change), { replace: true }),
    [app],
  )
  const topics = value?.topics ?? []
  const filter = useMemo(() => topicFilter(params.f), [params.f])
  const sort = useMemo(() => sortOf(params.sort), [params.sort])
  const shown = useSorted(topics, { filter, internal: params.internal, unhealthy: params.unhealthy }, sort)
  const ids = useMemo(() => shown.map(topic => topic.name), [shown])
  const byName = useMemo(() => new Map(topics.map(topic => [topic.name, topic])), [topics])
  const columns = useColumns(ids, selected, setSelected)
  const onShown = useCallback(
    (names: readonly string[]) => {
      app.topics.offsets.show(names)
      app.topics.configs.show(names)
    },
    [app],
  )
  const open = (name: string, tab: 'messages' | 'partitions' = 'messages') => app.router.go({ page: 'topic', topic: name, tab })
  const copyNames = () => void copyText(app.frame, [...selected].join('\n'), plural(selected.size, 'topic name'))
  const reload = () => {
    void app.topics.list.load()
    app.topics.offsets.refresh()
  }

  useShortcuts(app.shortcuts, {
    title: 'Topics',
    shortcuts: [
      { keys: '/', label: 'Filter', run: () => input.current?.focus() },
      { keys: 'o', label: 'Partitions of the topic', run: () => (active ? open(active, 'partitions') : false) },
      { keys: 's', label: 'Pin or unpin the topic', run: () => (active ? pin(app, active) : false) },
      { keys: 'n', label: 'Create a topic', run: () => app.frame.announce(`Create topic: ${readsOnly}`, 'assertive') },
      { keys: 'R', label: 'Refresh', run: reload },
      { keys: 'Escape', label: 'Clear the filter', run: () => (params.f ? set({ f: '' }) : false) },
    ],
  })
  const hidden = topics.length - shown.length
  return (
    <Page label="Topics">
      <ReloadBar loading={loading && value !== null} />
      <div className="bar">
        <h1>Topics</h1>
        {value && <Totals topics={topics} />}
        <span className="grow" />
        <Updated at={at} loading={loading} />
        <Button kind="bare" icon="refresh" label="Refresh, key R" onPress={reload} />
        <Button icon="plus" className="p2" reason={readsOnly}>
          Create topic
        </Button>
      </div>
      <div className="bar sub top1">
        <FilterInput
          ref={input}
          className="listfilter"
          label="Filter topics"
          placeholder="Filter: words, * or /regex/"
          value={params.f}
          notes={filter.notes}
          onChange={f => set({ f })}
        />
        <Toggle
          label="Internal"
          count={topics.filter(topic => topic.internal).length}
          on={params.internal}
          onChange={internal => set({ internal })}
        />
        <Toggle
          label="Unhealthy"
          count={topics.filter(isUnhealthy).length}
          on={params.unhealthy}
          onChange={unhealthy => set({ unhealthy })}
        />
        <span className="grow" />
        {selected.size > 0 && (
          <>
            <span className="t2 p2 nw">{grouped(selected.size)} selected</span>
            <Button small icon="copy" onPress={copyNames}>
              Copy names
            </Button>
            <Button small className="p2" icon="lock" reason={readsOnly}>
              Delete
            </Button>
            <span className="t3 p3 nw">{readsOnly}</span>
          </>
        )}
      </div>
      {fault && (
        <FaultNote fault={fault} onRetry={reload}>
          {value && <span className="t2">The list below is older.</span>}
        </FaultNote>
      )}
      {value === null && !fault && <GridSkeleton columns={columns} />}
      {value && ids.length > 0 && (
        <Grid<TopicInfo>
          ref={grid}
          view="topics"
          label="Topics"
          ids={ids}
          useItem={name => byName.get(name)}
          columns={columns}
          narrow={TwoLines}
          sort={sort}
          onSort={next => set({ sort: sortParam(next) })}
          onOpen={open}
          onActive={setActive}
          onShown={onShown}
          selection={{ ids: selected, onChange: setSelected, onCopy: copyNames }}
        />
      )}
      {value && ids.length === 0 && (
        <Nothing hidden={hidden} words={params.f} onClear={() => set({ f: '', unhealthy: false, internal: true })} />
      )}
    </Page>
  )
}

function useSorted(topics: readonly TopicInfo[], choice: Parameters<typeof chosenTopics>[1], sort: Sort): TopicInfo[] {
  const app = useApp()
  const byFigures = sort?.column === 'span' || sort?.column === 'rate'
  // Figures change the order only where the list is sorted by them.
  const offsets = useStore(app.topics.offsets.store, facts => (byFigures ? facts : null))
  const { filter, internal, unhealthy } = choice
  return useMemo(
    () => sortTopics(chosenTopics(topics, { filter, internal, unhealthy }), sort, offsets ?? new Map()),
    [topics, filter, internal, unhealthy, sort, offsets],
  )
}

function pin(app: ReturnType<typeof useApp>, name: string): void {
  const cluster = app.connection.getState().status.cluster.name
  const same = (each: { cluster: string; is: string; name: string }) =>
    each.cluster === cluster && each.is === 'topic' && each.name === name
  app.prefs.setState(({ pins }) => ({
    pins: pins.some(same) ? pins.filter(each => !same(each)) : [...pins, { cluster, is: 'topic', name }],
  }))
}

function useColumns(
  ids: readonly string[],
  selected: ReadonlySet<string>,
  onSelect: (ids: ReadonlySet<string>) => void,
): readonly Column<TopicInfo>[] {
  return useMemo(() => {
    const all = ids.length > 0 && ids.every(id => selected.has(id))
    const head = (
      <CheckBox
        label="Select all topics"
        checked={all ? true : selected.size > 0 ? 'mixed' : false}
        onChange={() => onSelect(all ? new Set() : new Set(ids))}
        inRow
      />
    )
    const tick = (name: string) => (
      <CheckBox label={`Select ${name}`} checked={selected.has(name)} onChange={() => onSelect(toggled(selected, name))} inRow />
    )
    return [
      { id: 'select', head, name: 'Select', width: 44, priority: 1, flex: true, resizable: false, cell: topic => tick(topic.name) },
      ...facts,
    ]
  }, [ids, selected, onSelect])
}

const facts: readonly Column<TopicInfo>[] = [
  { id: 'name', head: 'Name', width: 'fr', least: 200, priority: 1, flex: true, sortable: true, cell: topic => <Name topic={topic} /> },
  { id: 'health', head: 'Health', width: 150, priority: 1, flex: true, sortable: true, cell: topic => <HealthCell topic={topic} /> },
  {
    id: 'partitions',
    head: 'Partitions',
    width: 76,
    priority: 1,
    right: true,
    sortable: true,
    cell: topic => grouped(topic.partitions.length),
  },
  {
    id: 'rf',
    head: 'RF',
    width: 48,
    priority: 3,
    right: true,
    sortable: true,
    cell: topic => <span className="t2">{replicationOf(topic.partitions)}</span>,
  },
  { id: 'cleanup', head: 'Cleanup', width: 116, priority: 3, cell: topic => <CleanupCell topic={topic.name} /> },
  { id: 'retention', head: 'Retention', width: 76, priority: 3, right: true, cell: topic => <RetentionCell topic={topic.name} /> },
  { id: 'span', head: 'Offset span', width: 146, priority: 2, right: true, sortable: true, cell: topic => <SpanCell topic={topic.name} /> },
  { id: 'rate', head: 'In / s', width: 90, priority: 1, right: true, sortable: true, cell: topic => <RateCell topic={topic.name} /> },
]

function Name({ topic }: { topic: TopicInfo }) {
  return (
    <>
      <Link to={{ page: 'topic', topic: topic.name, tab: 'messages' }} className="mono plain ell" inRow>
        {topic.name}
      </Link>
      {topic.internal && <Badge tone="line">internal</Badge>}
    </>
  )
}

function TwoLines(topic: TopicInfo) {
  return (
    <div className="two">
      <div>
        <Link to={{ page: 'topic', topic: topic.name, tab: 'messages' }} className="mono plain ell b" inRow>
          {topic.name}
        </Link>
        <span className="grow" />
        <HealthCell topic={topic} />
      </div>
      <div className="t2">
        <span>{plural(topic.partitions.length, 'partition')}</span>
        <span className="grow" />
        <span className="nw">
          <SpanCell topic={topic.name} /> <span className="u">offset span</span>
        </span>
      </div>
    </div>
  )
}

function Totals({ topics }: { topics: readonly TopicInfo[] }) {
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
  const replicas = topics.reduce((sum, topic) => sum + topic.partitions.reduce((all, each) => all + each.replicas.length, 0), 0)
  return (
    <span className="t2 ell">
      {plural(topics.length, 'topic')} · {plural(partitions, 'partition')}
      <span className="p2"> · {plural(replicas, 'replica')}</span>
    </span>
  )
}

function Toggle({ label, count, on, onChange }: { label: string; count: number; on: boolean; onChange(on: boolean): void }) {
  return (
    <button type="button" className="chip tog" aria-pressed={on} onClick={() => onChange(!on)}>
      {label} {grouped(count)}
    </button>
  )
}

function Nothing({ hidden, words, onClear }: { hidden: number; words: string; onClear(): void }) {
  if (hidden === 0) {
    return (
      <Empty>
        <p>No topics on this cluster yet.</p>
      </Empty>
    )
  }
  return (
    <Empty>
      <p>
        No topics match{words && <span className="mono"> {words}</span>}. {grouped(hidden)} {hidden === 1 ? 'is' : 'are'} hidden by the
        filter.{' '}
        <button type="button" className="link b" onClick={onClear}>
          Clear filter
        </button>{' '}
        <span className="kbd">Esc</span>
      </p>
    </Empty>
  )
}
