/** Messages of one topic or several: look, filter, follow. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useApp, usePrefs, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { type DecoderChoice, decoderChoices } from '../decode/choices.js'
import { grouped, plural } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { copyText } from '../parts/copy.js'
import { FilterChips } from '../parts/FilterChips.js'
import type { GridHandle } from '../parts/Grid.js'
import { readQuery, writeQuery } from '../route/query.js'
import type { RecordRow } from '../session/protocol.js'
import { NothingHere } from './NothingHere.js'
import { OpenRecord } from './OpenRecord.js'
import { rowId } from './order.js'
import { type MessagesQuery, messagesQuery, orderOf } from './query.js'
import { RecordGrid, RecordSkeleton } from './RecordGrid.js'
import { exactText, formattedText, recordsTsv } from './record-copy.js'
import { recordFields } from './record-filter.js'
import { ScanBar } from './ScanBar.js'
import { isLive, ScanLine, ScanTail } from './ScanLine.js'
import { useOpened } from './use-opened.js'
import { useScan } from './use-scan.js'

export interface MessagesViewProps {
  /** Names the scan: it is kept under this while other pages are shown. */
  view: string
  topics: readonly string[]
  /** The partitions of the one topic; null where several are shown. */
  partitions: readonly number[] | null
  onReproduce(row: RecordRow): void
}

