/** What the client did about a request: its other tries, pauses, and what became of it. */
import { Fragment } from 'react'
import type { RequestRow } from '../session/wire-protocol.js'
import { wellText } from './Status.js'

export function Attempts({ row, attempts, onShow }: { row: RequestRow; attempts: readonly RequestRow[]; onShow(id: number): void }) {
  const first = attempts[0] ?? row
  return (
    <ol className="did">
      {attempts.map(one => (
        <Fragment key={one.id}>
          <li>
            <span className="t3">{offset(one.startedAt - first.startedAt)}</span>
            {one.attempt <= 1 ? 'Sent to ' : 'Sent again to '}
            broker {one.broker}:{' '}
            {one.id === row.id ? (
              <b className="b">#{one.id}</b>
            ) : (
              <button type="button" className="link" onClick={() => onShow(one.id)}>
                #{one.id}
              </button>
            )}{' '}
            {outcome(one)}
          </li>
          {one.throttleMs > 0 && (
            <li>
              <span className="t3">{offset(one.startedAt + one.queueMs + (one.totalMs ?? 0) - first.startedAt)}</span>
              Waited {Math.round(one.throttleMs)} ms before the next write to broker {one.broker}
            </li>
          )}
        </Fragment>
      ))}
    </ol>
  )
}

const offset = (ms: number) => `${ms > 0 ? '+' : ''}${ms.toFixed(1)}`

function outcome(row: RequestRow): string {
  switch (row.status.is) {
    case 'kafka':
      return row.status.code
    case 'failed':
      return row.status.words
    case 'in flight':
      return 'in flight'
    default:
      return wellText({ ...row, attempt: 1 })
  }
}
