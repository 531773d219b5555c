/** Produce a record: key, value, headers, where to and how; the answer tells partition and offset. */
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useApp, usePrefs } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { bytesText, grouped } from '../format/numbers.js'
import { zoneLabel } from '../format/time.js'
import { jsonPretty } from '../json/lines.js'
import { parseJson } from '../json/parse.js'
import { messagesQuery } from '../messages/query.js'
import { Button } from '../parts/Button.js'
import { Check } from '../parts/CheckBox.js'
import { Icon } from '../parts/Icon.js'
import { Side } from '../parts/Page.js'
import { Select } from '../parts/Select.js'
import { writeQuery } from '../route/query.js'
import type { PartitionPreview, ProduceResult, RecordRow, TopicInfo } from '../session/protocol.js'
import { faultOf } from '../session/session.js'
import { build, codecs, type Draft, draftOf, emptyDraft, encodePart, type Part, type PartKind, partKinds, wireSize } from './draft.js'
import { HeaderRows } from './HeaderRows.js'
import { Results, type Sent } from './Results.js'
import { usePreview } from './use-preview.js'

const KEPT = 50
const kindWords: Record<PartKind, string> = { text: 'string', json: 'JSON', hex: 'hex', base64: 'base64', null: 'null' }

export interface ProducePanelProps {
  topic: string
  info: TopicInfo | null
  /** A record to start from. */
  model: RecordRow | null
  refused: string | null
  onClose(): void
}

export default function ProducePanel({ topic, info, model, refused, onClose }: ProducePanelProps) {
  const app = useApp()
  const zone = usePrefs(prefs => prefs.zone)
  const [draft, setDraft] = useState<Draft>(() => (model ? draftOf(model) : (app.drafts.get(topic) ?? emptyDraft)))
  const [keep, setKeep] = useState(true)
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<readonly Sent[]>([])
  const ids = useRef(0)
  const change = (part: Partial<Draft>) => setDraft(now => ({ ...now, ...part }))
  useEffect(() => void app.drafts.set(topic, draft), [app, topic, draft])

  const built = useMemo(() => build(draft, topic, zone, Date.now()), [draft, topic, zone])
  const problems = built.ok ? {} : built.problems
  const firstProblem =
    problems.key ?? problems.value ?? problems.timestamp ?? problems.acks ?? (problems.headers && 'a header is not valid')
  const reason = refused ?? firstProblem ?? (busy ? 'the record is on its way' : null)

  const produce = async () => {
    const now = build(draft, topic, zone, Date.now())
    if (!now.ok || busy || refused) return app.frame.announce(reason ?? 'the form is not valid', 'assertive')
    setBusy(true)
    let outcome: Sent
    try {
      const result = await app.session.call('produce', now.params, { view: `${topic} produce` })
      outcome = { id: ++ids.current, is: 'sent', result }
      if (!keep) setDraft({ ...draft, key: emptyDraft.key, value: emptyDraft.value, headers: [] })
    } catch (error) {
      outcome = { id: ++ids.current, is: 'failed', fault: faultOf(error, 'Record not produced') }
    }
    setSent(before => [outcome, ...before].slice(0, KEPT))
    setBusy(false)
  }
  useShortcuts(app.shortcuts, {
    title: 'Produce',
    shortcuts: [{ keys: 'Ctrl+Enter', label: 'Produce the record', everywhere: true, run: () => void produce() }],
  })

  const open = ({ partition, offset }: ProduceResult) => {
    const { query } = app.router.store.getState()
    const narrow = window.innerWidth < 720
    const next = writeQuery(messagesQuery, query, { open: `${partition}:${offset}`, side: narrow ? null : 'produce' })
    app.router.navigate({ ...app.router.store.getState(), place: { page: 'topic', topic, tab: 'messages' }, query: next })
  }
  return (
    <Side
      label={`Produce to ${topic}`}
      onClose={onClose}
      head={
        <>
          <h1>Produce to</h1>
          <span className="mono b ell">{topic}</span>
        </>
      }
    >
      <form
        className="body"
        onSubmit={event => {
          event.preventDefault()
          void produce()
        }}
      >
        <Where draft={draft} info={info} problem={problems.timestamp} onChange={change} />
        {problems.acks && <p className="hint err">{problems.acks}</p>}
        <KeyField topic={topic} info={info} draft={draft} problem={problems.key} onChange={change} />
        <ValueField part={draft.value} problem={problems.value} onChange={value => change({ value })} />
        <HeaderRows headers={draft.headers} problems={problems.headers} onChange={headers => change({ headers })} />
        <div className="opts">
          <Check label="Idempotent" checked={draft.idempotent} onChange={idempotent => change({ idempotent })} />
          <span className="t2 sz">{draft.idempotent ? 'a retry cannot write it twice' : 'a retry may write it twice'}</span>
        </div>
      </form>
      <div className="bar top1">
        <Button kind="pri" shortcut="Ctrl ⏎" reason={reason} onPress={() => void produce()}>
          Produce 1 record
        </Button>
        <Check label="Keep form" checked={keep} onChange={setKeep} />
        <span className="grow" />
        <span className={firstProblem ? 'err sz ell' : 'sz t2 nw'}>
          {firstProblem ?? (built.ok ? `about ${grouped(wireSize(built.params))} B` : '')}
        </span>
      </div>
      {refused && <p className="note warn">{refused}</p>}
      <Results sent={sent} onOpen={open} onWire={fault => app.frame.showInWire(fault.requestId)} />
    </Side>
  )
}

