/** Where the time of a request went, as a table: the bar's text alternative. */
import type { ReactNode } from 'react'
import { rounded } from '../format/numbers.js'
import type { ConnectionRow, RequestRow, WireRow } from '../session/wire-protocol.js'
import { type PhaseKind, phasesOf } from './phases.js'

const names: Record<PhaseKind, string> = { queued: 'queued', write: 'write', parked: 'parked', wait: 'wait', read: 'read' }

export function PhaseTable({ row }: { row: RequestRow }) {
  const phases = phasesOf(row).filter(phase => phase.kind !== 'parked' || phase.ms > 0)
  const longest = Math.max(0.1, ...phases.map(phase => phase.ms))
  const notes: Record<PhaseKind, string> = {
    queued: 'in the client',
    write: 'to the bridge',
    parked: 'no latency',
    wait: `broker ${row.broker}`,
    read: 'from the bridge',
  }
  return (
    <table className={`phases f-${row.family}`}>
      <caption className="sr">Phases in ms</caption>
      <tbody>
        {phases.map(({ kind, ms }) => (
          <tr key={kind}>
            <th scope="row">{names[kind]}</th>
            <td className="r">{ms.toFixed(1)}</td>
            <td className="bar1">
              <i className={kind} style={{ width: `${(100 * ms) / longest}%` }} />
            </td>
            <td>{notes[kind]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function TimingPane({ row, medianMs }: { row: WireRow; medianMs: number | null }) {
  if (row.is !== 'request') return <DialTiming row={row} />
  if (row.totalMs === null) return <p className="why">in flight: its times are known when the answer is here</p>
  const latency = row.totalMs - row.parkedMs
  return (
    <div className="scroll">
      <PhaseTable row={row} />
      <p className="t2">
        {ms(row.totalMs)} from the write to the end of the answer{row.parkedMs > 0 && <>, {ms(latency)} without parked time</>}
        {medianMs !== null && <>; this API usually takes {ms(medianMs)}</>}.
      </p>
      {row.throttleMs > 0 && <p className="warn">The broker asked for a pause of {ms(row.throttleMs)}.</p>}
      <p className="t3">A WebSocket says a write is done when the browser has taken it: time on the way to the bridge counts as waiting.</p>
    </div>
  )
}

function DialTiming({ row }: { row: ConnectionRow }) {
  return (
    <div className="scroll">
      <p className="t2">
        Dial {ms(row.dialMs)}, ready after {ms(row.totalMs)}: dial, ApiVersions and SASL together.
      </p>
    </div>
  )
}

const ms = (value: number): ReactNode => (
  <>
    <span className="mono">{rounded(value)}</span> ms
  </>
)
