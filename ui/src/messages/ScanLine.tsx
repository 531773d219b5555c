/** What was looked at: scanned · matched · showing, bytes, time, and one bar per partition. Read out at most once a second. */
import { type CSSProperties, useEffect, useRef } from 'react'
import { useApp, usePrefs } from '../app/app.js'
import { bytesText, duration, grouped } from '../format/numbers.js'
import { clock } from '../format/time.js'
import { FaultLine } from '../parts/States.js'
import type { ScanPartition, ScanProgress } from '../session/protocol.js'
import type { Order } from './order.js'
import type { ScanState } from './scan.js'

const BARS = 32

export function ScanLine({ state, order }: { state: ScanState; order: Order }) {
  const { progress, rows } = state
  const zone = usePrefs(prefs => prefs.zone)
  useSpoken(state)
  if (!progress)
    return <div className="prog t2">{state.phase === 'running' ? 'asking where the partitions begin and end…' : 'nothing read yet'}</div>
  const live = isLive(state)
  const rate = progress.elapsedMs > 0 ? Math.round((progress.scanned * 1000) / progress.elapsedMs) : 0
  return (
    <div className="prog">
      <Bars partitions={progress.partitions} />
      <b className="b">{live ? liveCounts(state) : counts(progress, rows.length)}</b>
      <span className="t2">{bytesText(progress.bytes)}</span>
      <span className="t2">{duration(progress.elapsedMs)}</span>
      {rate > 0 && <span className="t2 p2">{grouped(rate)} records/s</span>}
      {!live && progress.backTo !== null && progress.backTo >= 0n && <span className="t2 p3">back to {clock(progress.backTo, zone)}</span>}
      <span className="grow" />
      <span className="t3 p3 nw">{orderWords(state, order)}</span>
    </div>
  )
}

export const isLive = ({ params }: ScanState): boolean => params !== null && (params.follow || params.from.at === 'live')

const counts = ({ scanned, matched }: ScanProgress, showing: number) =>
  `scanned ${grouped(scanned)} · matched ${grouped(matched)} · showing ${grouped(showing)}`

function liveCounts({ progress, rows, evicted, held }: ScanState): string {
  const dropped = (progress?.dropped ?? 0) + evicted
  return `in ${grouped(progress?.matched ?? 0)} · shown ${grouped(rows.length)}${held > 0 ? ` · ${grouped(held)} held` : ''} · dropped ${grouped(dropped)}`
}

function orderWords({ params }: ScanState, order: Order): string {
  const partitions = params?.topics.every(topic => topic.partitions === null) ? 'all partitions' : 'chosen partitions'
  if (order === 'place') return `by partition and offset, ${partitions}`
  return `${order} first, by time, ${partitions}`
}

function Bars({ partitions }: { partitions: readonly ScanPartition[] }) {
  const done = partitions.filter(partition => partition.done).length
  const shown = partitions.slice(0, BARS)
  return (
    <span className="pl" role="img" aria-label={`${done} of ${partitions.length} partitions read to their bound`}>
      {shown.map(partition => (
        <i
          key={`${partition.topic} ${partition.partition}`}
          className={partition.fault ? 'bad' : undefined}
          title={`${partition.topic} ${partition.partition}: ${share(partition)} of its range`}
          style={{ '--v': share(partition) } as CSSProperties}
        />
      ))}
      {partitions.length > BARS && <span className="t3">+{partitions.length - BARS}</span>}
    </span>
  )
}

/** How much of [from, end) was read; a scan that reads backwards counts from the end. */
function share({ from, end, at, done }: ScanPartition): string {
  if (done || end <= from) return '100%'
  const range = Number(end - from)
  const read = Number(at - from)
  const part = read === range ? 0 : read / range
  return `${Math.max(2, Math.round(part * 100))}%`
}

function useSpoken(state: ScanState): void {
  const { frame } = useApp()
  const last = useRef(0)
  const { phase, end, progress, rows } = state
  const text = progress ? counts(progress, rows.length) : ''
  useEffect(() => {
    const now = Date.now()
    if (phase === 'ended') frame.announce(`${endWords(end)}. ${text}`)
    else if (text && now - last.current > 1000) {
      last.current = now
      frame.announce(text)
    }
  }, [frame, phase, end, text])
}

export function endWords(end: ScanState['end']): string {
  switch (end) {
    case 'limit':
      return 'stopped at the count asked for'
    case 'stopped':
      return 'stopped'
    case 'failed':
      return 'stopped by a failure'
    case 'full':
      return 'stopped: the rows here fill 64 MB'
    default:
      return 'read to the end'
  }
}

/** Under the rows: why the scan ended, and how it goes on. */
export function ScanTail({ state, onGoOn, onAgain }: { state: ScanState; onGoOn(): void; onAgain(): void }) {
  const { phase, end, fault, next, progress } = state
  if (phase !== 'ended') return null
  const failing = progress?.partitions.filter(partition => partition.fault) ?? []
  const first = next[0]
  const complete = end === 'end' || (end === 'limit' && !first)
  if (complete && failing.length === 0 && !fault) return null
  return (
    <div className="tail">
      {fault && <FaultLine fault={fault} />}
      <span>
        {!fault && endWords(end)}
        {first && (
          <>
            {fault ? 'At' : ', at'} p{first.partition} <span className="mono">{grouped(first.offset)}</span>
            {next.length > 1 && ` and ${next.length - 1} more`} ·{' '}
            <button type="button" className="link b" onClick={onGoOn}>
              Continue
            </button>
          </>
        )}
      </span>
      {failing.map(partition => (
        <span key={`${partition.topic} ${partition.partition}`} className="err">
          p{partition.partition}: {partition.fault?.code}
        </span>
      ))}
      {!first && (fault || failing.length > 0) && (
        <button type="button" className="link b" onClick={onAgain}>
          Read again
        </button>
      )}
    </div>
  )
}