interface WhereProps {
  draft: Draft
  info: TopicInfo | null
  problem: string | undefined
  onChange(change: Partial<Draft>): void
}

function Where({ draft, info, problem, onChange }: WhereProps) {
  const zone = usePrefs(prefs => prefs.zone)
  const id = useId()
  const partitions = info?.partitions ?? []
  return (
    <>
      <div className="g4">
        <div className="field">
          <label htmlFor={`${id}-p`}>Partition</label>
          <Select
            bare
            id={`${id}-p`}
            label="Partition"
            value={draft.partition === null ? 'auto' : String(draft.partition)}
            options={[
              { value: 'auto', label: 'auto' },
              ...partitions.map(each => ({ value: String(each.partition), label: String(each.partition) })),
            ]}
            onChange={value => onChange({ partition: value === 'auto' ? null : Number(value) })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-t`}>Timestamp</label>
          <input
            id={`${id}-t`}
            className={problem ? 'inp bad' : 'inp'}
            aria-invalid={problem !== undefined}
            aria-describedby={problem ? `${id}-tp` : undefined}
            placeholder="now"
            title={`In ${zoneLabel(zone, Date.now())}: 14:30, 2026-11-20 14:30, 5 min ago, epoch ms`}
            value={draft.timestamp}
            onChange={event => onChange({ timestamp: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-c`}>Compression</label>
          <Select
            bare
            id={`${id}-c`}
            label="Compression"
            value={draft.codec}
            options={codecs.map(value => ({ value, label: value }))}
            onChange={codec => onChange({ codec })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-a`}>acks</label>
          <Select
            bare
            id={`${id}-a`}
            label="acks"
            value={draft.acks}
            options={(['all', 'leader', 'none'] as const).map(value => ({ value, label: value }))}
            onChange={acks => onChange({ acks, idempotent: acks === 'all' ? draft.idempotent : false })}
          />
        </div>
      </div>
      {problem && (
        <p id={`${id}-tp`} className="hint err" role="status">
          {problem}
        </p>
      )}
    </>
  )
}

interface KeyFieldProps {
  topic: string
  info: TopicInfo | null
  draft: Draft
  problem: string | undefined
  onChange(change: Partial<Draft>): void
}

function KeyField({ topic, info, draft, problem, onChange }: KeyFieldProps) {
  const id = useId()
  const { key, partition } = draft
  const encoded = encodePart(key)
  const bytes = encoded.ok ? encoded.bytes : null
  const preview = usePreview(topic, partition === null ? bytes : null)
  // Typing into a null key makes it a string: an empty key is chosen, never slipped into.
  const type = (text: string) => onChange({ key: { kind: key.kind === 'null' ? 'text' : key.kind, text } })
  return (
    <div>
      <div className="lrow">
        <label className="b" htmlFor={id}>
          Key
        </label>
        <KindSelect label="Type of the key" kind={key.kind} onChange={kind => onChange({ key: { ...key, kind } })} />
        <span className="grow" />
        <span className="t2 sz">{bytes === null ? (encoded.ok ? 'null' : '') : `${grouped(bytes.length)} B`}</span>
      </div>
      <input
        id={id}
        data-autofocus
        className={problem ? 'inp mono bad' : 'inp mono'}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-h`}
        placeholder={key.kind === 'null' ? 'null: no key' : 'empty: 0 bytes'}
        spellCheck={false}
        autoComplete="off"
        value={key.kind === 'null' ? '' : key.text}
        onChange={event => type(event.target.value)}
      />
      <p id={`${id}-h`} className={problem ? 'hint err' : 'hint'} role="status">
        {problem ?? <PartitionWords preview={preview} bytes={bytes} partition={partition} info={info} />}
      </p>
    </div>
  )
}

