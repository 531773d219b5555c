/** A request in facts. */
import { usePrefs } from '../app/app.js'
import { bytesText, grouped, rounded } from '../format/numbers.js'
import { fullTime } from '../format/time.js'
import { type FactItem, KvList } from '../parts/Kv.js'
import type { Inspection, WireRow } from '../session/wire-protocol.js'
import { Attempts } from './Attempts.js'
import { Status } from './Status.js'
import { PhaseTable } from './Timing.js'

export function Summary({ inspection, aside, onShow }: { inspection: Inspection; aside: boolean; onShow(id: number): void }) {
  const { row, brokerAddress, attempts } = inspection
  const zone = usePrefs(prefs => prefs.zone)
  const broker = row.broker >= 0 ? `${row.broker}${brokerAddress ? `, ${brokerAddress}` : ''}` : (addressOf(row) ?? 'a seed broker')
  const items: FactItem[] = [
    { label: 'Status', value: <Status row={row} /> },
    { label: 'Broker', value: broker },
    { label: 'Started', value: fullTime(BigInt(Math.floor(row.startedAt)), zone) },
    ...(row.is === 'request'
      ? [
          { label: 'About', value: row.about ?? '– (payload not kept)' },
          { label: 'Sent', value: `${grouped(row.sent)} B` },
          { label: 'Received', value: row.totalMs === null ? '–' : `${grouped(row.received)} B (${bytesText(row.received)})` },
          { label: 'Time', value: row.totalMs === null ? 'in flight' : `${rounded(row.totalMs)} ms` },
          { label: 'Initiator', value: row.initiator },
          { label: 'Attempt', value: row.attempt },
          { label: 'Correlation id', value: row.correlation },
          { label: 'Connection', value: row.connection },
        ]
      : [
          { label: 'Purpose', value: row.purpose || '–' },
          { label: 'Connection', value: row.connection },
        ]),
  ]
  return (
    <div className="scroll">
      <KvList items={items} />
      {aside && row.is === 'request' && (
        <>
          <h3 className="xh">What the client did</h3>
          <Attempts row={row} attempts={attempts} onShow={onShow} />
          <h3 className="xh">Timing, ms</h3>
          {row.totalMs !== null && <PhaseTable row={row} />}
        </>
      )}
    </div>
  )
}

const addressOf = (row: WireRow) => (row.is === 'request' ? null : row.address)
