/** The inspector: one request in facts, both frames field by field beside their bytes, its time, and who asked. */
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useApp } from '../app/app.js'
import { bytesText } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Button } from '../parts/Button.js'
import { type TabItem, TabPanel, Tabs } from '../parts/Tabs.js'
import type { Inspection, WireSide } from '../session/wire-protocol.js'
import { Attempts } from './Attempts.js'
import { CopyAs } from './CopyAs.js'
import { useSize } from './canvas.js'
import { FramePane } from './FramePane.js'
import { ApiName } from './family.js'
import { InitiatorPane } from './InitiatorPane.js'
import { Summary } from './Summary.js'
import { PhaseTable, TimingPane } from './Timing.js'
import type { Wire } from './wire.js'

const tabIds = ['summary', 'request', 'response', 'timing', 'initiator', 'diff', 'related'] as const
export type InspectorTab = (typeof tabIds)[number]

/** Below this the third column moves into Summary. */
const WIDE = 1_100
/** Below this a line has eight bytes, and below the next the tree lies over them. */
const MIDDLE = 960
const NARROW = 600

export interface InspectorProps {
  wire: Wire
  /** The tab that is shown, kept by the owner so that the next request opens on it too. */
  tab: InspectorTab
  onTab(tab: InspectorTab): void
  style?: React.CSSProperties
}

export const tabOfKey = (key: string): InspectorTab | null => (/^[1-7]$/.test(key) ? tabIds[Number(key) - 1] : null)

export function Inspector({ wire, tab, onTab, style }: InspectorProps) {
  const box = useRef<HTMLElement>(null)
  const inspected = useStore(wire.store, state => state.inspected)
  const inspection = useStore(wire.store, state => state.inspection)
  const { width } = useSize(box)
  const close = () => wire.inspect(null)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    event.stopPropagation()
    close()
    box.current?.parentElement?.querySelector<HTMLElement>('[data-list]')?.focus()
  }
  return (
    <section
      ref={box}
      className={width < NARROW ? 'insp narrow' : width < MIDDLE ? 'insp middle' : 'insp'}
      aria-label={`Request ${inspected}`}
      aria-busy={inspection !== null && inspection.row.id !== inspected}
      data-region="inspector"
      style={style}
      onKeyDown={onKeyDown}
    >
      {inspection ? (
        <Opened wire={wire} inspection={inspection} tab={tab} onTab={onTab} width={width} onClose={close} />
      ) : (
        <div className="ih">
          <span className="mono t2">#{inspected}</span>
          <span className="grow" />
          <Button kind="bare" small icon="close" label="Close, Esc" onPress={close} />
        </div>
      )}
    </section>
  )
}

interface OpenedProps {
  wire: Wire
  inspection: Inspection
  tab: InspectorTab
  onTab(tab: InspectorTab): void
  width: number
  onClose(): void
}

function Opened({ wire, inspection, tab, onTab, width, onClose }: OpenedProps) {
  const panel = useId()
  const { row, attempts } = inspection
  const shown = row.is === 'request' || tab === 'summary' || tab === 'timing' ? tab : 'summary'
  const show = (id: number) => wire.inspect(id)
  const [side, setSide] = useState<WireSide>('response')
  const copied = shown === 'request' || shown === 'response' ? shown : side
  if ((shown === 'request' || shown === 'response') && side !== shown) setSide(shown)
  return (
    <>
      <div className="ih">
        {row.id >= 0 && <span className="mono t2">#{row.id}</span>}
        <ApiName row={row} />
        <span className="t2 nw">{row.broker >= 0 ? `broker ${row.broker}` : 'seed broker'}</span>
        <StatusBadge inspection={inspection} />
        <span className="grow" />
        {row.is === 'request' && <CopyAs wire={wire} id={row.id} side={copied} frame={inspection[copied]} />}
        <Button small className="p3" icon="lock" reason="Edit and resend is not part of this version: requests go out only from the pages">
          Edit and resend
        </Button>
        <Button kind="bare" small icon="close" label="Close, Esc" onPress={onClose} />
      </div>
      <Tabs label="Parts of the request" tabs={tabsOf(inspection)} selected={shown} onSelect={onTab} panel={panel} small />
      <TabPanel panel={panel} tab={shown} label={shown}>
        {shown === 'summary' && <Summary inspection={inspection} aside={width < WIDE} onShow={show} />}
        {(shown === 'request' || shown === 'response') && row.is === 'request' && (
          <FramePane wire={wire} id={row.id} side={shown} frame={inspection[shown]} narrow={width < MIDDLE}>
            {width >= WIDE && (
              <div className="cside">
                <h3 className="xh">What the client did</h3>
                <Attempts row={row} attempts={attempts} onShow={show} />
                <h3 className="xh">Timing, ms</h3>
                {row.totalMs === null ? <p className="t2">in flight</p> : <PhaseTable row={row} />}
              </div>
            )}
          </FramePane>
        )}
        {shown === 'timing' && <TimingPane row={row} medianMs={inspection.medianMs} />}
        {shown === 'initiator' && row.is === 'request' && <InitiatorPane wire={wire} row={row} />}
        {shown === 'related' && row.is === 'request' && (
          <div className="scroll">
            <Attempts row={row} attempts={attempts} onShow={show} />
          </div>
        )}
      </TabPanel>
    </>
  )
}

function StatusBadge({ inspection: { row } }: { inspection: Inspection }) {
  const app = useApp()
  if (row.is !== 'request') return row.error ? <Badge tone="err">{row.error}</Badge> : null
  const { status } = row
  if (status.is === 'kafka') {
    return (
      <Badge tone="err" icon="close">
        <span className="ell">
          {status.code} ({status.errno})
        </span>
      </Badge>
    )
  }
  if (status.is === 'failed') {
    return (
      <button type="button" className="bareb ell err" title={status.words} onClick={() => app.frame.announce(status.words, 'assertive')}>
        {status.words}
      </button>
    )
  }
  if (status.is === 'in flight') return <Badge tone="live">in flight</Badge>
  if (row.throttleMs > 0) return <Badge tone="warn">throttled {Math.round(row.throttleMs)} ms</Badge>
  return row.slow ? <Badge tone="warn">slow</Badge> : null
}

function tabsOf({ row, attempts }: Inspection): TabItem<InspectorTab>[] {
  if (row.is !== 'request') {
    const reason = 'A connection carries no frames of its own'
    return [
      { id: 'summary', label: 'Summary' },
      { id: 'request', label: 'Request', reason },
      { id: 'response', label: 'Response', reason },
      { id: 'timing', label: 'Timing' },
    ]
  }
  return [
    { id: 'summary', label: 'Summary' },
    { id: 'request', label: 'Request', note: bytesText(row.sent) },
    { id: 'response', label: 'Response', note: row.received > 0 ? bytesText(row.received) : undefined },
    { id: 'timing', label: 'Timing' },
    { id: 'initiator', label: 'Initiator' },
    { id: 'diff', label: 'Diff', reason: 'comparing with the answer before is not part of this version' },
    attempts.length > 1
      ? { id: 'related', label: 'Related', note: String(attempts.length) }
      : { id: 'related', label: 'Related', reason: 'this request was sent once' },
  ]
}
