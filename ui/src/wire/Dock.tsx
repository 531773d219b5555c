/** The dock: what this page has asked the cluster for, below it. */
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { type App, useApp, usePrefs, useRoute } from '../app/app.js'
import { grouped } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Sash } from '../parts/Sash.js'
import { StateChips } from './Chips.js'
import { CostLine } from './CostLine.js'
import { useSize } from './canvas.js'
import { FoldLine } from './FoldLine.js'
import { Inspector, type InspectorTab } from './Inspector.js'
import { wireKey } from './keys.js'
import { Nothing } from './Nothing.js'
import { RequestList } from './RequestList.js'
import { useAnnouncedErrors } from './use-announced-errors.js'
import { viewsOf } from './views.js'
import { Wire } from './wire.js'
import './wire.css'

const docks = new WeakMap<App, Wire>()

/** One per app: closing the dock and opening it again shows the same list. */
function dockOf(app: App): Wire {
  let wire = docks.get(app)
  if (!wire) docks.set(app, (wire = new Wire(app.session, { scope: 'page' })))
  return wire
}

/** From here on list and inspector stand side by side. */
const BESIDE = 1_000
const LEAST = 360

export default function Dock() {
  const app = useApp()
  const wire = dockOf(app)
  const box = useRef<HTMLDivElement>(null)
  const place = useRoute(route => route.place)
  const letters = usePrefs(prefs => prefs.singleKeys)
  const cost = useStore(wire.store, state => state.snapshot?.cost ?? null)
  const inspected = useStore(wire.store, state => state.inspected)
  const scope = useStore(wire.store, state => state.query.scope)
  const [tab, setTab] = useState<InspectorTab>('response')
  const [wide, setWide] = useState<number | null>(null)
  const { width } = useSize(box)
  useEffect(() => wire.attach(), [wire])
  useEffect(() => wire.setViews(viewsOf(place)), [wire, place])
  useTarget(app, wire)
  useAnnouncedErrors(app, wire)
  const beside = width >= BESIDE
  const shown = Math.max(LEAST, Math.min(width - LEAST, wide ?? Math.round(width * 0.55)))
  const listed = inspected === null || beside
  return (
    <>
      <DockHead wire={wire} />
      {listed && scope === 'page' && cost && <CostLine cost={cost} onShow={id => wire.inspect(id)} />}
      <div ref={box} className="wdock">
        {listed && (
          <div className="col">
            <RequestList
              wire={wire}
              dock
              empty={<Nothing wire={wire} />}
              onKey={event => wireKey(event, wire, { onTab: setTab, letters })}
            />
            <FoldLine wire={wire} />
          </div>
        )}
        {inspected !== null && (
          <>
            {beside && (
              <Sash
                label="Width of the inspector"
                orientation="vertical"
                after
                value={shown}
                min={LEAST}
                max={Math.max(LEAST, width - LEAST)}
                initial={Math.round(width * 0.55)}
                onChange={setWide}
              />
            )}
            <Inspector wire={wire} tab={tab} onTab={setTab} style={beside ? { width: shown } : { flex: 1 }} />
          </>
        )}
      </div>
    </>
  )
}

/** A link "Show in Wire" leads here, to a request or to the list. */
function useTarget(app: App, wire: Wire): void {
  const target = useStore(app.frame.store, state => state.wireTarget)
  useEffect(() => {
    if (!target) return
    if (target.requestId !== null) {
      wire.setQuery({ scope: 'all' })
      wire.inspect(target.requestId)
    }
  }, [wire, target])
}

function DockHead({ wire }: { wire: Wire }) {
  const app = useApp()
  const query = useStore(wire.store, state => state.query)
  const counts = useStore(wire.store, state => state.snapshot?.counts)
  const note = useStore(wire.store, state => state.snapshot?.filterNote ?? null)
  return (
    <div className="dockhead">
      <h2 className="b">Wire</h2>
      <span className="seg sm" role="radiogroup" aria-label="Whose requests">
        <Scope wire={wire} scope="page" label="This page" count={counts?.page} />
        <Scope wire={wire} scope="all" label="All" count={counts?.all} />
      </span>
      <FilterInput
        small
        className="wq p2"
        label="Filter requests"
        placeholder="api: broker: topic: err:* t>50ms"
        value={query.text}
        notes={note ? [note] : []}
        onChange={text => wire.setQuery({ text })}
      />
      <StateChips wire={wire} icons={false} />
      <span className="grow" />
      <Controls wire={wire} />
      <Button kind="bare" small icon="save" className="p2 off" label="Export" reason="Export is not part of this version" />
      <Button kind="bare" small icon="open" label="Full view" onPress={() => app.router.go({ page: 'wire' })} />
      <Button kind="bare" small icon="close" label="Close Wire" onPress={() => app.prefs.setState({ dockOpen: false })} />
    </div>
  )
}

function Scope({ wire, scope, label, count }: { wire: Wire; scope: 'page' | 'all'; label: string; count: number | undefined }) {
  const current = useStore(wire.store, state => state.query.scope)
  const other = scope === 'page' ? 'all' : 'page'
  return (
    <button
      type="button"
      role="radio"
      aria-checked={current === scope}
      tabIndex={current === scope ? 0 : -1}
      onClick={() => wire.setQuery({ scope })}
      onKeyDown={event => {
        if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].includes(event.key)) return
        event.preventDefault()
        wire.setQuery({ scope: other })
        const next = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling
        if (next instanceof HTMLElement) next.focus()
      }}
    >
      {label} {count !== undefined && grouped(count)}
    </button>
  )
}

/** Record, pause, clear: icons in the dock, words in the full view. */
export function Controls({ wire, words = false }: { wire: Wire; words?: boolean }) {
  const recording = useStore(wire.store, state => state.snapshot?.recording ?? true)
  const paused = useStore(wire.store, state => state.paused)
  const labels = {
    record: recording ? 'Recording; press to stop' : 'Not recording; press to record',
    pause: paused ? 'Go on' : 'Pause the list',
  }
  return (
    <>
      <Button kind="bare" small className="p2" label={labels.record} onPress={() => void wire.setRecording(!recording)}>
        <span className={recording ? 'err' : 't3'}>
          <RecordMark />
        </span>
        {words && (recording ? 'Recording' : 'Record')}
      </Button>
      <Button
        kind="bare"
        small
        icon={paused ? 'play' : 'pause'}
        pressed={paused}
        label={labels.pause}
        onPress={() => wire.setPaused(!paused)}
      >
        {words ? (paused ? 'Go on' : 'Pause') : undefined}
      </Button>
      <Button kind="bare" small className="p2" icon="none" label="Clear" onPress={() => void wire.clear()}>
        {words ? 'Clear' : undefined}
      </Button>
    </>
  )
}

function RecordMark() {
  return (
    <svg className="i s" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="4.5" fill="currentColor" stroke="none" />
    </svg>
  )
}
