/** How a request fares, in a word with its mark: an error before throttling before slowness. */
import { rounded } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'
import type { RequestRow, WireRow } from '../session/wire-protocol.js'

export function Status({ row }: { row: WireRow }) {
  if (row.is !== 'request') return row.error ? <Failed words={row.error} /> : <span className="t2">ok</span>
  const { status } = row
  switch (status.is) {
    case 'kafka':
      return (
        <span className="err fxi" title={`${status.code} (${status.errno})`}>
          <Icon name="close" small />
          <span className="mono ell ecode">{status.code}</span>
        </span>
      )
    case 'failed':
      return <Failed words={status.words} />
    case 'in flight':
      return (
        <span className="acc fxi">
          <Icon name="dots" small />
          {status.mayPark ? 'parked' : 'in flight'}
        </span>
      )
  }
  if (row.throttleMs > 0) {
    return (
      <span className="warn fxi">
        <Icon name="pause" small />
        throttled {rounded(row.throttleMs)} ms
      </span>
    )
  }
  if (row.slow) {
    return (
      <span className="warn fxi">
        <Icon name="clock" small />
        slow
      </span>
    )
  }
  return <span className="t2">{wellText(row)}</span>
}

function Failed({ words }: { words: string }) {
  return (
    <span className="err fxi" title={words}>
      <Icon name="close" small />
      <span className="ell">{words}</span>
    </span>
  )
}

/** Of a request with which nothing is wrong. */
export function wellText({ status, parkedMs, attempt }: RequestRow): string {
  if (status.is === 'cancelled') return 'cancelled'
  if (status.is === 'no response') return 'no response expected'
  const parts = [status.is === 'answered' ? 'answered' : 'ok']
  if (parkedMs > 0) parts.push(`parked ${Math.round(parkedMs)}`)
  if (attempt > 1) parts.push(`attempt ${attempt}`)
  return parts.join(', ')
}
