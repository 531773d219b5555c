/** The status line: Wire in figures, at most twice a second, each one a way into Wire. */
import { useEffect, useState } from 'react'
import { bytes, grouped, rounded } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'
import { Kbd } from '../parts/Kbd.js'
import type { StatusFigures } from '../session/wire-protocol.js'
import { useApp, useConnection, usePrefs } from './app.js'

export function StatusLine() {
  const app = useApp()
  const open = usePrefs(prefs => prefs.dockOpen)
  const figures = useFigures()
  const toggle = () => app.prefs.setState({ dockOpen: !open })
  const show = () => app.frame.showInWire(null)
  return (
    <section className="stat" data-region="status" aria-label="Wire status">
      <button type="button" className="on" aria-expanded={open} aria-keyshortcuts="Control+`" onClick={toggle}>
        <Icon name="wire" small /> Wire
      </button>
      <Brokers />
      {figures && (
        <>
          <button type="button" onClick={show}>
            <b>{rounded(figures.requestsPerSecond)}</b> req/s
          </button>
          <button type="button" className="p2" onClick={show}>
            ↓ <Rate value={figures.receivedBytesPerSecond} />
            <span className="gap" /> ↑ <Rate value={figures.sentBytesPerSecond} />
          </button>
          <button type="button" onClick={show}>
            p50 <b>{ms(figures.p50Ms)}</b> ms <span className="gap" /> p99 <b>{ms(figures.p99Ms)}</b> ms
          </button>
          <button type="button" className="p2" onClick={show}>
            in flight <b>{grouped(figures.inFlight)}</b>
          </button>
          <button type="button" className="p3" onClick={show}>
            buffered{' '}
            <b>
              {grouped(figures.buffered)} / {grouped(figures.bufferLimit)}
            </b>
          </button>
          <button type="button" className={figures.errors > 0 ? 'p2 err' : 'p2'} onClick={show}>
            {figures.errors > 0 ? `${grouped(figures.errors)} ` : <b>0 </b>}
            {figures.errors === 1 ? 'error' : 'errors'}
          </button>
          <span className={figures.throttled > 0 ? 'p3 warn' : 'p3'}>
            {figures.throttled > 0
              ? `throttled ${figures.throttled === 1 ? '1 time' : `${grouped(figures.throttled)} times`}`
              : 'not throttled'}
          </span>
        </>
      )}
      <span className="end p2">
        <Kbd keys="Ctrl" /> <Kbd keys="`" />
      </span>
    </section>
  )
}

function useFigures(): StatusFigures | null {
  const { session } = useApp()
  const [figures, setFigures] = useState<StatusFigures | null>(null)
  useEffect(() => {
    const stream = session.subscribe('wire.figures', {}, { event: setFigures })
    return () => stream.close()
  }, [session])
  return figures
}

function Brokers() {
  const status = useConnection(connection => connection.status)
  const up = status.brokers.filter(broker => broker.state !== 'unreachable').length
  const all = status.brokers.length
  if (status.state === 'offline' || all === 0) {
    return (
      <span>
        <span className="t3">○</span> no broker
      </span>
    )
  }
  return (
    <span>
      <span className={up === all ? 'ok' : 'warn'}>{up === all ? '●' : '◐'}</span> {up === all ? `${all}` : `${up} of ${all}`}{' '}
      {all === 1 ? 'broker' : 'brokers'}
    </span>
  )
}

const ms = (value: number | null) => (value === null ? '–' : rounded(value))

function Rate({ value }: { value: number }) {
  const { value: text, unit } = bytes(Math.round(value))
  return (
    <>
      <b>{text}</b> {unit}/s
    </>
  )
}
