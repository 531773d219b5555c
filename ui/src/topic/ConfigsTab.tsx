/** The configs of a topic, read only: value, default, where the value comes from, what it does. */
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { matches } from '../filter/match.js'
import { parseFilter } from '../filter/parse.js'
import { bytesText, duration, grouped, plural } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Caret } from '../parts/Caret.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Grid } from '../parts/Grid.js'
import { GridSkeleton } from '../parts/GridSkeleton.js'
import type { Column } from '../parts/grid-columns.js'
import { Empty, FaultNote } from '../parts/States.js'
import { flag, readQuery, text, writeQuery } from '../route/query.js'
import type { ConfigEntry } from '../session/protocol.js'
import { faultOf, SessionError } from '../session/session.js'
import { remote } from '../store/remote.js'

const query = { cf: text(), all: flag() }

export function ConfigsTab({ topic }: { topic: string }) {
  const app = useApp()
  const connected = useConnection(connection => connection.status.state === 'connected')
  const routeQuery = useRoute(route => route.query)
  const { cf, all } = useMemo(() => readQuery(query, routeQuery), [routeQuery])
  const [open, setOpen] = useState<string | null>(null)
  const columns = useMemo(() => columnsOf(open), [open])
  const configs = useMemo(
    () =>
      remote(
        async signal => {
          const [answer] = await app.session.call('topics.configs', { topics: [topic], keys: null }, { view: `${topic} configs`, signal })
          if (answer.fault) throw new SessionError(answer.fault)
          return answer.entries
        },
        error => faultOf(error, 'Configs not read'),
      ),
    [app, topic],
  )
  const { value, fault } = useStore(configs.store)
  useEffect(() => {
    if (connected) void configs.load()
  }, [configs, connected])
  useShortcuts(app.shortcuts, { title: 'Configs', shortcuts: [{ keys: 'R', label: 'Refresh', run: () => void configs.load() }] })

  const filter = useMemo(() => parseFilter(cf, ['name', 'value', 'source']), [cf])
  const changed = (value ?? []).filter(entry => entry.source === 'topic').length
  const entries = useMemo(() => {
    const chosen = (value ?? []).filter(entry => all || changed === 0 || entry.source === 'topic')
    const kept = chosen.filter(entry => matches(filter, field => fieldOf(entry, field)))
    return kept.sort((a, b) => (a.name < b.name ? -1 : 1))
  }, [value, filter, all, changed])
  const byName = useMemo(() => new Map(entries.map(entry => [entry.name, entry])), [entries])
  const set = (change: Partial<{ cf: string; all: boolean }>) =>
    app.router.setQuery(now => writeQuery(query, now, change), { replace: true })

  if (fault && !value) return <FaultNote fault={fault} onRetry={() => void configs.load()} />
  if (!value) return <GridSkeleton columns={columns} />
  return (
    <>
      <div className="bar sub">
        <FilterInput
          small
          className="listfilter"
          label="Filter configs"
          placeholder="Filter: name, value"
          value={cf}
          notes={filter.notes}
          onChange={next => set({ cf: next })}
        />
        <button type="button" className="chip tog" aria-pressed={!all && changed > 0} onClick={() => set({ all: !all })}>
          Changed only {grouped(changed)}
        </button>
        <span className="grow" />
        <span className="t3 p2 nw">read only in this version</span>
      </div>
      {fault && <FaultNote fault={fault} onRetry={() => void configs.load()} />}
      {entries.length === 0 ? (
        <Empty>
          <p>No config matches. {plural(value.length, 'config')} in all.</p>
        </Empty>
      ) : (
        <Grid<ConfigEntry>
          view="configs"
          label={`Configs of ${topic}`}
          ids={entries.map(entry => entry.name)}
          useItem={name => byName.get(name)}
          columns={columns}
          narrow={TwoLines}
          openId={open}
          onOpen={name => setOpen(open === name ? null : name)}
          detail={name => {
            const entry = byName.get(name)
            return entry && <Detail entry={entry} />
          }}
        />
      )}
    </>
  )
}

function fieldOf(entry: ConfigEntry, field: string | null) {
  if (field === 'value') return entry.value
  if (field === 'source') return entry.source
  return field === 'name' ? entry.name : [entry.name, entry.value ?? '']
}

/** `604800000` with what it means beside it. */
function Value({ entry }: { entry: ConfigEntry }) {
  if (entry.sensitive) return <Badge tone="line">sensitive, withheld</Badge>
  if (entry.value === null) return <Badge tone="line">not set</Badge>
  const meaning = meaningOf(entry.name, entry.value)
  return (
    <>
      <span className={entry.source === 'topic' ? 'mono b ell' : 'mono ell'}>{entry.value === '' ? '""' : entry.value}</span>
      {meaning && <span className="u">{meaning}</span>}
    </>
  )
}

function meaningOf(name: string, value: string): string {
  if (!/^-?\d+$/.test(value)) return ''
  const number = Number(value)
  if (number === -2 && name.startsWith('local.retention')) return `as ${name.slice('local.'.length)}`
  if (number < 0) return name.startsWith('retention') ? 'no limit' : ''
  if (number >= 9_000_000_000_000_000_000) return 'no limit'
  if (name.endsWith('.ms')) return number >= 1000 ? duration(number) : ''
  return name.endsWith('.bytes') && number >= 1000 ? bytesText(number) : ''
}

function fallbackOf(entry: ConfigEntry): string {
  const other = entry.synonyms.find(synonym => synonym.source !== 'topic')
  return other?.value ?? (entry.source === 'topic' ? '–' : '')
}

const columnsOf = (open: string | null): readonly Column<ConfigEntry>[] => [
  {
    id: 'caret',
    head: '',
    name: 'Documentation',
    width: 36,
    priority: 1,
    flex: true,
    resizable: false,
    cell: entry => <Caret label="Documentation" open={entry.name === open} />,
  },
  { id: 'name', head: 'Name', width: 280, priority: 1, mono: true, cell: entry => entry.name },
  { id: 'value', head: 'Value', width: 'fr', least: 160, priority: 1, flex: true, cell: entry => <Value entry={entry} /> },
  {
    id: 'default',
    head: 'Without it',
    width: 160,
    priority: 3,
    mono: true,
    cell: entry => <span className="t2">{fallbackOf(entry)}</span>,
  },
  { id: 'source', head: 'Source', width: 130, priority: 2, cell: entry => <span className="t2">{entry.source}</span> },
]

function TwoLines(entry: ConfigEntry) {
  return (
    <div className="two">
      <div>
        <span className="mono ell">{entry.name}</span>
        <span className="grow" />
        <span className="t2">{entry.source}</span>
      </div>
      <div>
        <Value entry={entry} />
      </div>
    </div>
  )
}

function Detail({ entry }: { entry: ConfigEntry }) {
  return (
    <div className="note detail">
      <div>
        <p>{entry.documentation ?? 'The broker gives no documentation for this config.'}</p>
        <p className="t2">
          Type {entry.type}
          {entry.readOnly ? ', read only' : ''}
          {entry.synonyms.length > 0 && ', from: '}
          {entry.synonyms.map((synonym, index) => (
            <span key={`${synonym.name} ${synonym.source}`}>
              {index > 0 && ', then '}
              <span className="mono">
                {synonym.name} = {synonym.value ?? 'not set'}
              </span>{' '}
              ({synonym.source})
            </span>
          ))}
        </p>
      </div>
    </div>
  )
}