export function MessagesView({ view, topics, partitions, onReproduce }: MessagesViewProps) {
  const app = useApp()
  const routeQuery = useRoute(route => route.query)
  const query = useMemo(() => readQuery(messagesQuery, routeQuery), [routeQuery])
  const set = useCallback(
    (change: Partial<MessagesQuery>) => app.router.setQuery(now => writeQuery(messagesQuery, now, change), { replace: true }),
    [app],
  )
  const { scan, state, again } = useScan(view, topics, query)
  const decoders = useDecoders(topics, query, set)
  const grid = useRef<GridHandle>(null)
  const filter = useRef<HTMLInputElement>(null)
  const [active, setActive] = useState<string | null>(null)
  const [away, setAway] = useState(false)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const opened = useOpened({ scan, rows: state.rows, topics, open: query.open, ended: state.phase === 'ended', grid })
  const live = isLive(state)
  const order = orderOf(query)

  useEffect(() => scan.hold(live && (away || opened.id !== null)), [scan, live, away, opened.id])

  const several = topics.length > 1
  const openParam = (row: RecordRow) => (several ? rowId(row) : `${row.partition}:${row.offset}`)
  const toggle = (id: string) => {
    const row = scan.row(id)
    if (!row) return
    if (opened.id === id) close()
    else
      app.router.setQuery(now => writeQuery(messagesQuery, now, { open: openParam(row) }), {
        layer: opened.id === null,
        replace: opened.id !== null,
      })
  }
  const close = () => app.router.closeLayer(now => writeQuery(messagesQuery, now, { open: '' }))
  const rowNow = () => scan.row(opened.id ?? active ?? '')
  const link = (row: RecordRow) => {
    const target = writeQuery(messagesQuery, new Map(), {
      from: 'offset',
      at: row.offset,
      p: [row.partition],
      open: `${row.partition}:${row.offset}`,
    })
    const href = app.router.hrefOf({ page: 'topic', topic: row.topic, tab: 'messages' }, target)
    void copyText(app.frame, new URL(href, window.location.href).href, 'Link')
  }
  const copy = (what: 'Key' | 'Value', bytes: Uint8Array | null, formatted = false) => {
    const text = bytes && formatted ? formattedText(bytes) : exactText(bytes)
    if (text !== null) void copyText(app.frame, text, what)
    else
      app.frame.toast({
        tone: 'err',
        action: null,
        text: bytes === null ? `${what} is null: nothing to copy` : `${what} is not UTF-8: open the record and take hex or base64`,
      })
  }
  const copySelected = () => {
    const chosen = state.rows.filter(row => selected.has(rowId(row)))
    const cut = chosen.some(row => row.valueSize > (row.value?.length ?? 0))
    void copyText(app.frame, recordsTsv(chosen), `${plural(chosen.length, 'record')}${cut ? ', values over 64 kB cut,' : ''}`)
  }
  const pause = () => (state.phase === 'paused' ? scan.resume() : scan.pause())
  const stop = () => {
    if (state.phase !== 'running' && state.phase !== 'paused') return false
    scan.stop()
    return true
  }
  const withRow = (run: (row: RecordRow) => void) => () => {
    const row = rowNow()
    if (!row) return false
    run(row)
    return true
  }

  useShortcuts(app.shortcuts, {
    title: 'Messages',
    shortcuts: [
      { keys: 'f', label: 'Add a filter', run: () => filter.current?.focus() },
      { keys: '/', label: 'Add a filter', run: () => filter.current?.focus() },
      { keys: 'l', label: 'Live', run: () => set({ from: 'live', order: null }) },
      { keys: 'Space', label: 'Pause or resume, while live', run: () => (live && state.phase !== 'ended' ? pause() : false) },
      { keys: 'Escape', label: 'Close the record, then stop', run: () => (opened.id !== null ? close() : stop()) },
      { keys: 'R', label: 'Read again', run: again },
      { keys: 'c', label: 'Copy the value as received', run: withRow(row => copy('Value', row.value)) },
      { keys: 'C', label: 'Copy the value, formatted', run: withRow(row => copy('Value', row.value, true)) },
      {
        keys: 'k',
        label: 'Copy the key of the open record',
        run: () => (opened.id === null ? false : withRow(row => copy('Key', row.key))()),
      },
      { keys: 'y', label: 'Copy a link to the record', run: withRow(link) },
      { keys: 'r', label: 'Re-produce the record', run: withRow(onReproduce) },
      { keys: 'd', label: 'Next decoder', run: () => decoders.step(query.rt, 1) },
      { keys: 'D', label: 'Decoder before', run: () => decoders.step(query.rt, -1) },
      { keys: 'End', label: 'Show the rows that wait', run: () => (state.held > 0 ? showHeld() : false) },
    ],
  })
  const showHeld = () => {
    scan.hold(false)
    const first = scan.store.getState().rows[0]
    if (first) grid.current?.scrollTo(rowId(first))
  }
  const onRowKey = (event: KeyboardEvent, id: string) => {
    if (event.key === 'ArrowRight' && opened.id !== id) toggle(id)
    else if (event.key === 'ArrowLeft' && opened.id === id) close()
    else if (event.key === 'End' && state.held > 0) showHeld()
    else return false
    return true
  }

  return (
    <>
      <ScanBar
        query={query}
        set={set}
        partitions={partitions}
        state={state}
        keyDecoder={decoders.key}
        valueDecoder={decoders.value}
        onDecoder={decoders.choose}
        onStop={stop}
        onAgain={again}
        onPause={pause}
      />
      <div className="bar sub chips">
        <FilterChips
          ref={filter}
          label="Add a filter"
          placeholder="words, key:order-77*, value:/paid|shipped/, -header:retry, size>1kB"
          fields={recordFields}
          value={query.f}
          onChange={f => set({ f })}
        />
      </div>
      <ScanLine state={state} order={order} />
      {state.held > 0 && (
        <Button small className="newrows" onPress={showHeld} shortcut="End">
          {grouped(state.held)} new
        </Button>
      )}
      {state.rows.length > 0 && (
        <RecordGrid
          ref={grid}
          label={`Messages of ${topics.join(', ')}`}
          rows={state.rows}
          rowOf={id => scan.row(id)}
          severalTopics={several}
          keyDecoder={decoders.key}
          valueDecoder={decoders.value}
          order={order}
          onOrder={next => set({ order: next })}
          openId={opened.id}
          onOpen={toggle}
          onScrolled={setAway}
          onActive={setActive}
          onRowKey={onRowKey}
          selection={{ ids: selected, onChange: setSelected, onCopy: copySelected }}
          detail={id => {
            const row = scan.row(id)
            return (
              row && (
                <OpenRecord
                  key={id}
                  row={row}
                  tab={query.rt}
                  onTab={rt => set({ rt })}
                  keyDecoder={decoders.key}
                  valueDecoder={decoders.value}
                  onDecoder={decoders.choose}
                  onLink={() => link(row)}
                  onReproduce={onReproduce}
                />
              )
            )
          }}
        />
      )}
      {state.rows.length === 0 && state.phase === 'ended' && <NothingHere state={state} query={query} set={set} topics={topics} />}
      {state.rows.length === 0 && state.phase !== 'ended' && state.phase !== 'idle' && !live && <RecordSkeleton />}
      {state.rows.length === 0 && live && state.progress && state.phase !== 'ended' && (
        <p className="empty">Following. New records appear here as they are written.</p>
      )}
      <ScanTail state={state} onGoOn={() => scan.goOn()} onAgain={again} />
    </>
  )
}

/** The decoders of key and value: the URL wins over what was chosen for the topic before. */
function useDecoders(topics: readonly string[], query: MessagesQuery, set: (change: Partial<MessagesQuery>) => void) {
  const app = useApp()
  const topic = topics.length === 1 ? topics[0] : ''
  const kept = usePrefs(prefs => prefs.decoders.get(topic))
  const key: DecoderChoice = query.kd ?? kept?.key ?? 'auto'
  const value: DecoderChoice = query.vd ?? kept?.value ?? 'auto'
  const choose = (which: 'key' | 'value', choice: DecoderChoice) => {
    if (topic) app.prefs.setState(({ decoders }) => ({ decoders: new Map(decoders).set(topic, { key, value, [which]: choice }) }))
    set(which === 'key' ? { kd: choice } : { vd: choice })
  }
  const step = (tab: MessagesQuery['rt'], by: 1 | -1) => {
    const which = tab === 'key' ? 'key' : 'value'
    const names = decoderChoices.map(each => each.value)
    const at = names.indexOf(which === 'key' ? key : value)
    const next = names[(at + by + names.length) % names.length]
    choose(which, next)
    app.frame.announce(`${which} as ${next}`)
  }
  return { key, value, choose, step }
}
