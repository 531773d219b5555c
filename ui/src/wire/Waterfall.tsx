/** The waterfall column: one canvas over the rows in sight, and the axis in its head. */
import { type RefObject, useEffect, useRef } from 'react'
import type { WireRow } from '../session/wire-protocol.js'
import { useCanvas, useSize } from './canvas.js'
import { drawWaterfall } from './draw-waterfall.js'
import type { Axis } from './time-axis.js'
import { useColours } from './tokens.js'

interface HeadProps {
  axis: Axis
  shared: boolean
  onToggle(): void
}

/** Pressed, every bar begins at 0: for comparing how long requests took that lie far apart. */
export function WaterfallHead({ axis, shared, onToggle }: HeadProps) {
  return (
    <button
      type="button"
      className="wfhead"
      tabIndex={-1}
      aria-pressed={!shared}
      title={shared ? 'On one clock; press to let every bar begin at 0' : 'Every bar begins at 0; press for one clock'}
      onClick={onToggle}
    >
      <span className="sr">{shared ? 'Phases on one clock' : 'Phases from each start'}</span>
      {axis.ticks.map(({ at, label }) => (
        <span key={label} aria-hidden="true" style={{ left: `${at * 100}%` }}>
          {label}
        </span>
      ))}
    </button>
  )
}

interface CanvasProps {
  box: RefObject<HTMLDivElement | null>
  /** Of the rows, without a scroll bar. */
  width: number
  rows: readonly WireRow[]
  from: number
  axis: Axis
  shared: boolean
  now: number
  rowHeight: number
}

export function WaterfallCanvas({ box, width: rowWidth, rows, from, axis, shared, now, rowHeight }: CanvasProps) {
  const holder = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const colours = useColours()
  const { width, height } = useSize(holder)
  const redraw = useCanvas(canvas, { width, height }, context => {
    const top = from * rowHeight - (box.current?.scrollTop ?? 0)
    drawWaterfall(context, { rows, axis, shared, now, top, rowHeight, width, height, colours })
  })
  useEffect(() => {
    const element = box.current
    element?.addEventListener('scroll', redraw, { passive: true })
    return () => element?.removeEventListener('scroll', redraw)
  }, [box, redraw])
  // A row of the same tracks, so that the canvas lies exactly over its column.
  return (
    <div className="tr wfover" aria-hidden="true" style={{ width: rowWidth }}>
      <div ref={holder} className="wfc">
        <canvas ref={canvas} />
      </div>
    </div>
  )
}
