/** Wire in full: every request of this client, the overview above, the inspector below. */
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { type App, useApp, usePrefs, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { bytes, grouped } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Page } from '../parts/Page.js'
import { Sash } from '../parts/Sash.js'
import { count, flag, int64, readQuery, text, type Values, writeQuery } from '../route/query.js'
import { apiFamilies } from '../session/wire-protocol.js'
import { FamilyChips, StateChips } from './Chips.js'
import { Controls } from './Dock.js'
import { foldedCount, foldedText } from './FoldLine.js'
import { Inspector, type InspectorTab } from './Inspector.js'
import { wireKey } from './keys.js'
import { Lanes } from './Lanes.js'
import { Nothing } from './Nothing.js'
import { RequestList } from './RequestList.js'
import { useAnnouncedErrors } from './use-announced-errors.js'
import { Wire } from './wire.js'
import './wire.css'

const views = ['Requests', 'Brokers', 'Latency', 'Batches', 'Group', 'Gauges'] as const
const HEIGHT = 'wire/inspector'
const FIRST = 432
const LEAST = 160

/** What is shown, as the URL says it. */
const schema = {
  f: text(),
  fam: text(),
  err: flag(),
  slow: flag(),
  thr: flag(),
  all: flag(),
  id: count(0, 2_147_483_647),
  from: int64(),
  to: int64(),
}

function queryOf({ f, fam, err, slow, thr, all, from, to }: Values<typeof schema>) {
  const families = apiFamilies.filter(family => fam.split(',').includes(family))
  const between = from !== null && to !== null ? { from: Number(from), to: Number(to) } : null
  return { text: f, families, errors: err, slow, throttled: thr, fold: !all, between }
}

export default function WirePage() {
  const app = useApp()
  const box = useRef<HTMLDivElement>(null)
  const query = useRoute(route => route.query)
  const letters = usePrefs(prefs => prefs.singleKeys)
  const height = usePrefs(prefs => prefs.widths.get(HEIGHT) ?? FIRST)
  const [wire] = useState(() => new Wire(app.session, queryOf(readQuery(schema, query))))
  const inspected = useStore(wire.store, state => state.inspected)
  const [tab, setTab] = useState<InspectorTab>('response')
  useEffect(() => wire.attach(), [wire])
  useUrl(app, wire)
  useAnnouncedErrors(app, wire)
  useShortcuts(app.shortcuts, {
    title: 'Wire',
    shortcuts: [
      { keys: '/', label: 'Filter', run: () => box.current?.querySelector<HTMLInputElement>('.wq input')?.focus() },
      { keys: 'e', label: 'Next error (Shift: the one before)', run: () => void wire.nextError(false) },
      { keys: 'E', label: 'The error before', run: () => void wire.nextError(true) },
    ],
  })
  const most = Math.max(LEAST, window.innerHeight - 300)
  const shown = Math.max(LEAST, Math.min(most, height))
  return (
    <Page label="Wire">
      <div ref={box} className="page wirepage">
        <Head wire={wire} />
        <FilterBar wire={wire} />
        <Lanes wire={wire} />
        <RequestList
          wire={wire}
          dock={false}
          empty={<Nothing wire={wire} />}
          onKey={event => wireKey(event, wire, { onTab: setTab, letters })}
        />
        {inspected !== null && (
          <>
            <Sash
              label="Height of the inspector"
              orientation="horizontal"
              after
              value={shown}
              min={LEAST}
              max={most}
              initial={FIRST}
              onChange={next => app.prefs.setState(({ widths }) => ({ widths: new Map(widths).set(HEIGHT, next) }))}
            />
            <Inspector wire={wire} tab={tab} onTab={setTab} style={{ height: shown, flex: 'none' }} />
          </>
        )}
      </div>
    </Page>
  )
}

/** Filters and the open request are in the URL, both ways. */
function useUrl(app: App, wire: Wire): void {
  const query = useStore(wire.store, state => state.query)
  const inspected = useStore(wire.store, state => state.inspected)
  const url = useRoute(route => route.query)
  useEffect(() => {
    const { id } = readQuery(schema, url)
    wire.setQuery(queryOf(readQuery(schema, url)))
    if (id > 0 && id !== wire.store.getState().inspected) wire.inspect(id)
  }, [wire, url])
  useEffect(() => {
    if (app.router.store.getState().place.page !== 'wire') return
    const changes = {
      f: query.text,
      fam: query.families.join(','),
      err: query.errors,
      slow: query.slow,
      thr: query.throttled,
      all: !query.fold,
      id: inspected !== null && inspected > 0 ? inspected : 0,
      from: query.between ? BigInt(Math.floor(query.between.from)) : null,
      to: query.between ? BigInt(Math.ceil(query.between.to)) : null,
    }
    app.router.setQuery(was => writeQuery(schema, was, changes), { replace: true })
  }, [app, query, inspected])
}

function Head({ wire }: { wire: Wire }) {
  const app = useApp()
  const held = useStore(wire.store, state => state.snapshot?.payloadBytes ?? 0)
  const budget = useStore(wire.store, state => state.snapshot?.payloadBudget ?? 16_000_000)
  return (
    <div className="bar">
      <h1>Wire</h1>
      <span className="seg sm p2" role="radiogroup" aria-label="View">
        {views.map(view => (
          <button
            key={view}
            type="button"
            role="radio"
            aria-checked={view === 'Requests'}
            aria-disabled={view === 'Requests' ? undefined : true}
            tabIndex={view === 'Requests' ? 0 : -1}
            title={view === 'Requests' ? undefined : `${view}: not part of this version; Metrics has latency, batches and buffers`}
            onClick={() =>
              view !== 'Requests' &&
              app.frame.announce(`${view}: not part of this version; Metrics has latency, batches and buffers`, 'assertive')
            }
          >
            {view}
          </button>
        ))}
      </span>
      <span className="grow" />
      <Controls wire={wire} words />
      <span className="t2 p3 nw">
        Payloads {amount(held)} / {amount(budget)} MB
      </span>
      <Button small className="p2" icon="save" reason="Export is not part of this version">
        Export…
      </Button>
      <Button small className="p2" icon="file" reason="Opening a trace is not part of this version">
        Open trace…
      </Button>
    </div>
  )
}

const amount = (value: number) => (value < 1_000_000 ? (value / 1_000_000).toFixed(1) : bytes(value).value)

function FilterBar({ wire }: { wire: Wire }) {
  const query = useStore(wire.store, state => state.query)
  const note = useStore(wire.store, state => state.snapshot?.filterNote ?? null)
  return (
    <div className="bar sub top1">
      <FilterInput
        small
        className="wq"
        label="Filter requests"
        placeholder="api: broker: topic: err:* t>50ms"
        value={query.text}
        notes={note ? [note] : []}
        onChange={next => wire.setQuery({ text: next })}
      />
      <FamilyChips wire={wire} />
      <span className="vr p2" />
      <StateChips wire={wire} icons />
      <span className="grow" />
      <Folded wire={wire} />
    </div>
  )
}

function Folded({ wire }: { wire: Wire }) {
  const fold = useStore(wire.store, state => state.query.fold)
  const snapshot = useStore(wire.store, state => state.snapshot)
  const count = snapshot ? foldedCount(snapshot) : 0
  if (fold && count === 0) return <span className="t3 p3 nw">nothing folded</span>
  return (
    <button
      type="button"
      className="link p3 nw"
      title={snapshot ? foldedText(snapshot.folded) : undefined}
      onClick={() => wire.setQuery({ fold: !fold })}
    >
      {fold ? `${grouped(count)} folded` : 'fold heartbeats'}
    </button>
  )
}