interface PartitionWordsProps {
  preview: PartitionPreview | null
  bytes: Uint8Array | null
  partition: number | null
  info: TopicInfo | null
}

function PartitionWords({ preview, bytes, partition, info }: PartitionWordsProps) {
  if (partition !== null) {
    const leader = info?.partitions.find(each => each.partition === partition)?.leader
    return (
      <>
        partition <b>{partition}</b> as chosen{leader !== undefined && (leader < 0 ? ', which has no leader' : `, leader broker ${leader}`)}
      </>
    )
  }
  if (bytes === null) return <>no key: the partitioner spreads such records over the partitions</>
  if (!preview) return <>murmur2 …</>
  return (
    <>
      murmur2 <span className="mono">0x{preview.hash.toString(16).padStart(8, '0')}</span> → partition <b>{preview.partition}</b> of{' '}
      {preview.partitions}
      {preview.leader >= 0 ? `, leader broker ${preview.leader}` : ', which has no leader'}
    </>
  )
}

function KindSelect({
  label,
  kind,
  kinds = partKinds,
  onChange,
}: {
  label: string
  kind: PartKind
  kinds?: readonly PartKind[]
  onChange(kind: PartKind): void
}) {
  return (
    <Select small bare label={label} value={kind} options={kinds.map(value => ({ value, label: kindWords[value] }))} onChange={onChange} />
  )
}

function ValueField({ part, problem, onChange }: { part: Part; problem: string | undefined; onChange(part: Part): void }) {
  const id = useId()
  const [before, setBefore] = useState<PartKind>(part.kind === 'null' ? 'text' : part.kind)
  const tombstone = part.kind === 'null'
  const kind = tombstone ? before : part.kind
  const encoded = encodePart(part)
  const format = () => onChange({ ...part, text: jsonPretty(parseJson(part.text)) })
  return (
    <div>
      <div className="lrow">
        <label className="b" htmlFor={id}>
          Value
        </label>
        <KindSelect
          label="Type of the value"
          kind={kind}
          kinds={['text', 'json', 'hex', 'base64']}
          onChange={next => onChange({ ...part, kind: next })}
        />
        <span className="grow" />
        <Check
          label="Tombstone (null)"
          checked={tombstone}
          onChange={on => {
            if (on) setBefore(kind)
            onChange({ ...part, kind: on ? 'null' : before })
          }}
        />
      </div>
      <textarea
        id={id}
        className={problem ? 'inp ed bad' : 'inp ed'}
        rows={9}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-h`}
        placeholder={tombstone ? 'null' : 'empty: 0 bytes'}
        readOnly={tombstone}
        spellCheck={false}
        value={tombstone ? '' : part.text}
        onChange={event => onChange({ ...part, text: event.target.value })}
      />
      <p id={`${id}-h`} className={problem ? 'hint err' : 'hint'} role="status">
        {problem ?? <ValueWords part={part} bytes={encoded.ok ? encoded.bytes : null} />}
        {part.kind === 'json' && !problem && part.text !== '' && (
          <>
            {' · '}
            <button type="button" className="link" onClick={format}>
              Format
            </button>
          </>
        )}
      </p>
    </div>
  )
}

function ValueWords({ part, bytes }: { part: Part; bytes: Uint8Array | null }) {
  if (bytes === null) return <>null: deletes the key in a compacted topic</>
  if (bytes.length === 0) return <>empty: 0 bytes, which is not null</>
  return (
    <>
      {part.kind !== 'text' && (
        <>
          <span className="ok">
            <Icon name="check" small />
          </span>{' '}
          valid {kindWords[part.kind]} ·{' '}
        </>
      )}
      encodes to {bytes.length < 10_000 ? `${grouped(bytes.length)} B` : bytesText(bytes.length)}
    </>
  )
}
