/** What stands where rows would be, and beside them: first load, empty, filtered, error, partial. */
import { type ReactNode, useEffect, useState } from 'react'
import { useApp, useConnection, useNow } from '../app/app.js'
import { ago } from '../format/numbers.js'
import type { Fault, PartialAnswer } from '../session/protocol.js'
import { Button } from './Button.js'
import { Icon } from './Icon.js'

/** *what failed · Kafka error (code) · broker · next step*, as one line of parts. */
export function FaultLine({ fault }: { fault: Fault }) {
  return (
    <p>
      <b className="b">{fault.what}</b> ·{' '}
      <span className="mono">
        {fault.code}
        {fault.errno === null ? '' : ` (${fault.errno})`}
      </span>
      {fault.broker !== null && ` · broker ${fault.broker}`} · {fault.message}
      {fault.next && ` · ${fault.next}`}
    </p>
  )
}

export function FaultNote({ fault, onRetry, children }: { fault: Fault; onRetry?(): void; children?: ReactNode }) {
  const app = useApp()
  return (
    <div className="note err" role="alert">
      <Icon name="warn" />
      <div>
        <FaultLine fault={fault} />
        <div className="acts">
          {onRetry && (
            <Button small onPress={onRetry}>
              Retry
            </Button>
          )}
          <Button small onPress={() => app.frame.showInWire(fault.requestId)}>
            Show in Wire
          </Button>
          {children}
        </div>
      </div>
    </div>
  )
}

export function PartialNote({ partial, onRetry }: { partial: PartialAnswer; onRetry(): void }) {
  if (partial.answered >= partial.asked) return null
  return (
    <div className="note warn" role="status">
      <Icon name="warn" />
      <div>
        <p>
          {partial.answered} of {partial.asked} brokers answered.
          {partial.faults.map(fault => ` Broker ${fault.broker ?? '?'}: ${fault.code}, ${fault.message}.`)}{' '}
          <button type="button" className="link b" onClick={onRetry}>
            Ask again
          </button>
        </p>
      </div>
    </div>
  )
}

/**
 * Five rows in the table's own columns; the words come only when it takes more than a second. Without a connection nothing will come: what keeps it
 * away stands in their place.
 */
export function Skeleton({ columns }: { columns: readonly { id: string; className: string }[] }) {
  const app = useApp()
  const brokers = useConnection(connection => connection.status.brokers.length)
  const fault = useConnection(({ status }) => (status.state === 'connected' ? null : status.fault))
  const slow = useSlow()
  if (fault) {
    const retry = () => void app.session.call('session.retry', {}, { view: 'connection' }).catch(() => undefined)
    return <FaultNote fault={fault} onRetry={retry} />
  }
  return (
    <div role="status" aria-label="Loading">
      {[0, 1, 2, 3, 4].map(row => (
        <div key={row} className="tr skelrow" aria-hidden="true">
          {columns.map(column => (
            <span key={column.id} className={column.className}>
              <i className="skel" />
            </span>
          ))}
        </div>
      ))}
      <p className="empty t2">{slow ? `asking ${brokers || 'the'} ${brokers === 1 ? 'broker' : 'brokers'}…` : '\u00a0'}</p>
    </div>
  )
}

function useSlow(): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 1000)
    return () => clearTimeout(timer)
  }, [])
  return slow
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>
}

/** "updated 4 s ago"; while offline "as of 14:31:07". */
export function Updated({ at, loading }: { at: number | null; loading: boolean }) {
  const now = useNow()
  if (at === null) return null
  return (
    <span className="t3 p3 nw">
      {loading ? 'updating, ' : ''}updated {now - at < 1000 ? 'now' : ago(at, now)}
    </span>
  )
}

export function ReloadBar({ loading }: { loading: boolean }) {
  return loading ? <div className="reload" aria-hidden="true" /> : null
}
