/** The scan's toolbar: where it starts and stops, what it reads, how it is shown. A change reads anew; there is nothing to press. */
import { useEffect, useId, useState } from 'react'
import { usePrefs } from '../app/app.js'
import { type DecoderChoice, decoderChoices } from '../decode/choices.js'
import { fullTime, parseTime, zoneLabel } from '../format/time.js'
import { Button } from '../parts/Button.js'
import { Select } from '../parts/Select.js'
import { PartitionPicker } from './PartitionPicker.js'
import { type MessagesQuery, starts, stops } from './query.js'
import { isLive } from './ScanLine.js'
import type { ScanState } from './scan.js'

const startWords: Record<(typeof starts)[number], string> = {
  newest: 'newest',
  oldest: 'oldest',
  offset: 'offset…',
  time: 'time…',
  live: 'live',
}

export interface ScanBarProps {
  query: MessagesQuery
  set(change: Partial<MessagesQuery>): void
  /** null where several topics are shown. */
  partitions: readonly number[] | null
  state: ScanState
  keyDecoder: DecoderChoice
  valueDecoder: DecoderChoice
  onDecoder(which: 'key' | 'value', choice: DecoderChoice): void
  onStop(): void
  onAgain(): void
  onPause(): void
}

export function ScanBar(props: ScanBarProps) {
  const { query, set, partitions, state } = props
  const running = state.phase === 'running' || state.phase === 'paused'
  const live = isLive(state) && running
  return (
    <div className="bar sub scanbar">
      <div className="scrolls">
        <Select
          small
          label="From"
          value={query.from}
          options={starts.map(value => ({ value, label: startWords[value] }))}
          onChange={from => set({ from, order: null })}
        />
        {query.from === 'offset' && <OffsetInput value={query.at} onChange={at => set({ at })} />}
        {query.from === 'time' && <TimeInput value={query.t} onChange={t => set({ t })} />}
        {partitions && <PartitionPicker all={partitions} chosen={query.p} onChange={p => set({ p })} />}
        {query.from !== 'live' && (
          <Select
            small
            label="Stop at"
            value={String(query.stop)}
            options={[...new Set([...stops, query.stop])]
              .sort((a, b) => a - b)
              .map(stop => ({ value: String(stop), label: `${stop} matches` }))}
            onChange={stop => set({ stop: Number(stop) })}
          />
        )}
        <Select
          small
          className="p2"
          label="Key"
          value={props.keyDecoder}
          options={decoderChoices}
          onChange={choice => props.onDecoder('key', choice)}
        />
        <Select
          small
          className="p2"
          label="Value"
          value={props.valueDecoder}
          options={decoderChoices}
          onChange={choice => props.onDecoder('value', choice)}
        />
        <Select
          small
          label="Isolation"
          value={query.iso}
          options={[
            { value: 'ru', label: 'read_uncommitted' },
            { value: 'rc', label: 'read_committed' },
          ]}
          onChange={iso => set({ iso })}
        />
        <button type="button" className="chip tog" aria-pressed={query.ctl} onClick={() => set({ ctl: !query.ctl })}>
          Control records
        </button>
      </div>
      <span className="fixed">
        {live ? (
          <Button small icon={state.phase === 'paused' ? 'play' : 'pause'} shortcut="Space" onPress={props.onPause}>
            {state.phase === 'paused' ? 'Resume' : 'Pause'}
          </Button>
        ) : (
          <Button small icon="play" className="p2" shortcut="l" onPress={() => set({ from: 'live', order: null })}>
            Live
          </Button>
        )}
        {running ? (
          <Button small icon="stop" shortcut="Esc" onPress={props.onStop}>
            Stop
          </Button>
        ) : (
          <Button small icon="refresh" shortcut="R" onPress={props.onAgain}>
            Read
          </Button>
        )}
      </span>
    </div>
  )
}

function OffsetInput({ value, onChange }: { value: bigint | null; onChange(value: bigint | null): void }) {
  const [text, setText] = useDraft(value === null ? '' : String(value))
  const valid = /^\d{1,19}$/.test(text)
  const commit = () => onChange(valid ? BigInt(text) : null)
  return (
    <span className={valid || text === '' ? 'inp sm' : 'inp sm bad'}>
      <input
        className="mono offsetin"
        aria-label="Start offset"
        aria-invalid={!valid && text !== ''}
        inputMode="numeric"
        placeholder="offset"
        value={text}
        onChange={event => setText(event.target.value.replace(/[,\s_]/g, ''))}
        onBlur={commit}
        onKeyDown={event => event.key === 'Enter' && commit()}
      />
    </span>
  )
}

function TimeInput({ value, onChange }: { value: bigint | null; onChange(value: bigint | null): void }) {
  const zone = usePrefs(prefs => prefs.zone)
  const noteId = useId()
  const [text, setText] = useDraft(value === null ? '' : fullTime(value, zone).replace(/ [+−]\d\d:\d\d$/, ''))
  const parsed = parseTime(text, zone, Date.now())
  const bad = parsed === null && text !== ''
  const commit = () => onChange(parsed)
  return (
    <>
      <span className={bad ? 'inp sm bad' : 'inp sm'}>
        <input
          className="mono timein"
          aria-label={`Start time, ${zoneLabel(zone, Date.now())}`}
          aria-invalid={bad}
          aria-describedby={bad ? noteId : undefined}
          placeholder="14:30, 2026-11-20 14:30, 5 min, epoch ms"
          value={text}
          onChange={event => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={event => event.key === 'Enter' && commit()}
        />
      </span>
      {bad && (
        <span id={noteId} className="err sz">
          not a time
        </span>
      )}
    </>
  )
}

/** What is being typed, until the value behind it changes. */
function useDraft(value: string): [string, (text: string) => void] {
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  return [draft, setDraft]
}
